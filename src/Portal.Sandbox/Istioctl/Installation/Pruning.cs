using Portal.Sandbox.Api;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Istioctl.Installation;

/// <summary>Which objects of the cluster are an installation's, by their labels, and how they go.</summary>
internal static class Pruning
{
    private const string Component = "operator.istio.io/component";

    private static readonly string[] s_namespaced =
    [
        "deployments.apps", "daemonsets.apps", "services", "configmaps", "pods", "secrets", "serviceaccounts", "rolebindings.rbac.authorization.k8s.io", "roles.rbac.authorization.k8s.io",
        "poddisruptionbudgets.policy", "horizontalpodautoscalers.autoscaling", "envoyfilters.networking.istio.io",
    ];

    private static readonly string[] s_cluster =
    [
        "mutatingwebhookconfigurations.admissionregistration.k8s.io", "validatingwebhookconfigurations.admissionregistration.k8s.io", "clusterroles.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io",
    ];

    /// <summary>Objects of a revision's own components; the base, which all revisions share, stays.</summary>
    private static readonly string[] s_ownComponents = ["Pilot", "IngressGateways", "EgressGateways", "Cni", "IstiodRemote", "Ztunnel"];

    internal readonly record struct Found(ResourceType Type, StoredObject Object)
    {
        /// <summary>As the installer names it.</summary>
        public override string ToString() => $"{Type.Group}/{Type.Version}, Kind={Type.Kind}/{Object.Name}.{Object.Namespace}";
    }

    /// <param name="revision">Whose objects; null for those of all revisions, with the definitions.</param>
    public static List<Found> Find(SandboxCluster cluster, string? revision)
    {
        var snapshot = cluster.Store.Snapshot;
        string[] resources = revision is null ? [.. s_namespaced, .. s_cluster, "customresourcedefinitions.apiextensions.k8s.io"] : [.. s_namespaced, .. s_cluster];
        bool IsTheirs(StoredObject o) => o.Labels.TryGetValue(Component, out var component) && (revision is null || (s_ownComponents.Contains(component) && o.Labels.GetValueOrDefault(TagWebhooks.RevisionLabel) == revision));
        return [.. resources.Select(r => (Resource: r, Type: cluster.Catalog.FindResource(r))).Where(r => r.Type is not null).SelectMany(r => snapshot.List(r.Resource).Where(IsTheirs).Select(o => new Found(r.Type!, o)))];
    }

    public static async Task RemoveAsync(Invocation call, IEnumerable<Found> objects, bool dryRun)
    {
        foreach (var found in objects)
        {
            if (dryRun)
            {
                await call.LineAsync($"Not pruning object {found} because of dry run.").ConfigureAwait(false);
                continue;
            }
            try
            {
                call.Cluster.Operations.Delete(found.Type, found.Object.Namespace, found.Object.Name, DeleteOptions.Background);
                await call.LineAsync($"  Removed {found}.").ConfigureAwait(false);
            }
            catch (ApiException e) when (e.Code == 404)
            {
                await call.LineAsync($"object: {found} is not being deleted because it no longer exists").ConfigureAwait(false);
            }
        }
    }

    /// <summary>What an earlier installation of the revision made and this one no longer contains.</summary>
    public static Task RemoveLeftoversAsync(Invocation call, OperatorSpec spec, List<ComponentManifests> sets)
    {
        var kept = sets.SelectMany(s => s.Objects).Select(o => (o.Str("kind"), o.Str("metadata", "namespace") ?? "", o.Str("metadata", "name"))).ToHashSet();
        var leftovers = Find(call.Cluster, spec.Revision).Where(f => f.Type.Resource is not ("pods" or "secrets") && !f.Object.Labels.ContainsKey(TagWebhooks.TagLabel) && !kept.Contains((f.Type.Kind, f.Object.Namespace, f.Object.Name)));
        return RemoveAsync(call, leftovers, dryRun: false);
    }
}
