using System.Globalization;
using System.Text.Json;

namespace Portal.Clusters.Api;

/// <summary>Reads JSON of which nothing is certain: what is missing or of another type is null or empty, never an exception.</summary>
public static class JsonReading
{
    /// <summary>The value below a path of property names, or an undefined element.</summary>
    public static JsonElement Find(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return default;
        }
        return element;
    }

    public static string? Text(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element.GetRawText(),
        _ => null,
    };

    public static int WholeNumber(this JsonElement element, int fallback = 0) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var number) ? number : fallback;

    public static double? Number(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) ? number : null;

    public static bool IsTrue(this JsonElement element) => element.ValueKind == JsonValueKind.True;

    public static bool Exists(this JsonElement element) => element.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    public static IEnumerable<JsonElement> Items(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array) yield break;
        foreach (var item in element.EnumerateArray()) yield return item;
    }

    public static IEnumerable<JsonProperty> Members(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object) yield break;
        foreach (var member in element.EnumerateObject()) yield return member;
    }

    public static IReadOnlyDictionary<string, string> Labels(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Find(path).Members().ToDictionary(m => m.Name, m => m.Value.Text() ?? "", StringComparer.Ordinal);

    public static DateTimeOffset? Time(this JsonElement element) =>
        DateTimeOffset.TryParse(element.Text(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>Whether labels hold every pair of a selector. An empty selector matches everything.</summary>
    public static bool Matches(this IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> selector) =>
        selector.All(s => labels.TryGetValue(s.Key, out var value) && value == s.Value);
}
