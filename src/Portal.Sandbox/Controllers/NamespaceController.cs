using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Gives each namespace its service account and CA bundle; empties and removes namespaces that are being deleted.</summary>
internal sealed class NamespaceController : IController
{
    private static readonly WriteOptions s_options = WriteOptions.Controller("namespace-controller");

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "namespaces") enqueue(new("", change.Object.Name));
        else if (change.Object.Namespace.Length > 0 && (change.Type == StoreEventType.Deleted || change.Resource is "serviceaccounts")) enqueue(new("", change.Object.Namespace));
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        var snapshot = cluster.Store.Snapshot;
        if (snapshot.Find("namespaces", "", name.Name) is not { } ns) return;
        if (!ns.IsDeleting)
        {
            if (snapshot.Find("serviceaccounts", name.Name, "default") is null)
                cluster.Operations.Create(BuiltInResources.ServiceAccounts, name.Name, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default" } }, s_options);
            if (snapshot.Find("configmaps", name.Name, "kube-root-ca.crt") is null)
            {
                cluster.Operations.Create(BuiltInResources.ConfigMaps, name.Name, new JsonObject
                {
                    ["metadata"] = new JsonObject { ["name"] = "kube-root-ca.crt", ["annotations"] = new JsonObject { ["kubernetes.io/description"] = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc." } },
                    ["data"] = new JsonObject { ["ca.crt"] = "-----BEGIN CERTIFICATE-----\nc2FuZGJveA==\n-----END CERTIFICATE-----\n" },
                }, s_options);
            }
            return;
        }
        var remaining = new Dictionary<string, int>(StringComparer.Ordinal);
        var finalizers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var type in cluster.Catalog.All.Where(t => t.Namespaced && t.Verbs.Contains("delete")).DistinctBy(t => t.Resource))
        {
            foreach (var o in snapshot.List(type.Resource, name.Name))
            {
                if (!o.IsDeleting) cluster.Operations.Delete(type, o.Namespace, o.Name, DeleteOptions.Background);
                if (cluster.Store.Snapshot.Find(type.Resource, o.Namespace, o.Name) is not { } still) continue;
                var key = type.Group.Length == 0 ? type.Plural + "." : type.Resource;
                remaining[key] = remaining.GetValueOrDefault(key) + 1;
                foreach (var f in still.Parse().Strings("metadata", "finalizers")) finalizers[f] = finalizers.GetValueOrDefault(f) + 1;
            }
        }
        if (remaining.Count > 0)
        {
            cluster.Operations.Update(BuiltInResources.Namespaces, "", name.Name, "status", o =>
            {
                NamespaceConditions.Set(o.Ensure("status"), remaining, finalizers, cluster.Operations.Now);
                return o;
            }, s_options);
            return;
        }
        cluster.Operations.Update(BuiltInResources.Namespaces, "", name.Name, "", o =>
        {
            o.Ensure("spec")["finalizers"] = new JsonArray();
            return o;
        }, s_options);
    }
}
