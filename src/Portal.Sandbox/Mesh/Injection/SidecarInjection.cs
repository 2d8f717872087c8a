using System.Text.Json.Nodes;
using Portal.Sandbox.Admission;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Injection;

/// <summary>
/// Adds the proxy to pods that an injector's MutatingWebhookConfiguration selects, whoever installed it; whether by namespace, pod, revision or
/// tag, its selectors say. Then the injector's own rules: facts of Istio's injector (labels before annotations, system namespaces, host network).
/// </summary>
internal sealed class SidecarInjection(IstiodWebhook.Cache webhooks) : IAdmissionPlugin
{
    private static readonly string[] s_systemNamespaces = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];

    public void Mutate(AdmissionRequest request)
    {
        if (request.Type.Resource != "pods" || !request.IsCreate || request.Subresource.Length > 0) return;
        foreach (var webhook in webhooks.Of(request.Snapshot))
        {
            if (!webhook.IsInjector || !webhook.Matches(request)) continue;
            if (!webhook.Answers(request.Snapshot))
            {
                if (webhook.Hook.Str("failurePolicy") == "Ignore") continue;
                throw WebhookCalls.Unreachable(webhook.Hook, request.Snapshot);
            }
            if (Wanted(request.Object)) ProxyTemplate.Apply(request.Object, webhook.Revision);
            return;
        }
    }

    /// <summary>What the injector itself decides, once it was asked.</summary>
    public static bool Wanted(JsonObject pod)
    {
        if (Array.IndexOf(s_systemNamespaces, pod.Str("metadata", "namespace") ?? "") >= 0 || pod.Flag("spec", "hostNetwork") == true) return false;
        // A pod that has a proxy already, by hand or by kube-inject, is left alone.
        if (pod.Str("metadata", "annotations", "sidecar.istio.io/status") is not null) return false;
        var said = pod.Str("metadata", "labels", "sidecar.istio.io/inject") ?? pod.Str("metadata", "annotations", "sidecar.istio.io/inject");
        return said is not ("false" or "no" or "n" or "off");
    }
}
