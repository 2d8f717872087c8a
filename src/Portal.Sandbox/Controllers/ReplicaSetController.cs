using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Keeps the wanted number of pods of a ReplicaSet.</summary>
internal sealed class ReplicaSetController : IController
{
    private static readonly WriteOptions s_options = WriteOptions.Controller("replicaset-controller");

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "replicasets.apps") enqueue(new(change.Object.Namespace, change.Object.Name));
        else if (change.Resource == "pods") OwnedObjects.EnqueueOwners(change, "ReplicaSet", enqueue);
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        var type = BuiltInResources.ReplicaSets;
        if (cluster.Store.Snapshot.Find(type.Resource, name.Namespace, name.Name) is not { } stored) return;
        var set = stored.Parse();
        if (!stored.IsDeleting) Scale(cluster, type, set, Pods(cluster, stored));
        UpdateStatus(cluster, type, name, set, Pods(cluster, stored));
    }

    private static List<(StoredObject Stored, JsonObject Pod)> Pods(SandboxCluster cluster, StoredObject set) =>
        [.. OwnedObjects.OwnedBy(cluster.Store.Snapshot, "pods", set.Namespace, set.Uid).Select(p => (p, p.Parse())).Where(p => OwnedObjects.IsPodActive(p.p, p.Item2))];

    private static void Scale(SandboxCluster cluster, ResourceType type, JsonObject set, List<(StoredObject Stored, JsonObject Pod)> pods)
    {
        var wanted = set.Int(1, "spec", "replicas");
        var ns = set.Str("metadata", "namespace")!;
        for (var i = pods.Count; i < wanted; i++)
        {
            try
            {
                var pod = cluster.Operations.Create(BuiltInResources.Pods, ns, OwnedObjects.PodFromTemplate(type, set, set.Str("metadata", "name") + "-"), s_options);
                EventRecorder.Record(cluster.Operations, set, "Normal", "SuccessfulCreate", $"Created pod: {pod.Str("metadata", "name")}", "replicaset-controller");
            }
            catch (ApiException e) when (e.Code is 403 or 422)
            {
                EventRecorder.Record(cluster.Operations, set, "Warning", "FailedCreate", $"Error creating: {e.Message}", "replicaset-controller");
                throw;
            }
        }
        // Pods that are not ready, then the youngest, go first.
        foreach (var (victim, _) in pods.OrderBy(p => OwnedObjects.IsPodReady(p.Pod)).ThenByDescending(p => p.Stored.ResourceVersion).Take(Math.Max(0, pods.Count - wanted)))
        {
            cluster.Operations.Delete(BuiltInResources.Pods, ns, victim.Name, DeleteOptions.Background);
            EventRecorder.Record(cluster.Operations, set, "Normal", "SuccessfulDelete", $"Deleted pod: {victim.Name}", "replicaset-controller");
        }
    }

    private static void UpdateStatus(SandboxCluster cluster, ResourceType type, ObjectName name, JsonObject set, List<(StoredObject Stored, JsonObject Pod)> pods)
    {
        var labels = set.Map("spec", "template", "metadata", "labels");
        var ready = pods.Count(p => OwnedObjects.IsPodReady(p.Pod));
        var status = new JsonObject { ["replicas"] = pods.Count };
        var labelled = pods.Count(p => labels.All(l => p.Stored.Labels.TryGetValue(l.Key, out var v) && v == l.Value));
        if (labelled > 0) status["fullyLabeledReplicas"] = labelled;
        if (ready > 0)
        {
            status["readyReplicas"] = ready;
            status["availableReplicas"] = ready;
        }
        status["observedGeneration"] = set.Num("metadata", "generation");
        if (JsonExtensions.Same(status, set["status"])) return;
        cluster.Operations.Update(type, name.Namespace, name.Name, "status", o =>
        {
            o["status"] = status;
            return o;
        }, s_options);
    }
}
