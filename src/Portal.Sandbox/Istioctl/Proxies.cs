using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Istioctl;

/// <summary>A pod of a control plane.</summary>
internal sealed record ControlPlanePod(string Name, string Namespace, string Revision, string Version);

/// <summary>A proxy that is connected to a control plane.</summary>
/// <param name="Id">Pod and namespace, as istioctl names proxies.</param>
internal sealed record ConnectedProxy(PodInstance Pod, string Id, string Revision, string Version, ControlPlanePod ControlPlane);

/// <summary>The revisions of control planes that a cluster has.</summary>
internal static class Revisions
{
    public const string Injectors = "mutatingwebhookconfigurations.admissionregistration.k8s.io";

    /// <summary>Those that webhooks name.</summary>
    public static IReadOnlyList<string> All(SandboxCluster cluster) => [.. cluster.Store.Snapshot.List(Injectors).Where(w => w.Parse().Objects("webhooks").Any(h => h.Str("name")?.EndsWith("istio.io", StringComparison.Ordinal) == true))
        .Select(w => w.Labels.GetValueOrDefault("istio.io/rev") ?? "default").Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The ready pods of control planes.</summary>
    /// <param name="ns">Where to look; null for everywhere.</param>
    public static IReadOnlyList<ControlPlanePod> Pods(SandboxCluster cluster, string? ns = null) => [.. cluster.Store.Snapshot.List("pods")
        .Where(p => p.Labels.GetValueOrDefault("app") == "istiod" && !p.IsDeleting && (ns is null || p.Namespace == ns))
        .Select(p => (Stored: p, Json: p.Parse())).Where(p => Controllers.OwnedObjects.IsPodReady(p.Json))
        .Select(p => new ControlPlanePod(p.Stored.Name, p.Stored.Namespace, p.Stored.Labels.GetValueOrDefault("istio.io/rev") ?? "default", VersionOf(p.Json, "discovery")))
        .OrderBy(p => p.Name, StringComparer.Ordinal)];

    /// <summary>The version in the tag of a container's image.</summary>
    public static string VersionOf(System.Text.Json.Nodes.JsonObject pod, string container)
    {
        var image = pod.Objects("spec", "containers").Concat(pod.Objects("spec", "initContainers")).FirstOrDefault(c => c.Str("name") == container).Str("image") ?? "";
        var tag = image.LastIndexOf(':') is > 0 and var i ? image[(i + 1)..].Split('-')[0] : "";
        return tag.Length > 0 && char.IsAsciiDigit(tag[0]) ? tag : ProfileManifests.Version;
    }
}

internal static class Proxies
{
    /// <summary>The proxies that have a control plane, by their ids.</summary>
    public static IReadOnlyList<ConnectedProxy> Of(SandboxCluster cluster)
    {
        var planes = Revisions.Pods(cluster);
        var found = new List<ConnectedProxy>();
        foreach (var pod in cluster.Pods.All.Where(p => p.Sidecar is { IsRunning: true }))
        {
            var spec = pod.Spec;
            var revision = spec.Str("metadata", "annotations", "istio.io/rev") ?? spec.Str("metadata", "labels", "istio.io/rev") ?? "default";
            // A tag stands for the revision that its webhook names.
            if (planes.FirstOrDefault(p => p.Revision == revision) is not { } plane) continue;
            found.Add(new(pod, $"{pod.Name}.{pod.Namespace}", revision, Revisions.VersionOf(spec, "istio-proxy"), plane));
        }
        return [.. found.OrderBy(p => p.Id, StringComparer.Ordinal)];
    }
}
