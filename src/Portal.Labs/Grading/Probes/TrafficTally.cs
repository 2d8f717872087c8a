using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Labs.Grading.Probes;

/// <summary>The answers of a traffic probe, counted as its settings say.</summary>
internal sealed class TrafficTally
{
    public TrafficTally(ImmutableArray<TrafficAnswer> answers, JsonObject settings)
    {
        Answers = answers;
        Counts = answers.GroupBy(a => Classify(a, settings), StringComparer.Ordinal).ToImmutableSortedDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
    }

    public ImmutableArray<TrafficAnswer> Answers { get; }
    public ImmutableSortedDictionary<string, int> Counts { get; }
    public int Failures => Answers.Count(a => !a.Succeeded);
    public TimeSpan Slowest => Answers.Max(a => a.Elapsed);

    /// <summary>What an answer counts as: its status, unless the check looks inside.</summary>
    private static string Classify(TrafficAnswer answer, JsonObject settings)
    {
        var status = answer.Status == 0 ? "no answer" : answer.Status.ToString(CultureInfo.InvariantCulture);
        if (Body(answer, status, settings) is { } body && !answer.Body.Contains(body, StringComparison.Ordinal)) return answer.Succeeded ? "other content" : $"{status} with other content";
        if (!answer.Succeeded || settings.Section("value") is not { } value) return status;
        var text = value.Text("json") is { } field ? Field(answer.Body, field)
            : value.Text("header") is { } header ? answer.Headers.GetValueOrDefault(header)
            : answer.Body;
        if (text is null) return "nothing to count";
        if (value.Text("match") is not { } pattern) return text;
        var match = Regex.Match(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
        return !match.Success ? text : match.Groups.Count > 1 ? match.Groups[1].Value : match.Value;
    }

    /// <summary>What the body has to hold: one text for every success, or a text for a status.</summary>
    private static string? Body(TrafficAnswer answer, string status, JsonObject settings) =>
        settings.Section("body") is { } byStatus ? byStatus.Text(status) : answer.Succeeded ? settings.Text("body") : null;

    private static string? Field(string body, string path)
    {
        try
        {
            JsonNode? node = JsonNode.Parse(body);
            foreach (var name in path.Split('.')) node = (node as JsonObject)?[name];
            return (node as JsonValue)?.Scalar();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
