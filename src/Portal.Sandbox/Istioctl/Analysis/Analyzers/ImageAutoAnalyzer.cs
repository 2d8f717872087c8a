using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Gateways that wait for the injector to fill in their image, where no injector comes by.</summary>
internal static class ImageAutoAnalyzer
{
    public static IEnumerable<Finding> Run(AnalysisInput input)
    {
        var hooks = input.Of("MutatingWebhookConfiguration").SelectMany(c => c.Object.Objects("webhooks")).Where(h => h.Str("name")?.EndsWith("istio.io", StringComparison.Ordinal) == true).ToList();
        foreach (var pod in input.Of("Pod").Where(p => IsAuto(p.Spec))) yield return Finding.Of(Messages.ImageAutoWithoutInjectionError, pod, "Pod", pod.Name);
        foreach (var deployment in input.Of("Deployment").Where(d => IsAuto(d.Spec.Obj("template", "spec"))))
        {
            var ns = input.Find("Namespace", "", deployment.Namespace.Length == 0 ? "default" : deployment.Namespace)?.Labels ?? JsonExtensions.EmptyMap;
            var labels = deployment.Spec.Map("template", "metadata", "labels");
            if (!hooks.Exists(h => Selects(h.Obj("namespaceSelector"), ns) && Selects(h.Obj("objectSelector"), labels)))
                yield return Finding.Of(Messages.ImageAutoWithoutInjectionWarning, deployment, "Deployment", deployment.Name);
        }
    }

    public static bool Selects(JsonObject? selector, IReadOnlyDictionary<string, string> labels) => selector is null || Selectors.Matches(selector, labels);

    private static bool IsAuto(JsonObject? pod) => pod.Objects("containers").Any(c => c.Str("name") == MeshMembership.ProxyContainer && c.Str("image") == "auto");
}
