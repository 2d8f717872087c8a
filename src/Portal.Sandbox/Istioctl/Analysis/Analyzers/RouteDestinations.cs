using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>A destination of a VirtualService.</summary>
/// <param name="Field">Where its host stands.</param>
/// <param name="PortField">The field that istioctl names for a fault with the port.</param>
internal sealed record RouteDestination(JsonObject Destination, string Field, string? PortField, bool IsMirror)
{
    public string Host => Destination.Str("host") ?? "";

    public static IEnumerable<RouteDestination> Of(AnalysisObject vs)
    {
        foreach (var protocol in new[] { "tcp", "tls", "http" })
        {
            foreach (var (i, rule) in vs.Spec.Objects(protocol).Index())
            {
                foreach (var (j, route) in rule.Objects("route").Index())
                {
                    var field = $".spec.{protocol}[{i}].route[{j}].destination.host";
                    yield return new(route.Obj("destination") ?? [], field, field, false);
                }
            }
        }
        foreach (var (i, rule) in vs.Spec.Objects("http").Index())
        {
            var field = $".spec.http[{i}].mirror.host";
            if (rule.Obj("mirror") is { } mirror) yield return new(mirror, field, field, true);
            foreach (var m in rule.Objects("mirrors")) yield return new(m.Obj("destination") ?? [], field, null, true);
        }
    }
}
