using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Admission;

/// <summary>Allocates cluster IPs and node ports. The ranges are those of a default cluster; what is used is read from the snapshot, so nothing can leak.</summary>
internal sealed class ServiceAddresses : IAdmissionPlugin
{
    public void Mutate(AdmissionRequest request)
    {
        if (request.Type.Resource != "services") return;
        var spec = request.Object.Ensure("spec");
        if (spec.Str("type") == "ExternalName")
        {
            foreach (var name in (ReadOnlySpan<string>)["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) spec.Remove(name);
            return;
        }
        if (string.IsNullOrEmpty(spec.Str("clusterIP"))) spec["clusterIP"] = FreeAddress(request.Snapshot);
        if (spec.Arr("clusterIPs") is null) spec["clusterIPs"] = new JsonArray(spec.Str("clusterIP"));
        var wantsNodePorts = spec.Str("type") is "NodePort" or "LoadBalancer";
        foreach (var port in spec.Objects("ports"))
        {
            // A service that was of such a type before gives its ports back; otherwise asking for one is an error.
            if (!wantsNodePorts && request.Old.Str("spec", "type") is "NodePort" or "LoadBalancer") port.Remove("nodePort");
            else if (!wantsNodePorts) continue;
            else if (port.Num("nodePort") is not > 0) port["nodePort"] = FreeNodePort(request.Snapshot, spec);
        }
    }

    private static string FreeAddress(StoreSnapshot snapshot)
    {
        var used = snapshot.List("services").Select(s => s.Parse().Str("spec", "clusterIP")).ToHashSet();
        for (var i = 11; ; i++)
        {
            var address = string.Create(CultureInfo.InvariantCulture, $"10.96.{i / 250}.{i % 250 + 1}");
            if (!used.Contains(address)) return address;
        }
    }

    private static int FreeNodePort(StoreSnapshot snapshot, JsonObject own)
    {
        var used = snapshot.List("services").SelectMany(s => s.Parse().Objects("spec", "ports")).Concat(own.Objects("ports")).Select(p => p.Num("nodePort")).ToHashSet();
        for (var port = 30080; ; port++)
        {
            if (!used.Contains(port)) return port;
        }
    }
}
