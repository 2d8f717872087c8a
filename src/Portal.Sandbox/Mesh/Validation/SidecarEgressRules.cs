using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>What a sidecar's workload may call.</summary>
internal static class SidecarEgressRules
{
    public static void Check(IReadOnlyList<JsonObject> listeners, string ns, Findings f)
    {
        var (ports, sockets) = (new HashSet<long>(), new HashSet<string>(StringComparer.Ordinal));
        for (var i = 0; i < listeners.Count; i++)
        {
            if (listeners[i].Obj("port") is { } port) Listener(port, listeners[i], ports, sockets, f);
            else if (i < listeners.Count - 1) f.Error("sidecar: the egress listener with empty port should be the last listener in the list");
            Hosts(listeners[i], ns, f);
        }
    }

    private static void Listener(JsonObject port, JsonObject listener, HashSet<long> ports, HashSet<string> sockets, Findings f)
    {
        var (number, bind) = (port.Num("number") ?? 0, listener.Str("bind") ?? "");
        if (port.Num("targetPort") > 0) f.Error("targetPort has no impact on Sidecars");
        SidecarRules.Port(port, f);
        if (number != 0)
        {
            f.Error(AddressRules.Port(number));
            if (bind.Length > 0) f.Error(AddressRules.Address(bind));
            if (!ports.Add(number)) f.Error("sidecar: ports on IP bound listeners must be unique");
            return;
        }
        f.Error(bind.StartsWith(AddressRules.UnixPrefix, StringComparison.Ordinal) ? AddressRules.UnixPath(bind[AddressRules.UnixPrefix.Length..]) : "sidecar: ports with 0 value must have a unix domain socket bind address");
        if (listener.Str("captureMode") == "IPTABLES") f.Error("sidecar: captureMode must be DEFAULT/NONE for unix domain socket listeners");
        if (!sockets.Add(bind)) f.Error("sidecar: unix domain socket values for listeners must be unique");
    }

    private static void Hosts(JsonObject listener, string ns, Findings f)
    {
        var hosts = listener.Strings("hosts").ToList();
        if (hosts.Count == 0) f.Error("sidecar: egress listener must contain at least one host");
        var seen = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var host in hosts)
        {
            if (host.Split('/', 2) is [var space, var service])
            {
                if (space == ".") space = ns;
                if (!seen.TryGetValue(space, out var services)) seen[space] = services = new(StringComparer.Ordinal);
                if (service == "*" ? services.Count > 0 : services.Contains(service) || services.Contains("*")) f.Warn($"duplicated egress host: {host}");
                services.Add(service);
            }
            HostRules.NamespacedHost(host, gateway: false, f);
        }
        if (seen.Count > 1 && seen.TryGetValue("*", out var everywhere) && everywhere.Contains("*")) f.Warn("`*/*` host select all resources, no other hosts can be added");
    }
}
