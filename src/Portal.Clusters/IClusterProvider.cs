namespace Portal.Clusters;

/// <summary>A way to get a cluster for a learner. Everything above this interface uses only a kubeconfig and the Kubernetes API.</summary>
public interface IClusterProvider
{
    /// <summary>Short name used in configuration and in a block's <c>on=</c>: <c>sandbox</c>, <c>kind</c>, <c>kubeconfig</c>.</summary>
    string Name { get; }

    /// <summary>Whether a lease could be had now. Never throws; a missing prerequisite is an answer, not an error.</summary>
    Task<ClusterAvailability> GetAvailabilityAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The cluster of this learner and lesson, created when there is none. Leasing twice with the same key gives the same
    /// cluster. <paramref name="progress"/> gets one line per thing worth telling while the learner waits.
    /// </summary>
    /// <exception cref="ClusterUnavailableException">The cluster cannot be had; its message and remedy are for the learner.</exception>
    Task<IClusterLease> LeaseAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken);

    /// <summary>Returns the cluster to the state in which it was leased first. The kubeconfig stays valid.</summary>
    Task ResetAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken);

    /// <summary>Deletes the cluster if this provider made it. Deleting what is not there is not an error.</summary>
    /// <exception cref="ClusterUnavailableException">The cluster is still there; the message and the remedy say
    /// why.</exception>
    Task DeleteAsync(ClusterKey key, CancellationToken cancellationToken);
}

/// <summary>Whose cluster, for which lesson.</summary>
public sealed record ClusterKey(string LearnerId, string CourseId, string LessonId);

/// <summary>Whether a provider can lease, and if not, why and what to do about it.</summary>
public sealed record ClusterAvailability(bool IsAvailable, string? Reason = null, string? Remedy = null)
{
    public static ClusterAvailability Available { get; } = new(true);
}

/// <summary>A leased cluster. Disposing gives up this use of it; it does not delete the cluster.</summary>
public interface IClusterLease : IAsyncDisposable
{
    ClusterKey Key { get; }
    string Provider { get; }

    /// <summary>Kubeconfig text with one context; the only credential that leaves the provider.</summary>
    string Kubeconfig { get; }
    ClusterCapabilities Capabilities { get; }

    /// <summary>Whether what was done in the cluster before is still there.</summary>
    ClusterPast Past { get; }

    /// <summary>Moments that the cluster can go back to; null where it cannot.</summary>
    IClusterCheckpoints? Checkpoints => null;

    /// <summary>The way to the cluster for a workspace that has a network of its own.</summary>
    ClusterEntrance Entrance { get; }

    /// <summary>Directory of executables to put first on the workspace's PATH, or null.</summary>
    string? ToolsDirectory { get; }

    /// <summary>Directory whose content is copied into a new workspace, or null.</summary>
    string? WorkspaceTemplate { get; }
}

/// <summary>
/// Named moments of a cluster. They last as long as it does, over a restart too; a reset forgets them, and the oldest
/// are forgotten when they hold too much. Thread-safe.
/// </summary>
public interface IClusterCheckpoints
{
    /// <summary>Oldest first.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Keeps the present moment; without effect when the name is taken.</summary>
    void Keep(string name);

    /// <summary>
    /// Puts the cluster back, its pods started again; moments that were kept after this one are forgotten.
    /// </summary>
    /// <returns>False when there is none of this name.</returns>
    bool TryGoBack(string name);
}

/// <summary>What a leased cluster was before. Slept: it is as it was, but what programs measured and kept in memory
/// began anew.</summary>
public enum ClusterPast
{
    New,
    Kept,
    Slept,
}

/// <param name="Simulated">The cluster is an emulation; the page says so.</param>
/// <param name="Mesh">Istio can be installed and really routes.</param>
/// <param name="Checkpoints">Reset and rewind are instant.</param>
/// <param name="RequestTimeHeader">
/// The header in which the API server's proxy says how many milliseconds a request took in the cluster; null where only
/// the caller's clock can tell.
/// </param>
public sealed record ClusterCapabilities(
    bool Simulated,
    bool Mesh,
    bool Checkpoints,
    string? RequestTimeHeader = null
);

/// <summary>A cluster cannot be had. <see cref="Exception.Message"/> says what happened, <see cref="Remedy"/> what to do.</summary>
public sealed class ClusterUnavailableException(string message, string remedy, Exception? inner = null) : Exception(message, inner)
{
    public string Remedy { get; } = remedy;
}
