using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>What the proxies of a cluster have measured: metrics for each pod, and the spans that they sent to a collector. Thread-safe.</summary>
internal sealed class MeshTelemetry(SandboxCluster cluster)
{
    private const int MaxGone = 60;

    /// <summary>Sets of series of all proxies: each has a past of some 30 KiB at most.</summary>
    private const int MaxSeries = 1500;

    private readonly ConcurrentDictionary<string, ProxyMetrics> _proxies = new(StringComparer.Ordinal);

    public SpanStore Spans { get; } = new();

    public long Now => cluster.Now.ToUnixTimeMilliseconds();

    /// <summary>Those that run and those that are gone but still remembered.</summary>
    public IEnumerable<ProxyMetrics> Proxies => _proxies.Values;

    public ProxyMetrics For(PodInstance pod)
    {
        if (_proxies.TryGetValue(pod.Uid, out var metrics))
        {
            // The same pod again, after its cluster slept.
            metrics.Ended = null;
            return metrics;
        }
        var gone = _proxies.Where(p => p.Value.Ended is not null).OrderByDescending(p => p.Value.Ended).Skip(MaxGone).Select(p => p.Key).ToList();
        foreach (var uid in gone) _proxies.TryRemove(uid, out _);
        return _proxies.GetOrAdd(pod.Uid, _ => new ProxyMetrics(pod, HasRoom));
    }

    /// <summary>Counted only when a series is new, which is seldom.</summary>
    private bool HasRoom() => _proxies.Values.Sum(p => p.Count) < MaxSeries;

    public void Stopped(PodInstance pod)
    {
        if (_proxies.TryGetValue(pod.Uid, out var metrics)) metrics.Ended = Now;
    }

    public void Clear()
    {
        _proxies.Clear();
        Spans.Clear();
    }

    /// <summary>What a proxy answers to a scraper, in the text format.</summary>
    public string Expose(PodInstance pod)
    {
        var text = new StringBuilder();
        var now = Now;
        if (_proxies.TryGetValue(pod.Uid, out var metrics))
        {
            foreach (var family in metrics.Series(target: false).GroupBy(s => Family(s.Name)).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"# TYPE {family.Key} {(family.Key.EndsWith("_total", StringComparison.Ordinal) ? "counter" : "histogram")}\n");
                foreach (var s in family) text.Append(CultureInfo.InvariantCulture, $"{s.Name}{s.Labels} {s.Read(now)}\n");
            }
        }
        text.Append(CultureInfo.InvariantCulture, $"# TYPE istio_build gauge\nistio_build{{component=\"proxy\",tag=\"{Istioctl.ProfileManifests.Version}\"}} 1\n");
        return text.ToString();
    }

    private static string Family(string name)
    {
        foreach (var suffix in new[] { "_bucket", "_sum", "_count" }) if (name.EndsWith(suffix, StringComparison.Ordinal)) return name[..^suffix.Length];
        return name;
    }
}
