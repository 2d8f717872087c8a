using System.Text.Json.Nodes;

namespace Portal.Labs.Grading.Probes;

/// <summary>
/// Sends requests and counts the answers: by status, header or a field of their JSON, by how long they took, and by what
/// proxies counted meanwhile. Each count has an interval.
/// </summary>
internal sealed class TrafficProbe(TimeProvider time) : ICheckProbe
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    public string Name => "traffic";

    public bool IsCostly => true;

    public async Task<ProbeResult> EvaluateAsync(ProbeContext context, JsonObject settings, CancellationToken cancellationToken)
    {
        var requests = Math.Clamp(settings.Number("requests") ?? 1, 1, 1000);
        var statements = TrafficStatement.Of(settings);
        var expected = $"of {requests} requests {string.Join(", ", statements.Select(s => s.Expected))}";
        if (TrafficSource.Create(context, settings, time, out var problem) is not { } source) return ProbeResult.Failed(expected, problem, settings.Text("from") ?? "");

        try
        {
            var (tally, counted) = await new Patience(time)
                .RunAsync(
                    async token =>
                    {
                        var counters = ProxyCounters.Of(settings, context, time);
                        await counters.BeginAsync(token).ConfigureAwait(false);
                        var tally = await SendAsync(source, requests, settings, token).ConfigureAwait(false);
                        return (tally, await counters.EndAsync(token).ConfigureAwait(false));
                    },
                    s_limit,
                    cancellationToken
                )
                .ConfigureAwait(false);
            var outcomes = statements.Select(s => (s.Expected, Found: s.Found(tally), Holds: s.Interval.Includes(s.Count(tally)))).Concat(counted).ToList();
            var found = string.Join(", ", tally.Counts.Select(c => $"{c.Key}: {c.Value}").Concat(statements.Where(s => !s.IsCount).Select(s => s.Found(tally))).Concat(counted.Select(c => c.Found)));
            return new(outcomes.TrueForAll(o => o.Holds), string.Join(", ", counted.Select(c => c.Expected).Prepend(expected)), found, source.Where)
            {
                Log = [$"{requests} requests, {source.Where}: {found}; not successful: {tally.Failures}; slowest {tally.Slowest.TotalSeconds:0.000} s", .. outcomes.Where(o => !o.Holds).Select(o => $"not so: {o.Expected}, but {o.Found}")],
            };
        }
        catch (TimeoutException)
        {
            return ProbeResult.Failed(expected, "no end within two minutes", source.Where);
        }
    }

    private static async Task<TrafficTally> SendAsync(TrafficSource source, int requests, JsonObject settings, CancellationToken cancellationToken)
    {
        var answers = new TrafficAnswer[requests];
        var concurrency = Math.Clamp(settings.Number("concurrency") ?? 8, 1, 50);
        await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken }, async (i, token) => answers[i] = await SendAsync(source, token).ConfigureAwait(false)).ConfigureAwait(false);
        return new TrafficTally([.. answers], settings);
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
            return TrafficAnswer.None(e.Message);
        }
    }
}
