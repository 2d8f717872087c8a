using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary>A kind that some analyzer looks at.</summary>
/// <param name="Key">Tells Istio's Gateway from Kubernetes' (<c>KubernetesGateway</c>).</param>
internal sealed record AnalysisKind(string Key, string Group, string Kind, bool ClusterScoped = false)
{
    public bool IsIstio => Group.EndsWith(".istio.io", StringComparison.Ordinal);
}

internal static class AnalysisKinds
{
    private static readonly Dictionary<(string Group, string Kind), AnalysisKind> s_kinds = new AnalysisKind[]
    {
        new("Namespace", "", "Namespace", true), new("Node", "", "Node", true), new("Service", "", "Service"), new("Pod", "", "Pod"), new("Secret", "", "Secret"), new("ConfigMap", "", "ConfigMap"),
        new("Deployment", "apps", "Deployment"),
        new("MutatingWebhookConfiguration", "admissionregistration.k8s.io", "MutatingWebhookConfiguration", true),
        new("ValidatingWebhookConfiguration", "admissionregistration.k8s.io", "ValidatingWebhookConfiguration", true),
        new("CustomResourceDefinition", "apiextensions.k8s.io", "CustomResourceDefinition", true),
        new("KubernetesGateway", "gateway.networking.k8s.io", "Gateway"), new("HTTPRoute", "gateway.networking.k8s.io", "HTTPRoute"), new("GRPCRoute", "gateway.networking.k8s.io", "GRPCRoute"),
    }.Concat(MeshValidation.Kinds.Select(k => new AnalysisKind(k, GroupOf(k), k))).ToDictionary(k => (k.Group, k.Kind));

    /// <summary>The mesh's networks, which are no object of the API.</summary>
    public static AnalysisKind MeshNetworks { get; } = new("MeshNetworks", "", "MeshNetworks");

    public static AnalysisKind? Find(string apiVersion, string kind) => Of(apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion[..apiVersion.IndexOf('/', StringComparison.Ordinal)] : "", kind);

    public static AnalysisKind? Of(string group, string kind) => s_kinds.GetValueOrDefault((group, kind));

    private static string GroupOf(string kind) => kind switch
    {
        "AuthorizationPolicy" or "PeerAuthentication" or "RequestAuthentication" => "security.istio.io",
        "Telemetry" => "telemetry.istio.io",
        "WasmPlugin" or "TrafficExtension" => "extensions.istio.io",
        _ => "networking.istio.io",
    };
}
