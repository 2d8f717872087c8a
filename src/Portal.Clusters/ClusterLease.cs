namespace Portal.Clusters;

/// <summary>A lease that has nothing to give back.</summary>
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
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
