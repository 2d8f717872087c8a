using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Namespaces without injection, or with too many labels about it, and pods that were made without their proxy.</summary>
internal static class InjectionAnalyzer
{
    public static IEnumerable<Finding> Run(AnalysisInput input)
    {
        var injected = new HashSet<string>(StringComparer.Ordinal);
        var byDefault = false;
        foreach (var ns in input.Of("Namespace").Where(n => n.Name != MeshConfig.RootNamespace))
        {
            var labels = InjectionLabels(ns);
            if (labels.Count > 1) yield return Finding.Of(Messages.NamespaceMultipleInjectionLabels, ns, GoText.List(labels));
            if (ns.Labels.GetValueOrDefault(MeshMembership.DataplaneMode) == "ambient") continue;
            var hasRevision = ns.Labels.TryGetValue(MeshMembership.Revision, out var revision);
            byDefault = InjectorValues.Of(input, revision) is { } values ? values.Flag("sidecarInjectorWebhook", "enableNamespacesByDefault") == true : byDefault;
            var label = ns.Labels.GetValueOrDefault(MeshMembership.Injection) ?? "";
            if (label.Length == 0 && !hasRevision)
                yield return byDefault ? Finding.Of(Messages.NamespaceInjectionEnabledByDefault, ns) : Finding.At(Messages.NamespaceNotInjected, ns, ".metadata.name", ns.Name);
            else if (label == "enabled") injected.Add(ns.Name);
        }
        foreach (var pod in input.Of("Pod").Where(p => injected.Contains(p.Namespace) && p.Spec.Flag("hostNetwork") != true))
        {
            var wanted = pod.Labels.GetValueOrDefault(MeshMembership.Inject) ?? pod.Annotations.GetValueOrDefault(MeshMembership.Inject);
            if (!string.Equals(wanted, "false", StringComparison.OrdinalIgnoreCase) && !MeshMembership.HasProxy(MeshMembership.ContainersOf(pod.Spec)))
                yield return Finding.Of(Messages.PodMissingProxy, pod, pod.FullName);
        }
    }

    /// <summary>The labels that say how a namespace's pods join the mesh; a namespace that opts out has but one.</summary>
    private static List<string> InjectionLabels(AnalysisObject ns)
    {
        var found = new List<string>();
        var injection = ns.Labels.GetValueOrDefault(MeshMembership.Injection);
        if (injection is not null) found.Add($"{MeshMembership.Injection}={injection}");
        foreach (var other in new[] { MeshMembership.Revision, MeshMembership.DataplaneMode })
        {
            if (injection is null or "enabled" && ns.Labels.TryGetValue(other, out var value)) found.Add($"{other}={value}");
        }
        return found;
    }
}

/// <summary>The values of an installation, as its injector has them in a ConfigMap.</summary>
internal static class InjectorValues
{
    public const string ConfigMap = "istio-sidecar-injector";

    public static string NameOf(string? revision) => revision is null or "" or "default" ? ConfigMap : $"{ConfigMap}-{revision}";

    public static JsonObject? Of(AnalysisInput input, string? revision) =>
        input.Of("ConfigMap").FirstOrDefault(m => m.Name == NameOf(revision)) is { } map ? Read(map) : null;

    public static JsonObject Read(AnalysisObject map)
    {
        try
        {
            return JsonNode.Parse(map.Object.Str("data", "values") ?? "{}") as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
