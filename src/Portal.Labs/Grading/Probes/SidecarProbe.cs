using System.Text.Json.Nodes;
using Portal.Clusters.Watching;

namespace Portal.Labs.Grading.Probes;

/// <summary>Pods have a proxy beside their containers, and all of it is ready.</summary>
internal sealed class SidecarProbe : ICheckProbe
{
    public string Name => "sidecar";

    public Task<ProbeResult> EvaluateAsync(ProbeContext context, JsonObject settings, CancellationToken cancellationToken) => Task.FromResult(Evaluate(context, settings));

    private static ProbeResult Evaluate(ProbeContext context, JsonObject settings)
    {
        const string Expected = "every pod ready, with its sidecar";
        var @namespace = settings.Text("namespace") ?? "";
        var wanted = (settings["workloads"] as JsonArray)?.OfType<JsonValue>().Select(w => w.Scalar()).ToList();
        var pods = ClusterSummaryBuilder.From(context.Snapshot).Pods
            .Where(p => p.Namespace == @namespace && p.Status != "Terminating" && (wanted is null || wanted.Contains(p.Workload)))
            .ToList();
        var where = $"pods of namespace {@namespace}";
        if (wanted?.Find(w => pods.TrueForAll(p => p.Workload != w)) is { } missing) return ProbeResult.Failed(Expected, $"no pod of {missing}", where);
        if (pods.Count == 0) return ProbeResult.Failed(Expected, "no pods", where);
        if (pods.Find(p => !p.Sidecar) is { } bare) return ProbeResult.Failed(Expected, $"pod {bare.Name} has no sidecar ({bare.Ready})", $"pod {@namespace}/{bare.Name}");
        if (pods.Find(p => p.ReadyContainers < p.Containers) is { } late) return ProbeResult.Failed(Expected, $"pod {late.Name} is {late.Ready} {late.Status}", $"pod {@namespace}/{late.Name}");
        return ProbeResult.Passed(Expected, where) with { Objects = [.. pods.Select(p => context.Snapshot.Objects[p.Key])], Log = [.. pods.Select(p => $"{p.Name} {p.Ready} {p.Status}")] };
    }
}
