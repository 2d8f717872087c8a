using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Registry;

/// <summary>Label selectors, as objects (<c>matchLabels</c>, <c>matchExpressions</c>) and as query text.</summary>
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

    /// <summary>Parses <c>a=b,c!=d,e in (x,y),!f,g</c>.</summary>
    /// <exception cref="FormatException">The text is not a selector.</exception>
    public static Func<IReadOnlyDictionary<string, string>, bool> ParseLabels(string text)
    {
        var terms = SplitTerms(text).Select(ParseTerm).ToArray();
        return labels => terms.All(t => t(labels));
    }

    private static IEnumerable<string> SplitTerms(string text)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '(') depth++;
            else if (i < text.Length && text[i] == ')') depth--;
            else if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                var term = text[start..i].Trim();
                if (term.Length > 0) yield return term;
                start = i + 1;
            }
        }
    }

    private static Func<IReadOnlyDictionary<string, string>, bool> ParseTerm(string term)
    {
        if (term[0] == '!')
        {
            var absent = term[1..].Trim();
            return l => !l.ContainsKey(absent);
        }
        if (term.EndsWith(')'))
        {
            var open = term.IndexOf('(', StringComparison.Ordinal);
            var head = term[..open].Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (head.Length != 2 || head[1] is not ("in" or "notin")) throw new FormatException($"unable to parse requirement: {term}");
            var values = term[(open + 1)..^1].Split(',').Select(v => v.Trim()).ToHashSet(StringComparer.Ordinal);
            return head[1] == "in" ? l => l.TryGetValue(head[0], out var v) && values.Contains(v) : l => !l.TryGetValue(head[0], out var v) || !values.Contains(v);
        }
        var not = term.IndexOf("!=", StringComparison.Ordinal);
        if (not > 0)
        {
            var (key, value) = (term[..not].Trim(), term[(not + 2)..].Trim());
            return l => !l.TryGetValue(key, out var v) || v != value;
        }
        var eq = term.IndexOf('=', StringComparison.Ordinal);
        if (eq > 0)
        {
            var (key, value) = (term[..eq].Trim(), term[(eq + 1)..].TrimStart('=').Trim());
            return l => l.TryGetValue(key, out var v) && v == value;
        }
        if (term.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or '/'))) throw new FormatException($"unable to parse requirement: invalid label key \"{term}\"");
        return l => l.ContainsKey(term);
    }
}
