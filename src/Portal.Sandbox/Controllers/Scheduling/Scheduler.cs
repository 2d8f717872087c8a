using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Binds pods to nodes. What fits nowhere is looked at again when nodes, other pods or volumes change.</summary>
internal sealed class Scheduler : IController
{
    private const string Name = "default-scheduler";

    private static readonly WriteOptions s_options = WriteOptions.Controller("kube-scheduler");

    private readonly ScheduleCache _cache = new();

    /// <summary>Pods that wait, and whether a pod that is placed elsewhere may help them.</summary>
    private readonly Dictionary<ObjectName, bool> _unschedulable = [];

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "pods")
        {
            var name = new ObjectName(change.Object.Namespace, change.Object.Name);
            var over = change.Type == StoreEventType.Deleted || change.Object.Phase is "Succeeded" or "Failed";
            if (change.Type != StoreEventType.Modified || change.Previous?.NodeName != change.Object.NodeName || over || change.Previous is null) _cache.Touch(name);
            if (over) Retry(enqueue, followers: false);
            else if (change.Type == StoreEventType.Modified && change.Previous?.NodeName.Length == 0 && change.Object.NodeName.Length > 0) Retry(enqueue, followers: true);
            if (change.Type != StoreEventType.Deleted && change.Object.NodeName.Length == 0) enqueue(name);
        }
        else if (change.Resource is "nodes" or "persistentvolumeclaims" or "persistentvolumes" or "storageclasses.storage.k8s.io") Retry(enqueue, followers: false);
    }

    public void Reset()
    {
        _cache.Invalidate();
        lock (_unschedulable) _unschedulable.Clear();
    }

    /// <param name="followers">Only pods that want to be near others.</param>
    private void Retry(Action<ObjectName> enqueue, bool followers)
    {
        lock (_unschedulable)
        {
            foreach (var (pod, follows) in _unschedulable) if (follows || !followers) enqueue(pod);
        }
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        var snapshot = cluster.Store.Snapshot;
        lock (_unschedulable) _unschedulable.Remove(name);
        _cache.Refresh(snapshot);
        if (snapshot.Find("pods", name.Namespace, name.Name) is not { IsDeleting: false, NodeName.Length: 0 } stored) return;
        var pod = stored.Parse();
        if (pod.Str("spec", "schedulerName") != Name || pod.Str("status", "phase") is "Failed" or "Succeeded") return;
        if (pod.Arr("spec", "schedulingGates") is { Count: > 0 })
        {
            Condition(cluster, name, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
            return;
        }
        var facts = PodFacts.Of(pod);
        var refusals = new Dictionary<string, IReadOnlyList<Refusal>>(StringComparer.Ordinal);
        var fitting = new List<NodeFacts>();
        var general = VolumeScheduling.Refusal(snapshot, pod);
        var hasClaims = VolumeScheduling.Claims(pod).Any();
        foreach (var node in general is null ? _cache.Nodes : [])
        {
            var reasons = NodeFilters.Check(pod, facts, node, _cache);
            if (reasons.Count == 0 && hasClaims && VolumeScheduling.Refusal(snapshot, pod, node) is { } volume) reasons = [volume];
            if (reasons.Count == 0) fitting.Add(node);
            else refusals[node.Name] = reasons;
        }
        if (fitting.Count == 0)
        {
            Refuse(cluster, name, pod, facts, general, refusals);
            return;
        }
        var best = NodeScores.Best(pod, facts, fitting, _cache).Name;
        if (hasClaims && VolumeScheduling.Prepare(cluster, pod, best))
        {
            lock (_unschedulable) _unschedulable[name] = false;
            return;
        }
        cluster.Operations.Update(BuiltInResources.Pods, name.Namespace, name.Name, "binding", o =>
        {
            o.Ensure("spec")["nodeName"] = best;
            return o;
        }, s_options);
        _cache.Assign(name, facts with { Node = best });
        EventRecorder.Record(cluster.Operations, pod, "Normal", "Scheduled", $"Successfully assigned {name.Namespace}/{name.Name} to {best}", Name);
    }

    private void Refuse(SandboxCluster cluster, ObjectName name, JsonObject pod, PodFacts facts, string? general, Dictionary<string, IReadOnlyList<Refusal>> refusals)
    {
        lock (_unschedulable) _unschedulable[name] = pod.Obj("spec", "affinity", "podAffinity") is not null;
        var count = _cache.Nodes.Count;
        var reasons = general is not null ? general : string.Join(", ", refusals.Values.SelectMany(r => r).CountBy(r => r.Reason).Select(r => $"{r.Value} {r.Key}").Order(StringComparer.Ordinal));
        var message = count == 0 ? "no nodes available to schedule pods" : $"0/{count} nodes are available: {reasons}.";
        if (count > 0)
        {
            var resolvable = refusals.Where(r => r.Value.All(x => x.Resolvable)).Select(r => r.Key).ToList();
            if (pod.Str("spec", "preemptionPolicy") == "Never") message += " preemption: not eligible due to preemptionPolicy=Never.";
            else if (!Preemption.TryMakeRoom(cluster, _cache, pod, facts, resolvable))
            {
                List<string> parts = [];
                if (count > resolvable.Count) parts.Add($"{count - resolvable.Count} Preemption is not helpful for scheduling");
                if (resolvable.Count > 0) parts.Add($"{resolvable.Count} No preemption victims found for incoming pod");
                message += $" preemption: 0/{count} nodes are available: {string.Join(", ", parts.Order(StringComparer.Ordinal))}.";
            }
        }
        if (Condition(cluster, name, "Unschedulable", message)) EventRecorder.Record(cluster.Operations, pod, "Warning", "FailedScheduling", message, Name);
    }

    /// <returns>Whether this was news.</returns>
    private static bool Condition(SandboxCluster cluster, ObjectName name, string reason, string message)
    {
        var now = cluster.Operations.Now;
        var before = cluster.Store.Snapshot.Find("pods", name.Namespace, name.Name)?.ResourceVersion;
        cluster.Operations.Update(BuiltInResources.Pods, name.Namespace, name.Name, "status", o =>
        {
            OwnedObjects.SetCondition(o.Ensure("status"), "PodScheduled", "False", reason, message, now);
            foreach (var c in o.Objects("status", "conditions").Where(c => !c.ContainsKey("lastProbeTime"))) c["lastProbeTime"] = null;
            return o;
        }, s_options);
        return cluster.Store.Snapshot.Find("pods", name.Namespace, name.Name)?.ResourceVersion != before;
    }
}
