using System.Text.Json.Nodes;
using Portal.Sandbox.Admission;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Keeps the status of quotas: what is allowed and what is used.</summary>
internal sealed class ResourceQuotaController(ObjectStore store) : IController
{
    private static readonly ResourceType s_quotas = BuiltInResources.Get("resourcequotas");
    private static readonly WriteOptions s_options = WriteOptions.Controller("resourcequota-controller");

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Object.Namespace.Length == 0 || store.Snapshot.Of(s_quotas.Resource).Count == 0) return;
        // Everything that is counted counts when it comes and goes; pods, claims and services also when they change.
        if (change.Type == StoreEventType.Modified && change.Resource is not ("pods" or "persistentvolumeclaims" or "services" or "resourcequotas")) return;
        if (change.Resource != "events") enqueue(new(change.Object.Namespace, ""));
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var snapshot = context.Cluster.Store.Snapshot;
        foreach (var stored in snapshot.List(s_quotas.Resource, name.Namespace))
        {
            var quota = stored.Parse();
            var used = QuotaUsage.Of(snapshot, name.Namespace, quota);
            var status = new JsonObject { ["hard"] = quota.Obj("spec", "hard")?.DeepClone() ?? new JsonObject(), ["used"] = new JsonObject(used.Select(u => KeyValuePair.Create<string, JsonNode?>(u.Key, u.Value))) };
            if (JsonExtensions.Same(status, quota["status"])) continue;
            context.Cluster.Operations.Update(s_quotas, name.Namespace, stored.Name, "status", o =>
            {
                o["status"] = status.DeepClone();
                return o;
            }, s_options);
        }
    }
}
