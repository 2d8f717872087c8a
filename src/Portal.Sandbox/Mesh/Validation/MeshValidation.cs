using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>What istiod says of an object of one of Istio's kinds, beyond the schema of its definition.</summary>
internal static class MeshValidation
{
    private static readonly Dictionary<string, Action<MeshObject, Findings>> s_kinds = new(StringComparer.Ordinal)
    {
        ["VirtualService"] = VirtualServiceRules.Check,
        ["DestinationRule"] = DestinationRuleRules.Check,
        ["Gateway"] = GatewayRules.Check,
        ["ServiceEntry"] = ServiceEntryRules.Check,
        ["Sidecar"] = SidecarRules.Check,
        ["WorkloadEntry"] = WorkloadRules.Entry,
        ["WorkloadGroup"] = WorkloadRules.Group,
        ["EnvoyFilter"] = EnvoyFilterRules.Check,
        ["ProxyConfig"] = ProxyConfigRules.Check,
        ["AuthorizationPolicy"] = AuthorizationPolicyRules.Check,
        ["PeerAuthentication"] = PeerAuthenticationRules.Check,
        ["RequestAuthentication"] = RequestAuthenticationRules.Check,
        ["Telemetry"] = TelemetryRules.Check,
        ["WasmPlugin"] = WasmRules.Plugin,
        ["TrafficExtension"] = WasmRules.Extension,
    };

    public static IReadOnlyCollection<string> Kinds => s_kinds.Keys;

    /// <param name="obj">An object that fits the schema of its kind; of one that does not, what can be said.</param>
    public static Findings Check(string kind, JsonObject obj)
    {
        var findings = new Findings();
        if (!s_kinds.TryGetValue(kind, out var rules)) return findings;
        var subject = new MeshObject(kind, obj);
        if (MetadataRules.Problem(subject) is { } problem) findings.Error(problem);
        else rules(subject, findings);
        return findings;
    }
}

/// <summary>The object that is checked.</summary>
internal sealed record MeshObject(string Kind, JsonObject Object)
{
    public string Name { get; } = Object.Str("metadata", "name") ?? "";
    public string Namespace { get; } = Object.Str("metadata", "namespace") ?? "";
    public JsonObject Spec { get; } = Object.Obj("spec") ?? [];

    public string? Annotation(string name) => Object.Str("metadata", "annotations", name);
}
