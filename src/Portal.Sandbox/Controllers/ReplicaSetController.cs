using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Keeps as many pods as a ReplicaSet or a ReplicationController asks for; adopts pods that match and lets go of those that do not.</summary>
internal sealed class ReplicaSetController(ObjectStore store, ResourceType type, string component) : IController
{
    private readonly WriteOptions _options = WriteOptions.Controller(component);

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == type.Resource) enqueue(new(change.Object.Namespace, change.Object.Name));
        else if (change.Resource == "pods")
        {
            OwnedObjects.EnqueueOwners(change, type.Kind, enqueue);
            // A pod without an owner may be adopted.
            if (change.Object.Owners.Count == 0 && change.Type != StoreEventType.Deleted && (change.Previous is null || !ReferenceEquals(change.Previous.Labels, change.Object.Labels) && !change.Previous.Labels.SequenceEqual(change.Object.Labels)))
                foreach (var set in store.Snapshot.List(type.Resource, change.Object.Namespace)) enqueue(new(set.Namespace, set.Name));
        }
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (store.Snapshot.Find(type.Resource, name.Namespace, name.Name) is not { } stored) return;
        var set = stored.Parse();
        string? failure = null;
        if (!stored.IsDeleting)
        {
            Claim(cluster, stored, set);
            failure = Scale(cluster, set, Pods(stored));
        }
        UpdateStatus(context, name, set, Pods(stored), failure);
    }

    private List<(StoredObject Stored, JsonObject Pod)> Pods(StoredObject set) =>
        [.. OwnedObjects.OwnedBy(store.Snapshot, "pods", set.Namespace, set.Uid).Select(p => (p, p.Parse())).Where(p => OwnedObjects.IsPodActive(p.p, p.Item2))];

    private static bool Selects(JsonObject set, IReadOnlyDictionary<string, string> labels) => set.Obj("spec", "selector") is not { } selector ? false
        : selector.ContainsKey("matchLabels") || selector.ContainsKey("matchExpressions") ? Selectors.Matches(selector, labels) : Selectors.Matches(set.Map("spec", "selector"), labels);

    private void Claim(SandboxCluster cluster, StoredObject stored, JsonObject set)
    {
        foreach (var pod in store.Snapshot.List("pods", stored.Namespace).Where(p => !p.IsDeleting))
        {
            var owned = pod.Owners.Contains(stored.Uid);
            var selected = Selects(set, pod.Labels);
            if (owned == selected || (!owned && (pod.Owners.Count > 0 || pod.Phase is "Succeeded" or "Failed"))) continue;
            cluster.Operations.Update(BuiltInResources.Pods, pod.Namespace, pod.Name, "", o =>
            {
                var references = o.Ensure("metadata").EnsureArray("ownerReferences");
                if (!owned) references.Add(OwnedObjects.OwnerReference(type, set)[0]!.DeepClone());
                else for (var i = references.Count - 1; i >= 0; i--) if (references[i].Str("uid") == stored.Uid) references.RemoveAt(i);
                if (references.Count == 0) o.Ensure("metadata").Remove("ownerReferences");
                return o;
            }, _options);
        }
    }

    /// <returns>Why pods could not be made, or null.</returns>
    private string? Scale(SandboxCluster cluster, JsonObject set, List<(StoredObject Stored, JsonObject Pod)> pods)
    {
        var wanted = set.Int(1, "spec", "replicas");
        var ns = set.Str("metadata", "namespace")!;
        for (var i = pods.Count; i < wanted; i++)
        {
            try
            {
                var pod = cluster.Operations.Create(BuiltInResources.Pods, ns, OwnedObjects.PodFromTemplate(type, set, set.Str("metadata", "name") + "-"), _options);
                EventRecorder.Record(cluster.Operations, set, "Normal", "SuccessfulCreate", $"Created pod: {pod.Str("metadata", "name")}", component);
            }
            catch (ApiException e) when (e.Code is 403 or 422 or 500)
            {
                EventRecorder.Record(cluster.Operations, set, "Warning", "FailedCreate", $"Error creating: {e.Message}", component);
                return e.Message;
            }
        }
        // Pods that are not assigned, not ready, cheap to delete, young: in this order.
        foreach (var (victim, _) in pods.OrderBy(p => p.Stored.NodeName.Length > 0).ThenBy(p => OwnedObjects.IsPodReady(p.Pod))
            .ThenBy(p => int.TryParse(p.Pod.Str("metadata", "annotations", "controller.kubernetes.io/pod-deletion-cost"), out var cost) ? cost : 0)
            .ThenByDescending(p => p.Stored.ResourceVersion).Take(Math.Max(0, pods.Count - wanted)))
        {
            cluster.Operations.Delete(BuiltInResources.Pods, ns, victim.Name, DeleteOptions.Background);
            EventRecorder.Record(cluster.Operations, set, "Normal", "SuccessfulDelete", $"Deleted pod: {victim.Name}", component);
        }
        return null;
    }

    private void UpdateStatus(ControllerContext context, ObjectName name, JsonObject set, List<(StoredObject Stored, JsonObject Pod)> pods, string? failure)
    {
        var cluster = context.Cluster;
        var labels = set.Map("spec", "template", "metadata", "labels");
        var ready = pods.Count(p => OwnedObjects.IsPodReady(p.Pod));
        var times = pods.Select(p => OwnedObjects.AvailableAt(p.Pod, set.Int(0, "spec", "minReadySeconds"))).ToList();
        var available = times.Count(t => t <= cluster.Now);
        if (times.Where(t => t > cluster.Now).Min() is { } next) context.Later(next - cluster.Now);
        var status = new JsonObject { ["replicas"] = pods.Count };
        if (failure is not null || set.Obj("status")?["conditions"] is not null)
        {
            if (set.Obj("status")?["conditions"] is { } before) status["conditions"] = before.DeepClone();
            if (failure is not null) OwnedObjects.SetCondition(status, "ReplicaFailure", "True", "FailedCreate", failure, cluster.Operations.Now);
            else status.Remove("conditions");
        }
        var labelled = pods.Count(p => labels.All(l => p.Stored.Labels.TryGetValue(l.Key, out var v) && v == l.Value));
        if (labelled > 0) status["fullyLabeledReplicas"] = labelled;
        if (ready > 0) status["readyReplicas"] = ready;
        if (available > 0) status["availableReplicas"] = available;
        status["observedGeneration"] = set.Num("metadata", "generation");
        if (!JsonExtensions.Same(status, set["status"]))
        {
            cluster.Operations.Update(type, name.Namespace, name.Name, "status", o =>
            {
                o["status"] = status;
                return o;
            }, _options);
        }
        // The cause (a quota, a webhook) may go away without a sign that reaches this set.
        if (failure is not null) context.Later(TimeSpan.FromSeconds(5));
    }
}
