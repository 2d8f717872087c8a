using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Controllers;

/// <summary>Makes room for a pod by removing pods of lower priority.</summary>
internal static class Preemption
{
    public static bool TryMakeRoom(SandboxCluster cluster, ScheduleCache cache, JsonObject pod, PodFacts facts, IReadOnlyList<string> candidates)
    {
        // Victims that are already on their way out make the room that was asked for.
        if (pod.Str("status", "nominatedNodeName") is { Length: > 0 } nominated
            && cache.On(nominated).Any(p => p.Priority < facts.Priority && cluster.Store.Snapshot.Find("pods", p.Namespace, p.Name) is { IsDeleting: true })) return true;
        List<PodFacts>? best = null;
        string? where = null;
        foreach (var node in cache.Nodes.Where(n => candidates.Contains(n.Name)))
        {
            var victims = cache.On(node.Name).Where(p => p.Priority < facts.Priority).OrderByDescending(p => p.Priority).ToList();
            if (victims.Count == 0 || NodeFilters.Check(pod, facts, node, cache, victims).Count > 0) continue;
            // As many as possible stay, the most important first.
            foreach (var spared in victims.ToList())
            {
                victims.Remove(spared);
                if (NodeFilters.Check(pod, facts, node, cache, victims).Count > 0) victims.Add(spared);
            }
            if (best is null || Cost(victims).CompareTo(Cost(best)) < 0) (best, where) = (victims, node.Name);
        }
        if (best is null) return false;
        var now = cluster.Operations.Now;
        foreach (var victim in best)
        {
            if (cluster.Store.Snapshot.Find("pods", victim.Namespace, victim.Name) is not { IsDeleting: false } stored) continue;
            cluster.Operations.Update(BuiltInResources.Pods, victim.Namespace, victim.Name, "status", o =>
            {
                OwnedObjects.SetCondition(o.Ensure("status"), "DisruptionTarget", "True", "PreemptionByScheduler", "default-scheduler: preempting to accommodate a higher priority pod", now);
                return o;
            }, WriteOptions.Controller("kube-scheduler"));
            EventRecorder.Record(cluster.Operations, stored.Parse(), "Normal", "Preempted", $"Preempted by pod {facts.Uid} on node {where}", "default-scheduler");
            cluster.Operations.Delete(BuiltInResources.Pods, victim.Namespace, victim.Name, DeleteOptions.Background);
        }
        cluster.Operations.Update(BuiltInResources.Pods, facts.Namespace, facts.Name, "status", o =>
        {
            o.Ensure("status")["nominatedNodeName"] = where;
            return o;
        }, WriteOptions.Controller("kube-scheduler"));
        return true;
    }

    private static (int Highest, int Count) Cost(List<PodFacts> victims) => (victims.Select(v => v.Priority).DefaultIfEmpty(int.MinValue).Max(), victims.Count);
}
