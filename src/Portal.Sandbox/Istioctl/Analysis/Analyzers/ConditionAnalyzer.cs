using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Conditions by which a controller says that it did not take an object up.</summary>
internal static class ConditionAnalyzer
{
    private static readonly string[] s_gatewayApi = ["Accepted", "Programmed", "ResolvedRefs"];

    private static readonly Dictionary<string, string[]> s_conditions = new(StringComparer.Ordinal)
    {
        ["Service"] = ["istio.io/WaypointBound"],
        ["ServiceEntry"] = ["istio.io/WaypointBound"],
        ["AuthorizationPolicy"] = ["ZtunnelAccepted", "WaypointAccepted"],
        ["KubernetesGateway"] = s_gatewayApi,
        ["HTTPRoute"] = s_gatewayApi,
        ["GRPCRoute"] = s_gatewayApi,
    };

    public static IEnumerable<Finding> Run(AnalysisInput input) =>
        from kind in s_conditions
        from o in input.Of(kind.Key)
        from condition in Conditions(o)
        where IsNegative(kind.Key, kind.Value, condition)
        select Finding.Of(Messages.NegativeConditionStatus, o, condition.Str("type"), condition.Str("reason"), condition.Str("message"));

    private static IEnumerable<JsonObject> Conditions(AnalysisObject o) =>
        o.Type.Key is "HTTPRoute" or "GRPCRoute" ? o.Object.Objects("status", "parents").SelectMany(p => p.Objects("conditions")) : o.Object.Objects("status", "conditions");

    private static bool IsNegative(string kind, string[] types, JsonObject condition) =>
        (types.Contains(condition.Str("type")) && condition.Str("status") == "False")
        // Half a policy counts as accepted.
        || (kind == "AuthorizationPolicy" && condition.Str("type") == "WaypointAccepted" && condition.Str("reason") == "PartiallyInvalid");
}
