using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Whether workloads have a proxy, or will have one.</summary>
internal static class MeshMembership
{
    public const string ProxyContainer = "istio-proxy";
    public const string Injection = "istio-injection";
    public const string Revision = "istio.io/rev";
    public const string DataplaneMode = "istio.io/dataplane-mode";
    public const string Inject = "sidecar.istio.io/inject";

    /// <summary>A pod's containers, also those that run first.</summary>
    public static IEnumerable<JsonObject> ContainersOf(JsonObject? pod) => pod.Objects("containers").Concat(pod.Objects("initContainers"));

    public static bool HasProxy(IEnumerable<JsonObject> containers) => containers.FirstOrDefault(c => c.Str("name") == ProxyContainer).Str("image") is { Length: > 0 };

    public static bool HasPod(AnalysisInput input, AnalysisObject pod) => IsMember(input, pod.Namespace, ContainersOf(pod.Spec), pod.Labels, pod.Annotations);

    public static bool HasDeployment(AnalysisInput input, AnalysisObject deployment)
    {
        var template = deployment.Spec.Obj("template");
        return IsMember(input, deployment.Namespace, template.Objects("spec", "containers"), template.Map("metadata", "labels"), template.Map("metadata", "annotations"));
    }

    public static bool IsAmbientPod(AnalysisObject? pod) => pod?.Annotations.GetValueOrDefault("ambient.istio.io/redirection") == "enabled";

    public static bool IsAmbientNamespace(AnalysisObject? ns) => ns is not null
        && ns.Labels.GetValueOrDefault(Injection) != "enabled" && string.IsNullOrEmpty(ns.Labels.GetValueOrDefault(Revision)) && ns.Labels.GetValueOrDefault(DataplaneMode) == "ambient";

    /// <summary>Whether an object is part of Istio itself.</summary>
    public static bool IsControlPlane(AnalysisObject o) => o.Labels.ContainsKey("istio") || o.Labels.GetValueOrDefault("release") == "istio";

    private static bool IsMember(AnalysisInput input, string @namespace, IEnumerable<JsonObject> containers, IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> annotations)
    {
        if (HasProxy(containers)) return true;
        if (labels.TryGetValue(Inject, out var label)) return label == "true";
        if (annotations.TryGetValue(Inject, out var annotation)) return annotation == "true";
        return input.Find("Namespace", "", @namespace)?.Labels.GetValueOrDefault(Injection) == "enabled";
    }
}
