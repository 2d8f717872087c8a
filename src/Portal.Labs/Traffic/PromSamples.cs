using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Labs.Traffic;

/// <summary>Reads the samples of Prometheus's answers; what is no finite number is left out.</summary>
internal static class PromSamples
{
    /// <summary>Of an instant vector.</summary>
    public static IEnumerable<(IReadOnlyDictionary<string, string> Labels, double Value)> Vector(JsonElement data)
    {
        foreach (var series in data.Find("result").Items())
            if (Read(series.Find("value")) is { } point)
                yield return (series.Labels("metric"), point.Rate);
    }

    /// <summary>Of a range vector, each series oldest first.</summary>
    public static IEnumerable<(IReadOnlyDictionary<string, string> Labels, ImmutableArray<RatePoint> Points)> Matrix(
        JsonElement data
    ) =>
        data.Find("result")
            .Items()
            .Select(s =>
                (s.Labels("metric"), s.Find("values").Items().Select(Read).OfType<RatePoint>().ToImmutableArray())
            );

    /// <summary>A sample is a pair: Unix seconds, and the value as text.</summary>
    private static RatePoint? Read(JsonElement sample)
    {
        var pair = sample.Items().ToList();
        if (
            pair is not [var time, var text]
            || time.Number() is not { } seconds
            || seconds is < 0 or > 1e11
            || !double.TryParse(text.Text(), CultureInfo.InvariantCulture, out var value)
            || !double.IsFinite(value)
        )
            return null;
        return new(DateTimeOffset.UnixEpoch.AddSeconds(seconds), value);
    }
}
