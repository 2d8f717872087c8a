using System.Collections.Immutable;
using Portal.Clusters;
using Portal.Labs.Shell.Isolation;

namespace Portal.Labs.Shell;

/// <summary>What a workspace is made of.</summary>
/// <param name="Directory">Its own directory; made when missing, and kept when the workspace is disposed.</param>
/// <param name="LessonId">Names the directory in the home where the shell starts.</param>
/// <param name="Manifests">Directory whose content is copied to <c>manifests/</c> of a new workspace; null for
/// none.</param>
/// <param name="Kubeconfig">Text of the kubeconfig file for a workspace on the portal's own network.</param>
/// <param name="Entrance">The way to the cluster for one that has a network of its own; null when there is
/// none.</param>
/// <param name="ToolsDirectory">First on the PATH; null for none.</param>
/// <param name="Template">Directory whose content is copied beside the manifests; null for none.</param>
internal sealed record WorkspaceSpec(
    string Directory,
    string LessonId,
    string? Manifests,
    string Kubeconfig,
    ClusterEntrance? Entrance,
    string? ToolsDirectory,
    string? Template
)
{
    /// <summary>Directory below which all workspaces are.</summary>
    public string Root { get; init; } = Directory;

    /// <summary>What its last shell left for the next one; null to begin afresh.</summary>
    public WorkspaceNap? Nap { get; init; }

    /// <summary>Whether the cluster is the one that the workspace had before.</summary>
    public ClusterPast Past { get; init; }

    /// <summary>What it may use, where workspaces are kept apart.</summary>
    public WorkspaceLimits Limits { get; init; } = new();

    /// <summary>What it may reach besides its cluster, where workspaces are kept apart.</summary>
    public ImmutableArray<EgressTarget> Egress { get; init; } = [];
}
