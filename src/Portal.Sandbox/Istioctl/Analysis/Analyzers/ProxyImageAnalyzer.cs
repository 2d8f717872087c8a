using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Proxies of another version than the injector would give today.</summary>
internal static class ProxyImageAnalyzer
{
    public static IEnumerable<Finding> Run(AnalysisInput input)
    {
        var images = input.Of("ConfigMap").Where(m => m.Name.StartsWith(InjectorValues.ConfigMap, StringComparison.Ordinal)).GroupBy(m => m.Name).ToDictionary(g => g.Key, g => ImageOf(InjectorValues.Read(g.Last())), StringComparer.Ordinal);
        foreach (var ns in images.Count == 0 ? [] : input.Of("Namespace"))
        {
            if (!ns.Labels.TryGetValue(MeshMembership.Revision, out var revision) && ns.Labels.GetValueOrDefault(MeshMembership.Injection) != "enabled") continue;
            if (!images.TryGetValue(InjectorValues.NameOf(revision), out var image)) continue;
            var mismatched = input.PodsIn(ns.Name).Where(p => string.IsNullOrEmpty(p.Annotations.GetValueOrDefault("sidecar.istio.io/proxyImage")))
                .SelectMany(p => MeshMembership.ContainersOf(p.Spec).Where(c => c.Str("name") == MeshMembership.ProxyContainer && c.Str("image") != image && c.Str("image") != $"{image}-{VariantOf(input, p)}").Select(_ => p.Name)).ToList();
            if (mismatched.Count > 0) yield return Finding.Of(Messages.PodsIstioProxyImageMismatchInNamespace, ns, GoText.List(mismatched));
        }
    }

    private static string ImageOf(JsonObject values)
    {
        var image = values.Str("global", "proxy", "image") ?? "";
        return image.Contains('/', StringComparison.Ordinal) ? image : $"{values.Str("global", "hub")}/{image}:{values.At("global", "tag")}";
    }

    /// <summary>The kind of image that a pod asks for, itself or through the settings that apply to it.</summary>
    private static string? VariantOf(AnalysisInput input, AnalysisObject pod)
    {
        if (pod.Annotations.TryGetValue("proxy.istio.io/config", out var own) && AnalysisInput.Settings(own).Str("image", "imageType") is { } named) return named;
        var configs = input.Of("ProxyConfig").Where(c => c.Spec.Str("image", "imageType") is not null).ToList();
        var chosen = configs.Find(c => c.Namespace == pod.Namespace && c.Spec.Obj("selector") is not null && c.Spec.Map("selector", "matchLabels").Selects(pod.Labels))
            ?? configs.Find(c => c.Namespace == pod.Namespace && c.Spec.Obj("selector") is null) ?? configs.Find(c => c.Namespace == input.RootNamespace && c.Spec.Obj("selector") is null);
        return chosen?.Spec.Str("image", "imageType") ?? input.Mesh.Str("defaultConfig", "image", "imageType");
    }
}
