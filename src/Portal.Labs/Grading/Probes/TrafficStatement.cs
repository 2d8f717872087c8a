using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Portal.Labs.Grading.Probes;

/// <summary>One thing that a traffic probe states about the answers: how many there are of a sort.</summary>
/// <param name="Subject">What is counted, in words.</param>
/// <param name="IsCount">Whether the tally's own counts already tell it.</param>
internal sealed record TrafficStatement(string Subject, (double Min, double Max) Interval, Func<TrafficTally, int> Count, bool IsCount = false)
{
    public string Expected => $"{Subject}: {Settings.Describe(Interval)}";

    public string Found(TrafficTally tally) => $"{Subject}: {Count(tally)}";

    public static ImmutableArray<TrafficStatement> Of(JsonObject settings)
    {
        var result = ImmutableArray.CreateBuilder<TrafficStatement>();
        foreach (var (value, interval) in settings.Section("expect") ?? [])
        {
            result.Add(new(value, interval.Interval() ?? (0, 0), t => t.Counts.GetValueOrDefault(value), IsCount: true));
        }
        if (settings.Number("failures") is { } failures) result.Add(new("failures", (0, failures), t => t.Failures));
        var latencies = settings["latency"] switch { JsonArray several => several.OfType<JsonObject>(), JsonObject one => [one], _ => [] };
        foreach (var latency in latencies)
        {
            var least = GoDuration.Parse(latency.Text("atLeast"));
            var below = GoDuration.Parse(latency.Text("below"));
            var words = string.Join(" and ", ((string?[])[least is null ? null : $"{latency.Text("atLeast")} or longer", below is null ? null : $"shorter than {latency.Text("below")}"]).OfType<string>());
            result.Add(new(words, latency["expect"].Interval() ?? (0, 0), t => t.Answers.Count(a => a.Elapsed >= (least ?? TimeSpan.Zero) && a.Elapsed < (below ?? TimeSpan.MaxValue))));
        }
        return result.ToImmutable();
    }
}
