using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Routing;

/// <summary>
/// Routes that a VirtualService leaves to another one: the delegate's routes with both matches, where these agree. Rules:
/// the API's text on <c>HTTPRoute.delegate</c>.
/// </summary>
internal static class Delegation
{
    private static readonly string[] s_inherited = ["rewrite", "timeout", "retries", "fault", "mirror", "mirrorPercentage", "mirrors", "corsPolicy", "headers", "directResponse"];
    private static readonly string[] s_paths = ["uri", "scheme", "method", "authority"];
    private static readonly string[] s_maps = ["headers", "withoutHeaders", "queryParams"];

    /// <summary>
    /// The HTTP routes of a VirtualService with its delegates' in their place. A delegate that is not there or not visible leaves nothing; one with hosts of its own
    /// is none, and none can delegate further.
    /// </summary>
    public static IEnumerable<JsonObject> Expand(MeshObject root, Func<string, string, MeshObject?> find)
    {
        foreach (var route in root.Spec.Objects("http"))
        {
            if (route.Obj("delegate") is not { } reference)
            {
                yield return route;
                continue;
            }
            var ns = reference.Str("namespace") is { Length: > 0 } said ? said : root.Namespace;
            if (find(ns, reference.Str("name") ?? "") is not { } leaf || leaf.Spec.Arr("hosts") is { Count: > 0 } || !MeshConfig.IsVisible(leaf, root.Namespace)) continue;
            foreach (var own in leaf.Spec.Objects("http").Where(r => r.Obj("delegate") is null))
            {
                if (Merge(route, own, leaf.Namespace) is { } merged) yield return merged;
            }
        }
    }

    private static JsonObject? Merge(JsonObject root, JsonObject leaf, string leafNamespace)
    {
        var merged = leaf.Copy();
        // Short names in the delegate are of its own namespace.
        Qualify(merged, leafNamespace);
        if (MergeMatches(root, leaf) is not { } matches) return null;
        if (matches.Count > 0) merged["match"] = matches;
        else merged.Remove("match");
        foreach (var field in s_inherited) if (merged[field] is null && root[field] is { } value) merged[field] = value.DeepClone();
        merged["name"] = (root.Str("name"), leaf.Str("name")) switch
        {
            ({ Length: > 0 } a, { Length: > 0 } b) => $"{a}-{b}",
            ({ Length: > 0 } a, _) => a,
            (_, var b) => b,
        };
        if (merged.Str("name") is null) merged.Remove("name");
        return merged;
    }

    private static void Qualify(JsonObject route, string ns)
    {
        var destinations = route.Objects("route").Select(r => r.Obj("destination")).Concat(route.Objects("mirrors").Select(m => m.Obj("destination"))).Append(route.Obj("mirror"));
        foreach (var destination in destinations.OfType<JsonObject>()) destination["host"] = MeshConfig.Qualify(destination.Str("host") ?? "", ns);
    }

    /// <summary>Every match of the root with every one of the delegate's; null when none of them agree.</summary>
    private static JsonArray? MergeMatches(JsonObject root, JsonObject leaf)
    {
        var (above, below) = (root.Objects("match").ToList(), leaf.Objects("match").ToList());
        if (above.Count == 0) return [.. below.Select(m => m.DeepClone())];
        if (below.Count == 0) return [.. above.Select(m => m.DeepClone())];
        var merged = above.SelectMany(a => below.Where(b => Agree(a, b)).Select(b => (JsonNode)MergeMatch(a, b))).ToArray();
        return merged.Length == 0 ? null : new JsonArray(merged);
    }

    private static JsonObject MergeMatch(JsonObject root, JsonObject leaf)
    {
        var merged = leaf.Copy();
        foreach (var (field, value) in root)
        {
            if (field == "name" && leaf.Str("name") is { Length: > 0 } own) merged["name"] = $"{value.Str()}-{own}";
            else if (Array.IndexOf(s_maps, field) >= 0 || field == "sourceLabels") foreach (var (key, condition) in value.Obj() ?? []) merged.Ensure(field).Default(key, condition?.DeepClone());
            else merged.Default(field, value?.DeepClone());
        }
        return merged;
    }

    private static bool Agree(JsonObject root, JsonObject leaf) =>
        Array.TrueForAll(s_paths, f => Within(root.Obj(f), leaf.Obj(f)))
        && Array.TrueForAll(s_maps, f => (root.Obj(f) ?? []).All(c => leaf.Obj(f)?.ContainsKey(c.Key) != true || Within(c.Value.Obj(), leaf.Obj(f, c.Key))))
        && (root.Flag("ignoreUriCase") ?? false) == (leaf.Flag("ignoreUriCase") ?? false)
        && (root.Num("port") is not > 0 || leaf.Num("port") is not > 0 || root.Num("port") == leaf.Num("port"))
        && root.Map("sourceLabels").All(l => !leaf.Map("sourceLabels").TryGetValue(l.Key, out var v) || v == l.Value)
        && (root.Str("sourceNamespace") is not { Length: > 0 } || leaf.Str("sourceNamespace") is not { Length: > 0 } || root.Str("sourceNamespace") == leaf.Str("sourceNamespace"))
        && (root.Arr("gateways") is not { Count: > 0 } || leaf.Strings("gateways").All(g => root.Strings("gateways").Contains(g)));

    /// <summary>Whether the delegate's condition lies within the root's. Regular expressions cannot be compared.</summary>
    private static bool Within(JsonObject? root, JsonObject? leaf)
    {
        if (root is not { Count: > 0 } || leaf is not { Count: > 0 }) return true;
        if (root.ContainsKey("regex") || leaf.ContainsKey("regex")) return false;
        if (root.Str("exact") is { } exact) return leaf.Str("exact") == exact;
        var prefix = root.Str("prefix") ?? "";
        return (leaf.Str("prefix") ?? leaf.Str("exact") ?? "").StartsWith(prefix, StringComparison.Ordinal);
    }
}
