using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Admission;

/// <summary>Enforces a namespace's Pod Security Standards labels on pods, and warns of workloads whose pods would not meet them.</summary>
internal sealed class PodSecurityAdmission : IAdmissionPlugin
{
    private const string Prefix = "pod-security.kubernetes.io/";

    public void Validate(AdmissionRequest request)
    {
        if (request.Subresource.Length > 0 || Pod(request) is not { } pod) return;
        var ns = request.Snapshot.Find("namespaces", "", request.Object.Str("metadata", "namespace") ?? "");
        if (ns is null || !ns.Labels.Keys.Any(k => k.StartsWith(Prefix, StringComparison.Ordinal))) return;
        if (!request.IsCreate && JsonExtensions.Same(request.Object["spec"], request.Old!["spec"])) return;
        if (request.Type.Resource == "pods" && Violations(pod, ns.Labels, "enforce") is { } refused)
            throw ApiError.Forbidden(request.Type, request.Object.Str("metadata", "name") ?? "", "violates PodSecurity " + refused);
        if (request.Options.Identity is not null && Violations(pod, ns.Labels, "warn") is { } warned) request.Options.Warnings.Add("would violate PodSecurity " + warned);
    }

    private static JsonObject? Pod(AdmissionRequest request) => request.Type.Resource switch
    {
        "pods" => request.Object.Obj("spec"),
        "cronjobs.batch" => request.Object.Obj("spec", "jobTemplate", "spec", "template", "spec"),
        "deployments.apps" or "replicasets.apps" or "statefulsets.apps" or "daemonsets.apps" or "jobs.batch" or "replicationcontrollers" => request.Object.Obj("spec", "template", "spec"),
        _ => null,
    };

    private static string? Violations(JsonObject spec, IReadOnlyDictionary<string, string> labels, string mode)
    {
        if (labels.GetValueOrDefault(Prefix + mode) is not ("baseline" or "restricted")) return null;
        var level = labels[Prefix + mode];
        var found = PodSecurityChecks.Run(spec, level == "restricted").ToList();
        return found.Count == 0 ? null : $"\"{level}:{labels.GetValueOrDefault(Prefix + mode + "-version", "latest")}\": {string.Join(", ", found)}";
    }
}
