namespace Portal.Clusters.Watching;

/// <summary>A live, read-only picture of one cluster, fed by one set of watches however many readers there are.</summary>
public interface IClusterView : IAsyncDisposable
{
    ClusterSnapshot Current { get; }

    /// <summary>The current snapshot, then the newest after each change (batched, at most ten a second). Ends when cancelled or the view is disposed.</summary>
    IAsyncEnumerable<ClusterSnapshot> WatchAsync(CancellationToken cancellationToken);
}
