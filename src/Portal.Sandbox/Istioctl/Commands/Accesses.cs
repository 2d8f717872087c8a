using Portal.Sandbox.Authorization;

namespace Portal.Sandbox.Istioctl.Commands;

/// <summary>What commands do first with the cluster.</summary>
internal static class Accesses
{
    public static AccessAttributes ReadControlPlane { get; } = new("list") { Resource = "pods", Namespace = "istio-system" };

    public static AccessAttributes Install { get; } = new("create") { Resource = "namespaces" };

    public static AccessAttributes ReadWebhooks { get; } = new("list") { Group = "admissionregistration.k8s.io", Resource = "mutatingwebhookconfigurations" };

    public static AccessAttributes WriteWebhooks { get; } = new("patch") { Group = "admissionregistration.k8s.io", Resource = "mutatingwebhookconfigurations" };

    public static AccessAttributes ReadPods { get; } = new("list") { Resource = "pods" };

    public static AccessAttributes EnterPods { get; } = new("create") { Resource = "pods", Subresource = "portforward" };

    public static AccessAttributes ReadNamespaces { get; } = new("list") { Resource = "namespaces" };
}
