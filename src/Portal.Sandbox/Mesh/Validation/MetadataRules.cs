using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Annotations that mean something to istiod, for all kinds.</summary>
internal static class MetadataRules
{
    private const string DryRun = "istio.io/dry-run";
    private static readonly string[] s_truth = ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"];

    public static string? Problem(MeshObject o)
    {
        if (o.Annotation(DryRun) is { } value && DryRunProblem(o, value) is { } problem) return problem;
        if (o.Annotation("internal.istio.io/webhook-always-reject") is not null) return "\"internal.istio.io/webhook-always-reject\" annotation found, rejecting";
        foreach (var name in (ReadOnlySpan<string>)["internal.istio.io/parent-namespace", "internal.istio.io/parents"])
        {
            if (o.Annotation(name) is not null) return $"\"{name}\" annotation found, this may not be set by users";
        }
        return null;
    }

    private static string? DryRunProblem(MeshObject o, string value)
    {
        if (o.Kind != "AuthorizationPolicy") return $"{o.Namespace}/{o.Name} has unsupported annotation {DryRun}, please remove the annotation";
        var action = o.Spec.Str("action") ?? "ALLOW";
        if (action is not ("ALLOW" or "DENY")) return $"the annotation {DryRun} currently only supports action ALLOW/DENY, found action {action} in {o.Namespace}/{o.Name}";
        return s_truth.Contains(value) ? null : $"{o.Namespace}/{o.Name} has annotation {DryRun} with invalid value ({value}): strconv.ParseBool: parsing {GoText.Quote(value)}: invalid syntax";
    }
}
