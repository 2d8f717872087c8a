using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Taints nodes by their cordon and conditions, and evicts pods that do not tolerate a NoExecute taint.</summary>
internal sealed class NodeController(ObjectStore store) : IController
{
    private static readonly WriteOptions s_options = WriteOptions.Controller("node-controller");

    /// <summary>Taints that this controller owns, by condition, its status, and effect.</summary>
    private static readonly (string Type, string Status, string Key, string Effect)[] s_taints =
    [
        ("Ready", "False", "node.kubernetes.io/not-ready", "NoSchedule"), ("Ready", "False", "node.kubernetes.io/not-ready", "NoExecute"),
        ("Ready", "Unknown", "node.kubernetes.io/unreachable", "NoSchedule"), ("Ready", "Unknown", "node.kubernetes.io/unreachable", "NoExecute"),
        ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure", "NoSchedule"), ("DiskPressure", "True", "node.kubernetes.io/disk-pressure", "NoSchedule"),
        ("PIDPressure", "True", "node.kubernetes.io/pid-pressure", "NoSchedule"), ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable", "NoSchedule"),
    ];

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "nodes") enqueue(new("", change.Object.Name));
        else if (change.Resource == "pods" && change.Object.NodeName.Length > 0 && (change.Previous is null || change.Previous.NodeName.Length == 0)) enqueue(new("", change.Object.NodeName));
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (store.Snapshot.Find("nodes", "", name.Name) is not { IsDeleting: false } stored) return;
        var node = stored.Parse();
        var wanted = s_taints.Where(t => node.Objects("status", "conditions").Any(c => c.Str("type") == t.Type && c.Str("status") == t.Status)).Select(t => (t.Key, t.Effect)).ToList();
        if (node.Flag("spec", "unschedulable") == true) wanted.Add(("node.kubernetes.io/unschedulable", "NoSchedule"));
        var owned = s_taints.Select(t => (t.Key, t.Effect)).Append(("node.kubernetes.io/unschedulable", "NoSchedule")).ToHashSet();
        var taints = node.Objects("spec", "taints").Where(t => !owned.Contains((t.Str("key")!, t.Str("effect")!)) || wanted.Contains((t.Str("key")!, t.Str("effect")!))).Select(t => t.Copy()).ToList();
        foreach (var (key, effect) in wanted.Where(w => !taints.Exists(t => t.Str("key") == w.Key && t.Str("effect") == w.Effect)))
            taints.Add(new JsonObject { ["effect"] = effect, ["key"] = key, ["timeAdded"] = cluster.Operations.Now });
        foreach (var t in taints.Where(t => t.Str("effect") == "NoExecute" && t.Str("timeAdded") is null)) t["timeAdded"] = cluster.Operations.Now;
        cluster.Operations.Update(BuiltInResources.Nodes, "", name.Name, "", o =>
        {
            if (taints.Count > 0) o.Ensure("spec")["taints"] = new JsonArray([.. taints.Select(t => t.DeepClone())]);
            else o.Ensure("spec").Remove("taints");
            return o;
        }, s_options);
        Evict(context, name.Name, [.. taints.Where(t => t.Str("effect") == "NoExecute")]);
    }

    private void Evict(ControllerContext context, string node, List<JsonObject> taints)
    {
        if (taints.Count == 0) return;
        var cluster = context.Cluster;
        foreach (var stored in store.Snapshot.List("pods").Where(p => p.NodeName == node && !p.IsDeleting))
        {
            var pod = stored.Parse();
            DateTimeOffset? due = null;
            foreach (var taint in taints)
            {
                var tolerating = pod.Objects("spec", "tolerations").Where(t => NodeFilters.Tolerates(t, taint.Str("key") ?? "", taint.Str("value") ?? "", "NoExecute")).ToList();
                if (tolerating.Exists(t => t.Num("tolerationSeconds") is null)) continue;
                var seconds = tolerating.Count == 0 ? 0 : tolerating.Min(t => t.Num("tolerationSeconds") ?? 0);
                var since = DateTimeOffset.TryParse(taint.Str("timeAdded"), CultureInfo.InvariantCulture, out var at) ? at : cluster.Now;
                var when = since.AddSeconds(seconds);
                if (due is null || when < due) due = when;
            }
            if (due is not { } time) continue;
            if (time > cluster.Now)
            {
                context.Later(time - cluster.Now);
                continue;
            }
            EventRecorder.Record(cluster.Operations, pod, "Normal", "TaintManagerEviction", $"Marking for deletion Pod {stored.Namespace}/{stored.Name}", "taint-eviction-controller");
            cluster.Operations.Update(BuiltInResources.Pods, stored.Namespace, stored.Name, "status", o =>
            {
                OwnedObjects.SetCondition(o.Ensure("status"), "DisruptionTarget", "True", "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", cluster.Operations.Now);
                return o;
            }, s_options);
            cluster.Operations.Delete(BuiltInResources.Pods, stored.Namespace, stored.Name, DeleteOptions.Background);
        }
    }
}
