using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Labs.Grading.Probes;

/// <summary>Sends requests and counts the answers by status, header or a field of their JSON; each count has an interval.</summary>
internal sealed class TrafficProbe : ICheckProbe
{
    private const int Concurrency = 8;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    public string Name => "traffic";

    public bool IsCostly => true;

    public async Task<ProbeResult> EvaluateAsync(ProbeContext context, JsonObject settings, CancellationToken cancellationToken)
    {
        var requests = Math.Clamp(settings.Number("requests") ?? 1, 1, 1000);
        var expected = Expected(settings, requests);
        if (TrafficSource.Create(context, settings, out var problem) is not { } source) return ProbeResult.Failed(expected, problem, settings.Text("from") ?? "");

        var counts = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var failures = 0;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_limit);
        try
        {
            await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = limit.Token }, async (_, token) =>
            {
                var answer = await SendAsync(source, token).ConfigureAwait(false);
                if (answer.Status is < 200 or >= 300) Interlocked.Increment(ref failures);
                counts.AddOrUpdate(Classify(answer, settings), 1, (_, count) => count + 1);
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ProbeResult.Failed(expected, "no end within two minutes", source.Where);
        }
        var found = string.Join(", ", counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Key}: {c.Value}"));
        var holds = Counts(settings).All(e => counts.GetValueOrDefault(e.Value) is var count && count >= e.Interval.Min && count <= e.Interval.Max)
            && (settings.Number("failures") is not { } allowed || failures <= allowed);
        return new(holds, expected, found, source.Where) { Log = [$"{requests} requests: {found}; not successful: {failures}"] };
    }

    private static async Task<TrafficAnswer> SendAsync(TrafficSource source, CancellationToken cancellationToken)
    {
        try
        {
            return await source.SendAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A request without an answer is an observation like any other: it counts as status 0.
            return new(0, e.Message, new Dictionary<string, string>());
        }
    }

    /// <summary>What an answer counts as: its status, unless it succeeded and the check looks inside.</summary>
    private static string Classify(TrafficAnswer answer, JsonObject settings)
    {
        var status = answer.Status == 0 ? "no answer" : answer.Status.ToString(CultureInfo.InvariantCulture);
        if (answer.Status is < 200 or >= 300) return status;
        if (settings.Text("body") is { } body && !answer.Body.Contains(body, StringComparison.Ordinal)) return "other content";
        if (settings.Section("value") is not { } value) return status;
        var text = value.Text("json") is { } field ? Field(answer.Body, field)
            : value.Text("header") is { } header ? answer.Headers.GetValueOrDefault(header)
            : answer.Body;
        if (text is null) return "nothing to count";
        if (value.Text("match") is not { } pattern) return text;
        var match = Regex.Match(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
        return !match.Success ? text : match.Groups.Count > 1 ? match.Groups[1].Value : match.Value;
    }

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

    private static IEnumerable<(string Value, (double Min, double Max) Interval)> Counts(JsonObject settings) =>
        settings.Section("expect")?.Select(e => (e.Key, e.Value.Interval() ?? (0, 0))) ?? [];

    private static string Expected(JsonObject settings, int requests)
    {
        var failures = settings.Number("failures") is { } allowed ? $"; failures at most {allowed}" : "";
        return $"of {requests} requests {string.Join(", ", Counts(settings).Select(e => $"{e.Value}: {Settings.Describe(e.Interval)}"))}{failures}";
    }
}
