using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Istioctl.Installation;

/// <summary>Creates, changes and waits for objects as the installer does.</summary>
internal sealed class ClusterWriter(SandboxCluster cluster)
{
    private static readonly WriteOptions s_options = new() { User = "istioctl", FieldManager = "istio-operator", FieldValidation = "Ignore", TracksOwnership = false };

    public void EnsureNamespace(string name)
    {
        if (cluster.Store.Snapshot.Find("namespaces", "", name) is null)
            cluster.Operations.Create(BuiltInResources.Namespaces, "", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } }, s_options);
    }

    public void Apply(JsonObject o)
    {
        var type = cluster.Catalog.FindKind(o.Str("apiVersion")!, o.Str("kind")!) ?? throw new IstioctlException($"no matches for kind \"{o.Str("kind")}\" in version \"{o.Str("apiVersion")}\"");
        var (ns, name) = (o.Str("metadata", "namespace") ?? "", o.Str("metadata", "name")!);
        if (cluster.Store.Snapshot.Find(type.Resource, ns, name) is null) cluster.Operations.Create(type, ns, o, s_options);
        else cluster.Operations.Update(type, ns, name, "", live => Merge(live, o, type), s_options);
    }

    /// <summary>The whole configuration of a webhook is the installer's, also what is no longer in it; of others what it says.</summary>
    private static JsonObject Merge(JsonObject live, JsonObject o, ResourceType type)
    {
        var merged = ServerSideApply.Merge(live, o, type.Schema);
        foreach (var whole in new[] { "webhooks", "data" }) if (o[whole] is { } value) merged[whole] = value.DeepClone();
        return merged;
    }

    /// <summary>Waits until the Deployments among the objects are ready and the services of istiod answer.</summary>
    /// <returns>The Deployment that did not become ready in time; null when all did.</returns>
    public async Task<string?> WaitReadyAsync(IEnumerable<JsonObject> objects, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var clock = new CancellationTokenSource(limit, cluster.Time);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cluster.Stopping, clock.Token);
        List<JsonObject> waiting = [.. objects];
        foreach (var o in waiting.Where(o => o.Str("kind") == "Deployment"))
        {
            var (ns, name) = (o.Str("metadata", "namespace")!, o.Str("metadata", "name")!);
            if (!await UntilAsync(() => IsReady(ns, name), timeout.Token).ConfigureAwait(false)) return $"{ns}/{name}";
        }
        // The service must answer before the next component's pods are created: injection goes through it.
        foreach (var service in waiting.Where(o => o.Str("kind") == "Service" && o.Str("metadata", "name")!.StartsWith("istiod", StringComparison.Ordinal)))
        {
            var (ns, name) = (service.Str("metadata", "namespace")!, service.Str("metadata", "name")!);
            if (!await UntilAsync(() => cluster.Store.Snapshot.Find("endpoints", ns, name)?.Parse().Objects("subsets").Any() == true, timeout.Token).ConfigureAwait(false)) return $"{ns}/{name}";
        }
        return null;
    }

    private bool IsReady(string ns, string name) => cluster.Store.Snapshot.Find("deployments.apps", ns, name)?.Parse() is { } d
        && d.Int(0, "status", "observedGeneration") >= d.Int(0, "metadata", "generation") && d.Int(0, "status", "updatedReplicas") >= d.Int(1, "spec", "replicas")
        && d.Int(0, "status", "readyReplicas") >= d.Int(1, "spec", "replicas") && d.Int(0, "status", "replicas") <= d.Int(1, "spec", "replicas");

    /// <summary>Looks again after each change of the cluster.</summary>
    public async Task<bool> UntilAsync(Func<bool> done, CancellationToken cancellationToken)
    {
        var cursor = cluster.Store.CursorAfter(cluster.Store.Snapshot.Revision)!.Value;
        var events = new List<Storage.StoreEvent>();
        try
        {
            while (!done())
            {
                events.Clear();
                if (!cluster.Store.Read(ref cursor, events, out var changed)) cursor = cluster.Store.CursorAfter(cluster.Store.Snapshot.Revision)!.Value;
                else if (events.Count == 0) await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
