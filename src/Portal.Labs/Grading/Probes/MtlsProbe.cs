using System.Text.Json.Nodes;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;

namespace Portal.Labs.Grading.Probes;

/// <summary>The effective mTLS mode of a namespace, or of each workload that is named.</summary>
internal sealed class MtlsProbe : ICheckProbe
{
    public string Name => "mtls";

    public Task<ProbeResult> EvaluateAsync(ProbeContext context, JsonObject settings, CancellationToken cancellationToken)
    {
        var @namespace = settings.Text("namespace") ?? "";
        var mode = settings.Text("mode") ?? "STRICT";
        var policies = new MtlsPolicies(context.Snapshot);
        var found = policies.ForNamespace(@namespace);
        var where = $"namespace {@namespace}";
        if (settings.Text("workload") is { } workload)
        {
            var labels = context.Snapshot.OfKind("Deployment", @namespace).FirstOrDefault(d => d.Name == workload)?.Json.Labels("spec", "template", "metadata", "labels");
            if (labels is null) return Task.FromResult(ProbeResult.Failed($"{workload} with mode {mode}", "no such deployment", where));
            found = policies.ForWorkload(@namespace, labels);
            where = $"deployment {@namespace}/{workload}";
        }
        var objects = context.Snapshot.OfKind("PeerAuthentication");
        return Task.FromResult(new ProbeResult(found == mode, $"mode {mode}", $"mode {found}", where) { Objects = [.. objects] });
    }
}
