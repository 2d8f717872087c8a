using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Registry;

/// <summary>Label selectors, as objects (<c>matchLabels</c>, <c>matchExpressions</c>); <see cref="LabelSelectorParser"/> reads them as query text.</summary>
internal static class Selectors
{
    /// <summary>Whether a LabelSelector object selects the labels. An empty selector selects everything.</summary>
    public static bool Matches(JsonObject selector, IReadOnlyDictionary<string, string> labels)
    {
        foreach (var (key, value) in selector.Map("matchLabels"))
        {
            if (!labels.TryGetValue(key, out var v) || v != value) return false;
        }
        foreach (var expression in selector.Objects("matchExpressions"))
        {
            var key = expression.Str("key") ?? "";
            var has = labels.TryGetValue(key, out var v);
            var values = expression.Strings("values").ToHashSet(StringComparer.Ordinal);
            var ok = expression.Str("operator") switch
            {
                "In" => has && values.Contains(v!),
                "NotIn" => !has || !values.Contains(v!),
                "Exists" => has,
                "DoesNotExist" => !has,
                _ => false,
            };
            if (!ok) return false;
        }
        return true;
    }

    /// <summary>Whether a plain map selector (Service, ReplicationController) selects the labels; an empty one selects nothing.</summary>
    public static bool Matches(IReadOnlyDictionary<string, string> selector, IReadOnlyDictionary<string, string> labels) =>
        selector.Count > 0 && selector.All(p => labels.TryGetValue(p.Key, out var v) && v == p.Value);
}
