using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Rules that no request can reach, and conditions that a rule before has taken.</summary>
internal static class UnusedRouteRules
{
    /// <summary>The conditions of routes in their order; of two that are the same the second never decides.</summary>
    public static void Matches(IReadOnlyList<JsonObject> routes, Findings f)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var catchAll = false;
        for (var i = 0; i < routes.Count; i++)
        {
            var name = Name(routes[i], i);
            var matches = routes[i].Objects("match").ToList();
            if (matches.Count == 0)
            {
                if (catchAll) Unused(name, "only the last rule can have no matches", f);
                catchAll = true;
                continue;
            }
            var duplicates = 0;
            for (var n = 0; n < matches.Count; n++)
            {
                if (catchAll)
                {
                    Unused(name, "route without matches defined before", f);
                    continue;
                }
                var condition = Condition(matches[n]);
                if (seen.TryGetValue(condition, out var before))
                {
                    Ineffective(name, Name(matches[n], n), Name(routes[before], before), f);
                    duplicates++;
                }
                else seen[condition] = i;
            }
            if (duplicates == matches.Count) Unused(name, "all matches used by prior rules", f);
        }
    }

    public static void Http(IReadOnlyList<JsonObject> routes, Findings f)
    {
        Matches(routes, f);
        var prefixes = Prefixes(routes).ToList();
        var byPrefix = prefixes.Index().ToLookup(p => p.Item.Prefix, p => p.Index, StringComparer.Ordinal);
        var lengths = prefixes.Select(p => p.Prefix.Length).Distinct().Order().ToList();
        var covered = from later in prefixes.Index()
                      from length in lengths.TakeWhile(l => l < later.Item.Prefix.Length)
                      from before in byPrefix[later.Item.Prefix[..length]]
                      where before < later.Index && prefixes[before].Covers(later.Item)
                      orderby before, later.Index
                      select (Before: prefixes[before], Later: later.Item);
        foreach (var (before, later) in covered)
            Ineffective(later.Route, $"{later.Match} of prefix {later.Prefix}", $"{before.Match} of prefix {before.Prefix} on {before.Route}", f);
    }

    /// <summary>The conditions on prefixes of paths, without those that are said to be duplicates or out of reach.</summary>
    private static IEnumerable<PrefixCondition> Prefixes(IReadOnlyList<JsonObject> routes)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < routes.Count; i++)
        {
            var matches = routes[i].Objects("match").ToList();
            if (matches.Count == 0) yield break;
            for (var n = 0; n < matches.Count; n++)
            {
                if (!seen.Add(Condition(matches[n]))) continue;
                if (matches[n].Str("uri", "prefix") is { Length: > 0 } prefix) yield return new(Name(routes[i], i), Name(matches[n], n), prefix, matches[n]);
            }
        }
    }

    /// <summary>What a match asks for as text, the same for all ways to write it. A name is no condition.</summary>
    private static string Condition(JsonObject match) => Text(new JsonObject(match.Where(p => p.Key != "name").Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))));

    private static string Text(JsonNode? node) => node switch
    {
        JsonObject o => $"{{{string.Join(',', o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{JsonValue.Create(p.Key).ToText()}:{Text(p.Value)}"))}}}",
        JsonArray a => $"[{string.Join(',', a.Select(Text))}]",
        _ => node?.ToText() ?? "null",
    };

    private static string Name(JsonObject o, int index) => o.Str("name") is { Length: > 0 } name ? GoText.Quote(name) : $"#{index}";

    private static void Unused(string rule, string reason, Findings f) => f.Warn($"virtualService rule {rule} not used ({reason})", WarningKind.UnreachableRule);

    private static void Ineffective(string rule, string match, string other, Findings f) =>
        f.Warn($"virtualService rule {rule} match {match} is not used (duplicate/overlapping match in rule {other})", WarningKind.IneffectiveMatch);

    private sealed record PrefixCondition(string Route, string Match, string Prefix, JsonObject Condition)
    {
        /// <summary>Whether nothing that the later condition asks for is left by this one.</summary>
        public bool Covers(PrefixCondition later)
        {
            if (later.Prefix == Prefix || !later.Prefix.StartsWith(Prefix, StringComparison.Ordinal)) return false;
            if ((Condition.Num("port") ?? 0) != (later.Condition.Num("port") ?? 0)) return false;
            return Within(Text(Condition["method"], "exact:GET"), Text(later.Condition["method"], "exact:GET")) && Within(Text(Condition["authority"]), Text(later.Condition["authority"]))
                && Same("headers", later) && Same("queryParams", later) && Same("withoutHeaders", later);
        }

        private bool Same(string field, PrefixCondition later)
        {
            var (mine, other) = (Condition.Obj(field) ?? [], later.Condition.Obj(field) ?? []);
            return mine.Count == other.Count && mine.All(p => other.TryGetPropertyValue(p.Key, out var value) && Within(Text(p.Value), Text(value)));
        }

        private static bool Within(string mine, string other) => mine.StartsWith(other, StringComparison.Ordinal);

        private static string Text(JsonNode? match, string fallback = "") =>
            match.Str("exact") is { Length: > 0 } exact ? "exact:" + exact : match.Str("prefix") is { Length: > 0 } prefix ? "prefix:" + prefix : fallback;
    }
}
