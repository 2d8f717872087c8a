using System.Text.Json;
using System.Text.Json.Nodes;
using DevLab.JmesPath;

namespace Portal.Labs.Grading;

/// <summary>The first leaf of an assertion tree that does not hold.</summary>
internal sealed record AssertionFailure(string Path, string Wanted, string Found);

/// <summary>
/// Compares an object with a partial one. A key in parentheses is a JMESPath expression over the object at that place; a
/// list asks for items that match, in any order.
/// </summary>
internal static class AssertionTree
{
    public static AssertionFailure? Check(JsonNode? wanted, JsonNode? actual, string path = "")
    {
        switch (wanted)
        {
            case JsonObject members:
                if (actual is not JsonObject found) return new(path, "an object", Show(actual));
                foreach (var (key, value) in members)
                {
                    var failure = key.StartsWith('(') && key.EndsWith(')')
                        ? Check(value, Evaluate(found, key[1..^1]), Join(path, key))
                        : Check(value, found[key], Join(path, key));
                    if (failure is not null) return failure;
                }
                return null;
            case JsonArray items:
                if (actual is not JsonArray list) return new(path, "a list", Show(actual));
                foreach (var item in items)
                {
                    if (!list.Any(a => Check(item, a, path) is null)) return new(path, $"an item {Show(item)}", Show(actual));
                }
                return null;
            default:
                return SameScalar(wanted, actual) ? null : new(path, Show(wanted), Show(actual));
        }
    }

    private static JsonNode? Evaluate(JsonObject value, string expression)
    {
        try
        {
            return JsonNode.Parse(new JmesPath().Transform(value.ToJsonString(), expression));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The library throws plain exceptions of several types when an expression meets a value of another type.
            return JsonValue.Create($"nothing that fits ({e.Message})");
        }
    }

    private static bool SameScalar(JsonNode? wanted, JsonNode? actual)
    {
        if (wanted is null || actual is null) return wanted is null && actual is null;
        if (wanted is not JsonValue a || actual is not JsonValue b) return false;
        if (a.GetValueKind() == JsonValueKind.Number && b.GetValueKind() == JsonValueKind.Number) return double.Parse(a.Scalar(), System.Globalization.CultureInfo.InvariantCulture).Equals(double.Parse(b.Scalar(), System.Globalization.CultureInfo.InvariantCulture));
        return a.Scalar() == b.Scalar();
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private static string Show(JsonNode? node) => node switch
    {
        null => "nothing",
        JsonValue value => value.Scalar(),
        _ => node.ToJsonString(),
    };
}
