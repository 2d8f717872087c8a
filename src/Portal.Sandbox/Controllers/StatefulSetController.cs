using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Keeps pods with ordinals: made in order, removed and updated in reverse, one at a time unless the management is Parallel.</summary>
internal sealed class StatefulSetController : IController
{
    private const string Component = "statefulset-controller";
    private const string RevisionLabel = "controller-revision-hash";

    private static readonly WriteOptions s_options = WriteOptions.Controller(Component);

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "statefulsets.apps") enqueue(new(change.Object.Namespace, change.Object.Name));
        else if (change.Resource == "pods") OwnedObjects.EnqueueOwners(change, "StatefulSet", enqueue);
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (cluster.Store.Snapshot.Find("statefulsets.apps", name.Namespace, name.Name) is not { } stored) return;
        var set = stored.Parse();
        var pods = Pods(cluster, stored);
        var revision = stored.IsDeleting ? set.Str("status", "updateRevision") ?? ""
            : $"{name.Name}-{ControllerRevisions.Sync(cluster, BuiltInResources.StatefulSets, set, pods.Values.Select(p => p.Stored.Labels.GetValueOrDefault(RevisionLabel, "")).Append(set.Str("status", "currentRevision") ?? "").ToHashSet())}";
        if (!stored.IsDeleting) Step(context, set, pods, revision);
        KeepClaims(cluster, set, stored);
        UpdateStatus(cluster, name, set, [.. Pods(cluster, stored).Values], revision);
    }

    private static SortedDictionary<int, (StoredObject Stored, JsonObject Pod)> Pods(SandboxCluster cluster, StoredObject set)
    {
        var pods = new SortedDictionary<int, (StoredObject, JsonObject)>();
        foreach (var pod in OwnedObjects.OwnedBy(cluster.Store.Snapshot, "pods", set.Namespace, set.Uid))
        {
            if (int.TryParse(pod.Name.AsSpan(pod.Name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)) pods[ordinal] = (pod, pod.Parse());
        }
        return pods;
    }

    /// <summary>Does what may be done now; the pods' own changes bring the controller back for the rest.</summary>
    private static void Step(ControllerContext context, JsonObject set, SortedDictionary<int, (StoredObject Stored, JsonObject Pod)> pods, string revision)
    {
        var cluster = context.Cluster;
        var start = set.Int(0, "spec", "ordinals", "start");
        var minReady = set.Int(0, "spec", "minReadySeconds");
        bool IsAvailable((StoredObject Stored, JsonObject Pod) p)
        {
            if (p.Stored.IsDeleting || OwnedObjects.AvailableAt(p.Pod, minReady) is not { } at) return false;
            if (at > cluster.Now) context.Later(at - cluster.Now);
            return at <= cluster.Now;
        }
        var partition = set.Str("spec", "updateStrategy", "type") == "RollingUpdate" ? set.Int(0, "spec", "updateStrategy", "rollingUpdate", "partition") : 0;
        var current = set.Str("status", "currentRevision") is { Length: > 0 } c ? c : revision;
        var end = start + set.Int(1, "spec", "replicas");
        var ordered = set.Str("spec", "podManagementPolicy") != "Parallel";
        for (var ordinal = start; ordinal < end; ordinal++)
        {
            if (!pods.TryGetValue(ordinal, out var found))
            {
                // A partition keeps pods below it at the revision that was there before.
                var behind = current != revision && ordinal < start + partition ? Earlier(cluster, set, current) : null;
                Create(cluster, behind ?? set, ordinal, behind is null ? revision : current);
            }
            else if (found.Pod.Str("status", "phase") is "Failed" or "Succeeded" && !found.Stored.IsDeleting) Delete(cluster, set, found.Stored.Name);
            else if (IsAvailable(found)) continue;
            if (ordered) return;
        }
        foreach (var (ordinal, found) in pods.Reverse().Where(p => p.Key < start || p.Key >= end))
        {
            if (!found.Stored.IsDeleting) Delete(cluster, set, found.Stored.Name);
            if (ordered) return;
        }
        if (set.Str("spec", "updateStrategy", "type") != "RollingUpdate") return;
        foreach (var (ordinal, found) in pods.Reverse().Where(p => p.Key >= start + partition && p.Key < end))
        {
            if (found.Stored.Labels.GetValueOrDefault(RevisionLabel) == revision)
            {
                if (!IsAvailable(found)) return;
                continue;
            }
            if (found.Stored.IsDeleting) return;
            Delete(cluster, set, found.Stored.Name);
            return;
        }
    }

    private static bool IsHealthy((StoredObject Stored, JsonObject Pod) p) => !p.Stored.IsDeleting && OwnedObjects.IsPodReady(p.Pod);

    /// <summary>The set as it was at a revision, for pods that a partition keeps behind.</summary>
    private static JsonObject? Earlier(SandboxCluster cluster, JsonObject set, string revision)
    {
        if (cluster.Store.Snapshot.Find("controllerrevisions.apps", set.Str("metadata", "namespace")!, revision)?.Parse().Obj("data", "spec", "template") is not { } template) return null;
        var copy = set.Copy();
        var old = template.Copy();
        old.Remove("$patch");
        copy.Ensure("spec")["template"] = old;
        return copy;
    }

    /// <summary>Ties claims to their pod or their set when the set's retention policy says that they go with it.</summary>
    private static void KeepClaims(SandboxCluster cluster, JsonObject set, StoredObject stored)
    {
        var policy = set.Obj("spec", "persistentVolumeClaimRetentionPolicy");
        if (policy.Str("whenDeleted") != "Delete" && policy.Str("whenScaled") != "Delete") return;
        var (start, replicas) = (set.Int(0, "spec", "ordinals", "start"), set.Int(1, "spec", "replicas"));
        var type = BuiltInResources.Get("persistentvolumeclaims");
        foreach (var template in set.Objects("spec", "volumeClaimTemplates"))
        {
            var prefix = $"{template.Str("metadata", "name")}-{stored.Name}-";
            foreach (var claim in cluster.Store.Snapshot.List("persistentvolumeclaims", stored.Namespace).Where(c => !c.IsDeleting && c.Name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                if (!int.TryParse(claim.Name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)) continue;
                var surplus = ordinal < start || ordinal >= start + replicas;
                if (surplus && policy.Str("whenScaled") == "Delete" && !stored.IsDeleting)
                {
                    if (cluster.Store.Snapshot.Find("pods", stored.Namespace, $"{stored.Name}-{ordinal}") is null) cluster.Operations.Delete(type, claim.Namespace, claim.Name, DeleteOptions.Background);
                }
                else if (policy.Str("whenDeleted") == "Delete" && !claim.Owners.Contains(stored.Uid))
                {
                    cluster.Operations.Update(type, claim.Namespace, claim.Name, "", o =>
                    {
                        o.Ensure("metadata").EnsureArray("ownerReferences").Add(OwnedObjects.OwnerReference(BuiltInResources.StatefulSets, set)[0]!.DeepClone());
                        return o;
                    }, s_options);
                }
            }
        }
    }

    private static void Create(SandboxCluster cluster, JsonObject set, int ordinal, string revision)
    {
        var (ns, setName) = (set.Str("metadata", "namespace")!, set.Str("metadata", "name")!);
        var name = string.Create(CultureInfo.InvariantCulture, $"{setName}-{ordinal}");
        var pod = OwnedObjects.PodFromTemplate(BuiltInResources.StatefulSets, set, setName + "-");
        var meta = pod.Ensure("metadata");
        meta["name"] = name;
        var labels = meta.Ensure("labels");
        labels["apps.kubernetes.io/pod-index"] = ordinal.ToString(CultureInfo.InvariantCulture);
        labels[RevisionLabel] = revision;
        labels["statefulset.kubernetes.io/pod-name"] = name;
        var spec = pod.Ensure("spec");
        spec["hostname"] = name;
        if (set.Str("spec", "serviceName") is { Length: > 0 } service) spec["subdomain"] = service;
        foreach (var claim in set.Objects("spec", "volumeClaimTemplates")) Claim(cluster, set, spec, claim, ns, name);
        cluster.Operations.Create(BuiltInResources.Pods, ns, pod, s_options);
        EventRecorder.Record(cluster.Operations, set, "Normal", "SuccessfulCreate", $"create Pod {name} in StatefulSet {setName} successful", Component);
    }

    /// <summary>The claim of a pod outlives it: it is made once and found again by name.</summary>
    private static void Claim(SandboxCluster cluster, JsonObject set, JsonObject podSpec, JsonObject template, string ns, string pod)
    {
        var volume = template.Str("metadata", "name")!;
        var name = $"{volume}-{pod}";
        var volumes = podSpec.EnsureArray("volumes");
        foreach (var same in volumes.OfType<JsonObject>().Where(v => v.Str("name") == volume).ToList()) volumes.Remove(same);
        volumes.Add(new JsonObject { ["name"] = volume, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = name } });
        if (cluster.Store.Snapshot.Find("persistentvolumeclaims", ns, name) is not null) return;
        var claim = template.Copy();
        claim.Remove("status");
        claim.Ensure("metadata")["name"] = name;
        foreach (var (key, value) in set.Map("spec", "selector", "matchLabels")) claim.Ensure("metadata").Ensure("labels")[key] = value;
        cluster.Operations.Create(cluster.Catalog.FindResource("persistentvolumeclaims")!, ns, claim, s_options);
        var setName = set.Str("metadata", "name");
        EventRecorder.Record(cluster.Operations, set, "Normal", "SuccessfulCreate", $"create Claim {name} Pod {pod} in StatefulSet {setName} success", Component);
    }

    private static void Delete(SandboxCluster cluster, JsonObject set, string pod)
    {
        cluster.Operations.Delete(BuiltInResources.Pods, set.Str("metadata", "namespace")!, pod, DeleteOptions.Background);
        EventRecorder.Record(cluster.Operations, set, "Normal", "SuccessfulDelete", $"delete Pod {pod} in StatefulSet {set.Str("metadata", "name")} successful", Component);
    }

    private static void UpdateStatus(SandboxCluster cluster, ObjectName name, JsonObject set, List<(StoredObject Stored, JsonObject Pod)> pods, string revision)
    {
        var ready = pods.Count(IsHealthy);
        var minReady = set.Int(0, "spec", "minReadySeconds");
        var available = pods.Count(p => !p.Stored.IsDeleting && OwnedObjects.AvailableAt(p.Pod, minReady) <= cluster.Now);
        var updated = pods.Count(p => p.Stored.Labels.GetValueOrDefault(RevisionLabel) == revision);
        // A rollout is over when all pods have the new revision and are ready.
        var over = updated == pods.Count && ready == pods.Count && pods.Count == set.Int(1, "spec", "replicas");
        var current = set.Str("status", "currentRevision") is { Length: > 0 } before && !over ? before : revision;
        var status = new JsonObject
        {
            ["availableReplicas"] = available,
            ["collisionCount"] = 0,
            ["currentRevision"] = current,
            ["observedGeneration"] = set.Num("metadata", "generation"),
            ["replicas"] = pods.Count,
            ["updateRevision"] = revision,
        };
        if (pods.Count(p => p.Stored.Labels.GetValueOrDefault(RevisionLabel) == current) is > 0 and var running) status["currentReplicas"] = running;
        if (ready > 0) status["readyReplicas"] = ready;
        if (updated > 0) status["updatedReplicas"] = updated;
        if (JsonExtensions.Same(status, set["status"])) return;
        cluster.Operations.Update(BuiltInResources.StatefulSets, name.Namespace, name.Name, "status", o =>
        {
            o["status"] = status;
            return o;
        }, s_options);
    }
}
