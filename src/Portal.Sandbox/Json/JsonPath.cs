using System.Text.Json.Nodes;

namespace Portal.Sandbox.Json;

/// <summary>The simple JSON paths that CRD printer columns use: <c>.spec.hosts</c>, <c>.status.conditions[?(@.type=="Ready")].status</c>, <c>.a[0].b</c>, <c>['x.y/z']</c>.</summary>
internal sealed class JsonPath
{
    private readonly List<Func<JsonNode?, JsonNode?>> _steps = [];

    public static JsonPath Parse(string text)
    {
        var path = new JsonPath();
        var i = 0;
        while (i < text.Length)
        {
            if (text[i] == '.')
            {
                var start = ++i;
                while (i < text.Length && text[i] is not ('.' or '['))
                {
                    if (text[i] == '\\') i++;
                    i++;
                }
                var name = text[start..Math.Min(i, text.Length)].Replace("\\", "", StringComparison.Ordinal);
                if (name.Length > 0) path._steps.Add(n => n.At(name));
            }
            else if (text[i] == '[')
            {
                var end = text.IndexOf(']', i);
                if (end < 0) break;
                path._steps.Add(Bracket(text[(i + 1)..end]));
                i = end + 1;
            }
            else i++;
        }
        return path;
    }

    public JsonNode? Evaluate(JsonNode? node)
    {
        foreach (var step in _steps) node = step(node);
        return node;
    }

    private static Func<JsonNode?, JsonNode?> Bracket(string inner)
    {
        if (int.TryParse(inner, out var index)) return n => n is JsonArray a && index < a.Count && index >= 0 ? a[index] : null;
        if (inner.StartsWith('\'') || inner.StartsWith('"')) return n => n.At(inner[1..^1]);
        if (inner.StartsWith("?(@.", StringComparison.Ordinal) && inner.IndexOf("==", StringComparison.Ordinal) is > 0 and var eq)
        {
            var field = inner[4..eq].Trim();
            var wanted = inner[(eq + 2)..].TrimEnd(')').Trim().Trim('"', '\'');
            return n => n is JsonArray a ? a.FirstOrDefault(x => x.At(field)?.ToString() == wanted) : null;
        }
        return n => n is JsonArray { Count: > 0 } a ? a[0] : null;
    }
}
