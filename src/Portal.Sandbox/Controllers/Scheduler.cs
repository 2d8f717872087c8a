using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Binds pods to nodes: selector, taints and cordons decide where a pod may run, the emptiest node gets it.</summary>
internal sealed class Scheduler : IController
{
    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "pods" && change.Type != StoreEventType.Deleted) enqueue(new(change.Object.Namespace, change.Object.Name));
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        var snapshot = cluster.Store.Snapshot;
        if (snapshot.Find("pods", name.Namespace, name.Name) is not { IsDeleting: false } stored) return;
        var pod = stored.Parse();
        if (!string.IsNullOrEmpty(pod.Str("spec", "nodeName")) || pod.Str("spec", "schedulerName") != "default-scheduler") return;
        var nodes = snapshot.List("nodes").Select(n => n.Parse()).ToList();
        var load = snapshot.List("pods").Select(p => p.Parse().Str("spec", "nodeName") ?? "").CountBy(n => n).ToDictionary();
        var fitting = nodes.Where(n => Fits(pod, n)).OrderBy(n => load.GetValueOrDefault(n.Str("metadata", "name")!)).ThenBy(n => n.Str("metadata", "name"), StringComparer.Ordinal).FirstOrDefault();
        var now = cluster.Operations.Now;
        if (fitting is null)
        {
            var message = $"0/{nodes.Count} nodes are available: {nodes.Count} node(s) didn't match Pod's node affinity/selector or had untolerated taint(s). preemption: 0/{nodes.Count} nodes are available: {nodes.Count} Preemption is not helpful for scheduling.";
            cluster.Operations.Update(BuiltInResources.Pods, name.Namespace, name.Name, "status", o =>
            {
                OwnedObjects.SetCondition(o.Ensure("status"), "PodScheduled", "False", "Unschedulable", message, now);
                return o;
            }, WriteOptions.Controller("kube-scheduler"));
            EventRecorder.Record(cluster.Operations, pod, "Warning", "FailedScheduling", message, "default-scheduler");
            return;
        }
        var node = fitting.Str("metadata", "name")!;
        cluster.Operations.Update(BuiltInResources.Pods, name.Namespace, name.Name, "", o =>
        {
            o.Ensure("spec")["nodeName"] = node;
            return o;
        }, WriteOptions.Controller("kube-scheduler"));
        EventRecorder.Record(cluster.Operations, pod, "Normal", "Scheduled", $"Successfully assigned {name.Namespace}/{name.Name} to {node}", "default-scheduler");
    }

    /// <summary>Whether a pod may run on a node.</summary>
    internal static bool Fits(JsonObject pod, JsonObject node, bool throughCordons = false)
    {
        if (node.Flag("spec", "unschedulable") == true && !throughCordons) return false;
        var labels = node.Map("metadata", "labels");
        if (pod.Map("spec", "nodeSelector").Any(s => !labels.TryGetValue(s.Key, out var v) || v != s.Value)) return false;
        return node.Objects("spec", "taints").Where(t => t.Str("effect") is "NoSchedule" or "NoExecute").All(t => pod.Objects("spec", "tolerations").Any(x => Tolerates(x, t)));
    }

    private static bool Tolerates(JsonObject toleration, JsonObject taint) =>
        (toleration.Str("effect") is null or "" || toleration.Str("effect") == taint.Str("effect"))
        && (toleration.Str("key") is null or "" || toleration.Str("key") == taint.Str("key"))
        && (toleration.Str("operator") == "Exists" || (toleration.Str("value") ?? "") == (taint.Str("value") ?? ""));
}
