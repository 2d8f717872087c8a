using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Clusters.Watching;

namespace Portal.Web.Components.Cluster;

/// <summary>Workloads, and below them their pods.</summary>
public sealed partial class ClusterWorkloads
{
    [Parameter, EditorRequired]
    public ImmutableArray<WorkloadRow> Workloads { get; set; }

    [Parameter, EditorRequired]
    public ImmutableArray<PodRow> Pods { get; set; }

    protected override IEnumerable<object?> Shown => [Workloads, Pods, ShowNamespace, Marks];

    private static ObjectStatus Status(WorkloadRow row) =>
        row.Kind != "Job" ? ObjectStatus.OfReplicas(row.Ready, row.Desired)
        : row.Ready >= row.Desired ? new(StatusTone.Good, "complete")
        : new(StatusTone.Busy, "running");
}
