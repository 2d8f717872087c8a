using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Labs.Grading;

/// <summary>Reads a probe's settings. What an author left out is null; the linter says what may not be.</summary>
internal static class Settings
{
    public static string? Text(this JsonObject settings, string name) => (settings[name] as JsonValue)?.Scalar();

    public static int? Number(this JsonObject settings, string name) =>
        int.TryParse(settings.Text(name), CultureInfo.InvariantCulture, out var number) ? number : null;

    public static JsonObject? Section(this JsonObject settings, string name) => settings[name] as JsonObject;

    public static string Scalar(this JsonValue value) =>
        value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();

    /// <summary>A number, a list of two for an interval, or a list of one for what has no upper end.</summary>
    public static (double Min, double Max)? Interval(this JsonNode? node) => node switch
    {
        JsonArray { Count: 1 } least when least[0] is JsonValue min => (Double(min), double.PositiveInfinity),
        JsonArray { Count: 2 } pair when pair[0] is JsonValue min && pair[1] is JsonValue max => (Double(min), Double(max)),
        JsonValue single => (Double(single), Double(single)),
        _ => null,
    };

    public static bool Includes(this (double Min, double Max) interval, double value) => value >= interval.Min && value <= interval.Max;

    public static string Describe((double Min, double Max) interval) => interval.Min == interval.Max
        ? interval.Min.ToString("0.##", CultureInfo.InvariantCulture)
        : double.IsPositiveInfinity(interval.Max) ? string.Create(CultureInfo.InvariantCulture, $"{interval.Min:0.##} or more")
        : string.Create(CultureInfo.InvariantCulture, $"{interval.Min:0.##} to {interval.Max:0.##}");

    private static double Double(JsonValue value) => double.Parse(value.Scalar(), CultureInfo.InvariantCulture);
}
