using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Admission;

/// <summary>Refuses addresses and node ports that a service asks for and cannot have. Costs nothing for services that ask for none.</summary>
internal sealed class ServiceConflicts : IAdmissionPlugin
{
    public void Mutate(AdmissionRequest request)
    {
        if (request.Type.Resource != "services" || request.Subresource.Length > 0) return;
        var spec = request.Object.Obj("spec");
        var name = request.Object.Str("metadata", "name") ?? "";
        if (request.IsCreate && spec.Str("clusterIP") is { Length: > 0 } ip && ip != "None" && spec.Str("type") != "ExternalName" && Validation.NameRules.IsIp(ip))
        {
            var problem = !ip.StartsWith("10.96.", StringComparison.Ordinal) ? "provided IP is not in the valid range. The range of valid IPs is 10.96.0.0/16"
                : request.Snapshot.List("services").Any(s => s.Parse().Str("spec", "clusterIP") == ip) ? "provided IP is already allocated" : null;
            if (problem is not null) throw ApiError.Invalid(request.Type, name, [FieldError.InvalidRaw("spec.clusterIPs", $"[]string{{\"{ip}\"}}", $"failed to allocate IP {ip}: {problem}")]);
        }
        if (spec.Str("type") is not ("NodePort" or "LoadBalancer")) return;
        var own = request.Old.Objects("spec", "ports").Select(p => p.Num("nodePort")).ToHashSet();
        foreach (var (i, port) in spec.Objects("ports").Index())
        {
            if (port.Num("nodePort") is not { } number || number == 0 || own.Contains(number)) continue;
            var problem = number is < 30000 or > 32767 ? "provided port is not in the valid range. The range of valid ports is 30000-32767"
                : request.Snapshot.List("services").SelectMany(s => s.Parse().Objects("spec", "ports")).Any(p => p.Num("nodePort") == number && (p.Str("protocol") ?? "TCP") == (port.Str("protocol") ?? "TCP")) ? "provided port is already allocated" : null;
            if (problem is not null) throw ApiError.Invalid(request.Type, name, [FieldError.Invalid($"spec.ports[{i}].nodePort", number, problem)]);
        }
    }
}
