using Portal.Clusters.Api;
using Portal.Clusters.Watching;
using Portal.Labs.Grading.Routing;

namespace Portal.Labs.Grading;

/// <summary>What a probe may look at. It is the grader's own access; nothing of it belongs to the learner.</summary>
/// <param name="Snapshot">The cluster as watched.</param>
/// <param name="Api">The same cluster, for what is not watched.</param>
/// <param name="Answer">The learner's answer to this check, or null.</param>
/// <param name="Shell">Kubeconfig and PATH of a shell for the grader.</param>
/// <param name="RequestTimeHeader">See <see cref="Clusters.ClusterCapabilities"/>.</param>
internal sealed record ProbeContext(
    ClusterSnapshot Snapshot,
    ClusterApi Api,
    RouteHistory History,
    string? Answer,
    GraderShell Shell,
    string? RequestTimeHeader = null
);

/// <param name="Directory">A directory that only the grader uses.</param>
internal sealed record GraderShell(string Kubeconfig, string? ToolsDirectory, string Directory);
