using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Clusters.Watching;

namespace Portal.Labs.Grading.Probes;

/// <summary>
/// How much counters of proxies grew while a traffic probe sent: what reached a workload, with which flags. Read in the
/// proxies themselves, so that no scrape has to be waited for.
/// </summary>
internal sealed class ProxyCounters
{
    private const string Container = "istio-proxy";
    private static readonly ImmutableArray<string> s_read = ["curl", "-s", "--max-time", "10", "http://localhost:15090/stats/prometheus"];

    /// <summary>A proxy counts a request a moment after its answer; it is asked this often before the count is believed to be too small.</summary>
    private const int Readings = 4;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(300);

    private readonly ImmutableArray<ProxyCounter> _counters;
    private readonly ProbeContext _context;
    private readonly TimeProvider _time;
    private Dictionary<string, string> _before = [];

    private ProxyCounters(ImmutableArray<ProxyCounter> counters, ProbeContext context, TimeProvider time)
    {
        _counters = counters;
        _context = context;
        _time = time;
    }

    public static ProxyCounters Of(JsonObject settings, ProbeContext context, TimeProvider time) =>
        new([.. (settings["counters"] as JsonArray ?? []).OfType<JsonObject>().Select(ProxyCounter.Read)], context, time);

    public async Task BeginAsync(CancellationToken cancellationToken) => _before = await ReadAsync(cancellationToken).ConfigureAwait(false);

    public async Task<ImmutableArray<(string Expected, string Found, bool Holds)>> EndAsync(CancellationToken cancellationToken)
    {
        for (var reading = 1; ; reading++)
        {
            var now = await ReadAsync(cancellationToken).ConfigureAwait(false);
            ImmutableArray<(string, string, bool Holds)> outcomes = [.. _counters.Select(c => Compare(c, now))];
            if (reading == Readings || outcomes.All(o => o.Holds)) return outcomes;
            await new Patience(_time).DelayAsync(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private (string Expected, string Found, bool Holds) Compare(ProxyCounter counter, Dictionary<string, string> now)
    {
        var expected = $"{counter.Title}: {Settings.Describe(counter.Interval)}";
        var pods = Pods(counter).ToList();
        if (pods.Count == 0) return (expected, $"no ready proxy of {counter.Workload}", false);
        var grown = pods.Sum(p => counter.Sum(now.GetValueOrDefault(p.Name)) - counter.Sum(_before.GetValueOrDefault(p.Name)));
        return (expected, string.Create(CultureInfo.InvariantCulture, $"{counter.Title}: {grown:0}"), counter.Interval.Includes(grown));
    }

    /// <summary>The text that each proxy exposes, by pod.</summary>
    private async Task<Dictionary<string, string>> ReadAsync(CancellationToken cancellationToken)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pod in _counters.SelectMany(Pods).DistinctBy(p => p.Name))
        {
            texts[pod.Name] = (await _context.Api.ExecAsync(pod.Namespace, pod.Name, Container, s_read, cancellationToken).ConfigureAwait(false)).Output;
        }
        return texts;
    }

    private IEnumerable<PodRow> Pods(ProxyCounter counter) => ClusterSummaryBuilder.From(_context.Snapshot).Pods
        .Where(p => p.Namespace == counter.Namespace && p.Workload == counter.Workload && p.ReadyContainers == p.Containers && p.Status != "Terminating");
}
