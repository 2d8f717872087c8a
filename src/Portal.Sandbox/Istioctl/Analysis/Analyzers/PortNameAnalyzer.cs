using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Ports of services whose name does not say what is spoken there.</summary>
internal static class PortNameAnalyzer
{
    private static readonly HashSet<string> s_protocols = ["tcp", "udp", "grpc", "grpc-web", "http", "http_proxy", "http2", "https", "tls", "mongo", "redis", "mysql", "hbone", "double-hbone"];

    public static IEnumerable<Finding> Run(AnalysisInput input) => input.Of("Service").Where(s => !MeshMembership.IsControlPlane(s)).SelectMany(Check);

    private static IEnumerable<Finding> Check(AnalysisObject service)
    {
        var external = service.Spec.Str("type") == "ExternalName";
        foreach (var (i, port) in service.Spec.Objects("ports").Index())
        {
            if (SaysProtocol(port) && !(external && port.Str("name") == "tcp")) continue;
            var field = $".spec.ports[{i}].port";
            yield return external ? Finding.At(Messages.ExternalNameServiceTypeInvalidPortName, service, field)
                : Finding.At(Messages.PortNameIsNotUnderNamingConvention, service, field, port.Str("name"), port.Num("port") ?? 0, port["targetPort"]?.ToString() ?? "0");
        }
    }

    private static bool SaysProtocol(JsonObject port)
    {
        if (port.Str("protocol") == "UDP") return true;
        var name = (port.Str("appProtocol") ?? port.Str("name") ?? "").ToLowerInvariant();
        if (port.Str("appProtocol") is not null && name is "kubernetes.io/h2c" or "kubernetes.io/ws" or "kubernetes.io/wss") return true;
        if (name.StartsWith("grpc-web", StringComparison.Ordinal)) return true;
        // Where servers of well-known ports would wait to be spoken to, nothing is guessed.
        return s_protocols.Contains(name.Split('-')[0]) || port.Num("port") is 25 or 53 or 3306 or 27017;
    }
}
