using System.Collections.Immutable;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;

namespace Portal.Labs.Grading.Routing;

/// <summary>Pods that send or answer, as far as routing asks of them.</summary>
/// <param name="Namespace">Null when there are none.</param>
/// <param name="Labels">Of one of them.</param>
/// <param name="HasProxy">Whether all have a proxy of the mesh.</param>
internal sealed record MeshPods(
    string? Namespace,
    IReadOnlyDictionary<string, string> Labels,
    bool HasProxy,
    ImmutableArray<PodRow> Rows
)
{
    private static MeshPods None { get; } = new(null, new Dictionary<string, string>(), false, []);

    /// <param name="workload">Empty for any of the namespace that has a proxy, as rules of the mesh are for those
    /// only.</param>
    public static MeshPods Of(ClusterSnapshot snapshot, string @namespace, string workload) =>
        workload.Length == 0
            ? None with { HasProxy = true }
            : From(
                snapshot,
                p => p.Namespace == @namespace && (p.Workload.Length > 0 ? p.Workload : p.Name) == workload
            );

    /// <summary>The pods that a Gateway chooses.</summary>
    public static MeshPods OfGateway(ClusterSnapshot snapshot, ClusterObject? gateway)
    {
        var selector = gateway?.Json.Labels("spec", "selector") ?? new Dictionary<string, string>();
        if (selector.Count == 0) selector = new Dictionary<string, string> { ["istio"] = "ingressgateway" };
        // The gateway is a proxy itself.
        return From(snapshot, p => LabelsOf(snapshot, p).Matches(selector)) with { HasProxy = true };
    }

    /// <summary>The pods of a service that have a subset's labels.</summary>
    public static MeshPods OfService(
        ClusterSnapshot snapshot,
        ClusterObject service,
        IReadOnlyDictionary<string, string> subset
    )
    {
        var selector = service.Json.Labels("spec", "selector");
        return selector.Count == 0
            ? None
            : From(
                snapshot,
                p =>
                    p.Namespace == service.Namespace
                    && LabelsOf(snapshot, p) is var labels
                    && labels.Matches(selector)
                    && labels.Matches(subset)
            );
    }

    private static MeshPods From(ClusterSnapshot snapshot, Func<PodRow, bool> which)
    {
        ImmutableArray<PodRow> rows = [.. ClusterSummaryBuilder.From(snapshot).Pods.Where(which)];
        return rows.IsEmpty
            ? None
            : new(rows[0].Namespace, LabelsOf(snapshot, rows[0]), rows.All(r => r.Sidecar), rows);
    }

    private static IReadOnlyDictionary<string, string> LabelsOf(ClusterSnapshot snapshot, PodRow pod) =>
        snapshot.Objects[pod.Key].Json.Labels("metadata", "labels");
}
