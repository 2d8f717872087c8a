using System.Collections.Concurrent;
using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox;

/// <summary>
/// The processor time that the programs of all clusters of a server get together. Those that want it share it
/// equally; a cluster counts as wanting for a moment after it last spent more than its burst. Thread-safe, without
/// timers.
/// </summary>
internal sealed class ProcessorShares(double cores)
{
    private const long CountEvery = 10, WantsFor = 100;

    private readonly ConcurrentDictionary<ClusterProcessor, long> _wanting = new();
    private long _countedAt = long.MinValue;
    private int _count = 1;

    /// <summary>Cores for one of the clusters that want some now.</summary>
    public double Share(ClusterProcessor cluster, bool wants)
    {
        var now = Environment.TickCount64;
        if (wants) _wanting[cluster] = now;
        if (now - Interlocked.Read(ref _countedAt) < CountEvery) return cores / Volatile.Read(ref _count);
        Interlocked.Exchange(ref _countedAt, now);
        foreach (var (other, at) in _wanting) if (now - at > WantsFor) _wanting.TryRemove(new(other, at));
        var count = Math.Max(1, _wanting.Count);
        Volatile.Write(ref _count, count);
        return cores / count;
    }
}
