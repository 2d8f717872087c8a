namespace Portal.Clusters;

/// <summary>A lease, and what giving it back does.</summary>
internal sealed record ClusterLease(
    ClusterKey Key,
    string Provider,
    string Kubeconfig,
    ClusterEntrance Entrance,
    ClusterCapabilities Capabilities,
    string? ToolsDirectory = null,
    string? WorkspaceTemplate = null
) : IClusterLease
{
    private Task? _returned;

    public ClusterPast Past { get; init; } = ClusterPast.Kept;
    public IClusterCheckpoints? Checkpoints { get; init; }

    /// <summary>Called once, when the lease is given back.</summary>
    public Func<Task> Return { get; init; } = () => Task.CompletedTask;

    public ValueTask DisposeAsync() => new(_returned ??= Return());
}
