using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Patches of what istiod makes for the proxies. A patch that is wrong in itself is not looked at further.</summary>
internal static class EnvoyFilterRules
{
    private const string ConnectionManager = "envoy.filters.network.http_connection_manager";
    private static readonly string[] s_routes = ["ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE"];
    private static readonly string[] s_listeners = ["LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER"];

    public static void Check(MeshObject o, Findings f)
    {
        f.Warn("EnvoyFilter exposes internal implementation details that may change at any time. Prefer other APIs if possible, and exercise extreme caution, especially around upgrades.");
        if (!LabelRules.WorkloadSelector(o.Spec.Obj("workloadSelector"), "Envoy filter", f)) return;
        foreach (var patch in o.Spec.Objects("configPatches")) Patch(patch, f);
    }

    private static void Patch(JsonObject patch, Findings f)
    {
        var (applyTo, operation, value) = (patch.Str("applyTo") ?? "INVALID", patch.Str("patch", "operation") ?? "INVALID", patch.Obj("patch", "value"));
        var problem = applyTo == "INVALID" ? "missing applyTo"
            : patch.Obj("patch") is null ? "missing patch"
            : operation == "INVALID" ? "missing patch operation"
            : operation != "REMOVE" && value is null ? "missing patch value for non-remove operation"
            : patch.Str("match", "proxy", "proxyVersion") is { Length: > 0 } version && Re2Syntax.Problem(version) is { } pattern ? $"invalid regex for proxy version, [{pattern}]"
            : null;
        if (problem is null) problem = Match(patch.Obj("match"), applyTo, f);
        if (problem is not null)
        {
            f.Error($"Envoy filter: {problem}");
            // What is matched is a question of its own where the patch is not about listeners.
            if (!s_routes.Contains(applyTo) && applyTo != "CLUSTER") return;
        }
        if (value is not null) EnvoyConfigRules.Check(applyTo, value, f);
    }

    /// <summary>The object that is matched has to be of the kind that is patched.</summary>
    private static string? Match(JsonObject? match, string applyTo, Findings f)
    {
        if (match is null || match.Obj("waypoint") is not null) return null;
        var matched = new[] { "listener", "routeConfiguration", "cluster" }.FirstOrDefault(m => match.Obj(m) is not null);
        if (matched is null) return null;
        if (s_listeners.Contains(applyTo)) return matched == "listener" ? Filter(match.Obj("listener", "filterChain", "filter"), applyTo, f) : "applyTo for listener class objects cannot have non listener match";
        if (s_routes.Contains(applyTo) && matched != "routeConfiguration") return "applyTo for http route class objects cannot have non route configuration match";
        return applyTo == "CLUSTER" && matched != "cluster" ? "applyTo for cluster class objects cannot have non cluster match" : null;
    }

    private static string? Filter(JsonObject? filter, string applyTo, Findings f)
    {
        if (filter is null) return null;
        var (name, inner) = (filter.Str("name") ?? "", filter.Obj("subFilter"));
        if (applyTo is "LISTENER" or "FILTER_CHAIN") f.Warn($"Envoy filter: filter match has no effect when used with {applyTo}");
        if (name.Length == 0) return "filter match has no name to match on";
        if (inner is not null)
        {
            if (applyTo != "HTTP_FILTER") return "subfilter match can be used with applyTo HTTP_FILTER only";
            if (name is not (ConnectionManager or "envoy.http_connection_manager")) return $"subfilter match requires filter match with {ConnectionManager}";
            if (string.IsNullOrEmpty(inner.Str("name"))) return "subfilter match has no name to match on";
        }
        foreach (var used in new[] { name, inner.Str("name") ?? "" })
        {
            if (EnvoyConfigRules.NewName(used) is { } newName) f.Warn($"using deprecated filter name {GoText.Quote(used)}; use {GoText.Quote(newName)} instead");
        }
        return null;
    }
}
