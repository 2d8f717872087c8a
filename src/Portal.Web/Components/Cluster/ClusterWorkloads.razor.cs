using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Clusters.Watching;

namespace Portal.Web.Components.Cluster;

/// <summary>Workloads, and below them their pods.</summary>
public sealed partial class ClusterWorkloads
{
    [Parameter, EditorRequired]
    public ImmutableArray<WorkloadRow> Workloads { get; set; }

    [Parameter, EditorRequired]
    public ImmutableArray<PodRow> Pods { get; set; }

    [Parameter]
    public bool ShowNamespace { get; set; }

    [Parameter, EditorRequired]
    public required ChangeTracker<ClusterObjectKey> Changes { get; set; }

    [Parameter, EditorRequired]
    public required RowOpeners Open { get; set; }

    protected override IEnumerable<object?> Shown => [Workloads, Pods, ShowNamespace];

    private static (string Icon, string Css) Look(PodRow pod) => pod.Status switch
    {
        "Running" when pod.ReadyContainers == pod.Containers => (Icons.Material.Rounded.CheckCircle, "ok"),
        "Completed" or "Succeeded" => (Icons.Material.Rounded.Check, "idle"),
        "Running" or "Pending" or "ContainerCreating" or "PodInitializing" or "Terminating" => (Icons.Material.Rounded.Pending, "active"),
        _ when pod.Status.StartsWith("Init:", StringComparison.Ordinal) && !pod.Status.Contains("Err", StringComparison.Ordinal) => (Icons.Material.Rounded.Pending, "active"),
        _ => (Icons.Material.Rounded.Report, "bad"),
    };
}
