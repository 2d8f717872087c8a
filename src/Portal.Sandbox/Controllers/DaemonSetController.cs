using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Keeps one pod on every node that the template fits; cordons do not matter to it.</summary>
internal sealed class DaemonSetController(ObjectStore store) : IController
{
    private const string Component = "daemonset-controller";
    private const string RevisionLabel = "controller-revision-hash";

    private static readonly WriteOptions s_options = WriteOptions.Controller(Component);

    /// <summary>Taints of a node in trouble that daemons stay through.</summary>
    private static readonly (string Key, string Effect)[] s_tolerated =
    [
        ("node.kubernetes.io/not-ready", "NoExecute"), ("node.kubernetes.io/unreachable", "NoExecute"), ("node.kubernetes.io/disk-pressure", "NoSchedule"),
        ("node.kubernetes.io/memory-pressure", "NoSchedule"), ("node.kubernetes.io/pid-pressure", "NoSchedule"), ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ];

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "daemonsets.apps") enqueue(new(change.Object.Namespace, change.Object.Name));
        else if (change.Resource == "pods") OwnedObjects.EnqueueOwners(change, "DaemonSet", enqueue);
        else if (change.Resource == "nodes")
        {
            foreach (var name in store.Snapshot.Of("daemonsets.apps").Keys) enqueue(name);
        }
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (store.Snapshot.Find("daemonsets.apps", name.Namespace, name.Name) is not { } stored) return;
        var set = stored.Parse();
        var hash = stored.IsDeleting ? OwnedObjects.TemplateHash(set.Obj("spec", "template")!)
            : ControllerRevisions.Sync(cluster, BuiltInResources.DaemonSets, set, Pods(stored).Select(p => $"{name.Name}-{p.Stored.Labels.GetValueOrDefault(RevisionLabel)}").ToHashSet());
        var template = Template(set, hash);
        var nodes = store.Snapshot.List("nodes").Select(n => NodeFacts.Of(n.Parse())).Where(n => NodeFilters.StaticRefusal(template, n) is null).Select(n => n.Name).ToList();
        if (!stored.IsDeleting) Step(cluster, set, template, nodes, Pods(stored), hash);
        UpdateStatus(cluster, name, set, nodes.Count, Pods(stored), hash);
    }

    private List<(StoredObject Stored, JsonObject Pod)> Pods(StoredObject set) =>
        [.. OwnedObjects.OwnedBy(store.Snapshot, "pods", set.Namespace, set.Uid).Select(p => (p, p.Parse()))];

    private static JsonObject Template(JsonObject set, string hash)
    {
        var pod = OwnedObjects.PodFromTemplate(BuiltInResources.DaemonSets, set, set.Str("metadata", "name") + "-");
        pod.Ensure("metadata").Ensure("labels")[RevisionLabel] = hash;
        var tolerations = pod.Ensure("spec").EnsureArray("tolerations");
        foreach (var (key, effect) in s_tolerated) tolerations.Add(new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = effect });
        return pod;
    }

    private static void Step(SandboxCluster cluster, JsonObject set, JsonObject template, List<string> nodes, List<(StoredObject Stored, JsonObject Pod)> pods, string hash)
    {
        var ns = set.Str("metadata", "namespace")!;
        var byNode = pods.ToLookup(p => p.Pod.Str("spec", "nodeName") ?? "");
        foreach (var (victim, pod) in pods.Where(p => !p.Stored.IsDeleting && (!OwnedObjects.IsPodActive(p.Stored, p.Pod) || !nodes.Contains(p.Pod.Str("spec", "nodeName") ?? ""))))
        {
            if (pod.Str("status", "phase") == "Failed")
                EventRecorder.Record(cluster.Operations, set, "Warning", "FailedDaemonPod", $"Found failed daemon pod {victim.Namespace}/{victim.Name} on node {pod.Str("spec", "nodeName")}, will try to kill it", Component);
            Delete(cluster, set, victim.Name);
        }
        void Create(string node)
        {
            var pod = template.Copy();
            pod.Ensure("spec")["nodeName"] = node;
            var created = cluster.Operations.Create(BuiltInResources.Pods, ns, pod, s_options);
            EventRecorder.Record(cluster.Operations, set, "Normal", "SuccessfulCreate", $"Created pod: {created.Str("metadata", "name")}", Component);
        }
        foreach (var node in nodes.Where(n => !byNode[n].Any())) Create(node);
        if (set.Str("spec", "updateStrategy", "type") != "RollingUpdate") return;
        var unavailable = nodes.Count(n => !byNode[n].Any(IsHealthy));
        var surge = OwnedObjects.Share(set.At("spec", "updateStrategy", "rollingUpdate", "maxSurge"), nodes.Count, roundUp: true);
        bool IsOld((StoredObject Stored, JsonObject Pod) p) => p.Stored.Labels.GetValueOrDefault(RevisionLabel) != hash;
        if (surge > 0)
        {
            // A node gets its new pod first; the old one goes when the new one is ready.
            foreach (var (old, _) in nodes.Where(n => byNode[n].Any(p => !IsOld(p) && IsHealthy(p))).SelectMany(n => byNode[n].Where(p => IsOld(p) && !p.Stored.IsDeleting))) Delete(cluster, set, old.Name);
            var surging = nodes.Count(n => byNode[n].Any(p => IsOld(p)) && byNode[n].Any(p => !IsOld(p)));
            foreach (var node in nodes.Where(n => byNode[n].Any() && byNode[n].All(p => IsOld(p) && !p.Stored.IsDeleting)).Take(Math.Max(0, surge - surging)).ToList()) Create(node);
            return;
        }
        var allowed = Math.Max(1, OwnedObjects.Share(set.At("spec", "updateStrategy", "rollingUpdate", "maxUnavailable"), nodes.Count, roundUp: true)) - unavailable;
        // Old pods that are not available anyway go first and for nothing.
        foreach (var (old, _) in pods.Where(p => !p.Stored.IsDeleting && IsOld(p) && !IsHealthy(p))) Delete(cluster, set, old.Name);
        foreach (var (old, _) in pods.Where(p => !p.Stored.IsDeleting && IsOld(p) && IsHealthy(p)).Take(Math.Max(0, allowed))) Delete(cluster, set, old.Name);
    }

    private static bool IsHealthy((StoredObject Stored, JsonObject Pod) p) => !p.Stored.IsDeleting && OwnedObjects.IsPodReady(p.Pod);

    private static void Delete(SandboxCluster cluster, JsonObject set, string pod)
    {
        cluster.Operations.Delete(BuiltInResources.Pods, set.Str("metadata", "namespace")!, pod, DeleteOptions.Background);
        EventRecorder.Record(cluster.Operations, set, "Normal", "SuccessfulDelete", $"Deleted pod: {pod}", Component);
    }

    private static void UpdateStatus(SandboxCluster cluster, ObjectName name, JsonObject set, int desired, List<(StoredObject Stored, JsonObject Pod)> pods, string hash)
    {
        var ready = pods.Count(IsHealthy);
        var status = new JsonObject
        {
            ["currentNumberScheduled"] = pods.Count(p => !p.Stored.IsDeleting),
            ["desiredNumberScheduled"] = desired,
            ["numberMisscheduled"] = 0,
            ["numberReady"] = ready,
            ["observedGeneration"] = set.Num("metadata", "generation"),
        };
        if (ready > 0) status["numberAvailable"] = ready;
        if (desired > ready) status["numberUnavailable"] = desired - ready;
        if (pods.Count(p => !p.Stored.IsDeleting && p.Stored.Labels.GetValueOrDefault(RevisionLabel) == hash) is > 0 and var updated) status["updatedNumberScheduled"] = updated;
        if (JsonExtensions.Same(status, set["status"])) return;
        cluster.Operations.Update(BuiltInResources.DaemonSets, name.Namespace, name.Name, "status", o =>
        {
            o["status"] = status;
            return o;
        }, s_options);
    }
}
