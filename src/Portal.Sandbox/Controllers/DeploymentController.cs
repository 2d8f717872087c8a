using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Rolls a Deployment's template out through ReplicaSets (kubernetes/pkg/controller/deployment).</summary>
internal sealed class DeploymentController : IController
{
    private const string RevisionAnnotation = "deployment.kubernetes.io/revision";
    private const string Component = "deployment-controller";
    private static readonly WriteOptions s_options = WriteOptions.Controller(Component);

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "deployments.apps") enqueue(new(change.Object.Namespace, change.Object.Name));
        else if (change.Resource == "replicasets.apps") OwnedObjects.EnqueueOwners(change, "Deployment", enqueue);
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (cluster.Store.Snapshot.Find("deployments.apps", name.Namespace, name.Name) is not { IsDeleting: false } stored) return;
        var deployment = stored.Parse();
        var sets = Sets(cluster, stored);
        var current = sets.Find(s => SameTemplate(s, deployment));
        var paused = deployment.Flag("spec", "paused") == true;
        if (current is null && !paused)
        {
            current = CreateSet(cluster, deployment, sets);
            sets.Add(current);
        }
        if (current is not null && !paused) SyncRevision(cluster, deployment, current, sets);
        if (current is not null)
        {
            if (paused) ScalePaused(cluster, deployment, sets);
            else Roll(cluster, deployment, current, sets);
        }
        if (cluster.Store.Snapshot.Find("deployments.apps", name.Namespace, name.Name) is not { } fresh) return;
        var now = Sets(cluster, fresh);
        UpdateStatus(cluster, fresh.Parse(), now.Find(s => SameTemplate(s, deployment)), now);
        CleanUp(cluster, deployment, now);
    }

    private static List<JsonObject> Sets(SandboxCluster cluster, StoredObject deployment) =>
        [.. OwnedObjects.OwnedBy(cluster.Store.Snapshot, "replicasets.apps", deployment.Namespace, deployment.Uid).Where(s => !s.IsDeleting).Select(s => s.Parse())];

    private static bool SameTemplate(JsonObject set, JsonObject deployment)
    {
        var template = set.Obj("spec", "template")!.Copy();
        template.Obj("metadata", "labels")?.Remove("pod-template-hash");
        return JsonExtensions.Same(template, deployment.Obj("spec", "template"));
    }

    private static JsonObject CreateSet(SandboxCluster cluster, JsonObject deployment, List<JsonObject> sets)
    {
        var template = deployment.Obj("spec", "template")!.Copy();
        var hash = OwnedObjects.TemplateHash(template, deployment.Int(0, "status", "collisionCount"));
        template.Ensure("metadata").Ensure("labels")["pod-template-hash"] = hash;
        var selector = deployment.Obj("spec", "selector")!.Copy();
        selector.Ensure("matchLabels")["pod-template-hash"] = hash;
        var annotations = new JsonObject();
        foreach (var (key, value) in deployment.Obj("metadata", "annotations") ?? [])
            if (key != "kubectl.kubernetes.io/last-applied-configuration") annotations[key] = value?.DeepClone();
        annotations[RevisionAnnotation] = (sets.Count == 0 ? 1 : sets.Max(Revision) + 1).ToString(CultureInfo.InvariantCulture);
        annotations["deployment.kubernetes.io/desired-replicas"] = deployment.Int(1, "spec", "replicas").ToString(CultureInfo.InvariantCulture);
        annotations["deployment.kubernetes.io/max-replicas"] = (deployment.Int(1, "spec", "replicas") + Surge(deployment)).ToString(CultureInfo.InvariantCulture);
        var set = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{deployment.Str("metadata", "name")}-{hash}",
                ["labels"] = template.Obj("metadata", "labels")?.DeepClone(),
                ["annotations"] = annotations,
                ["ownerReferences"] = OwnedObjects.OwnerReference(BuiltInResources.Deployments, deployment),
            },
            ["spec"] = new JsonObject { ["replicas"] = 0, ["selector"] = selector, ["template"] = template },
        };
        return cluster.Operations.Create(BuiltInResources.ReplicaSets, deployment.Str("metadata", "namespace")!, set, s_options);
    }

    /// <summary>The current set has the highest revision, and the deployment repeats it.</summary>
    private static void SyncRevision(SandboxCluster cluster, JsonObject deployment, JsonObject current, List<JsonObject> sets)
    {
        var others = sets.Where(s => s.Str("metadata", "uid") != current.Str("metadata", "uid")).Select(Revision).DefaultIfEmpty(0).Max();
        var revision = Math.Max(Revision(current), 1);
        if (revision <= others)
        {
            revision = others + 1;
            Annotate(cluster, BuiltInResources.ReplicaSets, current, revision);
        }
        if (Revision(deployment) != revision) Annotate(cluster, BuiltInResources.Deployments, deployment, revision);
    }

    private static void Annotate(SandboxCluster cluster, ResourceType type, JsonObject obj, int revision) =>
        cluster.Operations.Update(type, obj.Str("metadata", "namespace")!, obj.Str("metadata", "name")!, "", o =>
        {
            o.Ensure("metadata").Ensure("annotations")[RevisionAnnotation] = revision.ToString(CultureInfo.InvariantCulture);
            return o;
        }, s_options);

    private static int Revision(JsonObject o) => int.TryParse(o.Str("metadata", "annotations", RevisionAnnotation), out var r) ? r : 0;

    private static void Roll(SandboxCluster cluster, JsonObject deployment, JsonObject current, List<JsonObject> sets)
    {
        var wanted = deployment.Int(1, "spec", "replicas");
        var old = sets.Where(s => s.Str("metadata", "uid") != current.Str("metadata", "uid")).ToList();
        var oldReplicas = old.Sum(s => s.Int(0, "spec", "replicas"));
        if (deployment.Str("spec", "strategy", "type") == "Recreate")
        {
            foreach (var s in old) ScaleTo(cluster, deployment, s, 0);
            if (old.Sum(s => s.Int(0, "status", "replicas")) == 0) ScaleTo(cluster, deployment, current, wanted);
            return;
        }
        var have = current.Int(0, "spec", "replicas");
        var total = have + oldReplicas;
        var grown = oldReplicas == 0 ? wanted : have > wanted ? wanted : Math.Min(wanted, have + Math.Max(0, wanted + Surge(deployment) - total));
        ScaleTo(cluster, deployment, current, grown);
        if (oldReplicas == 0) return;
        // Old pods may go as far as enough pods stay available; unready ones cost nothing.
        var available = sets.Sum(s => s.Int(0, "status", "availableReplicas"));
        var unavailableNew = grown - Math.Min(grown, current.Int(0, "status", "availableReplicas"));
        var minimum = wanted - MaxUnavailable(deployment);
        var room = Math.Min(grown + oldReplicas - minimum - unavailableNew, Math.Max(available - minimum, old.Sum(s => s.Int(0, "spec", "replicas") - s.Int(0, "status", "availableReplicas"))));
        foreach (var s in old.Where(s => s.Int(0, "spec", "replicas") > 0).OrderBy(Revision))
        {
            if (room <= 0) break;
            var down = Math.Min(room, s.Int(0, "spec", "replicas"));
            ScaleTo(cluster, deployment, s, s.Int(0, "spec", "replicas") - down);
            room -= down;
        }
    }

    private static void ScalePaused(SandboxCluster cluster, JsonObject deployment, List<JsonObject> sets)
    {
        var active = sets.Where(s => s.Int(0, "spec", "replicas") > 0).OrderByDescending(Revision).FirstOrDefault();
        if (active is not null && sets.Count(s => s.Int(0, "spec", "replicas") > 0) == 1) ScaleTo(cluster, deployment, active, deployment.Int(1, "spec", "replicas"));
    }

    private static void ScaleTo(SandboxCluster cluster, JsonObject deployment, JsonObject set, int replicas)
    {
        var before = set.Int(0, "spec", "replicas");
        if (before == replicas) return;
        var name = set.Str("metadata", "name")!;
        cluster.Operations.Update(BuiltInResources.ReplicaSets, set.Str("metadata", "namespace")!, name, "", o =>
        {
            o.Ensure("spec")["replicas"] = replicas;
            return o;
        }, s_options);
        EventRecorder.Record(cluster.Operations, deployment, "Normal", "ScalingReplicaSet", $"Scaled {(replicas > before ? "up" : "down")} replica set {name} from {before} to {replicas}", Component);
        set.Ensure("spec")["replicas"] = replicas;
    }

    private static void UpdateStatus(SandboxCluster cluster, JsonObject deployment, JsonObject? current, List<JsonObject> sets)
    {
        int Sum(string field) => sets.Sum(s => s.Int(0, "status", field));
        var wanted = deployment.Int(1, "spec", "replicas");
        var (replicas, updated, ready, available) = (Sum("replicas"), current.Int(0, "status", "replicas"), Sum("readyReplicas"), Sum("availableReplicas"));
        var status = deployment.Obj("status")?.Copy() ?? [];
        void Set(string name, int value)
        {
            if (value > 0) status[name] = value;
            else status.Remove(name);
        }
        status["observedGeneration"] = deployment.Num("metadata", "generation");
        Set("replicas", replicas);
        Set("updatedReplicas", updated);
        Set("readyReplicas", ready);
        Set("availableReplicas", available);
        Set("unavailableReplicas", Math.Max(0, Math.Max(wanted, replicas) - available));
        var now = cluster.Operations.Now;
        if (available >= wanted - MaxUnavailable(deployment)) OwnedObjects.SetCondition(status, "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now, true);
        else OwnedObjects.SetCondition(status, "Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", now, true);
        var setName = current.Str("metadata", "name");
        if (deployment.Flag("spec", "paused") == true) OwnedObjects.SetCondition(status, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", now, true);
        else if (updated == wanted && replicas == wanted && available == wanted) OwnedObjects.SetCondition(status, "Progressing", "True", "NewReplicaSetAvailable", $"ReplicaSet \"{setName}\" has successfully progressed.", now, true);
        else OwnedObjects.SetCondition(status, "Progressing", "True", "ReplicaSetUpdated", $"ReplicaSet \"{setName}\" is progressing.", now, true);
        if (JsonExtensions.Same(status, deployment["status"])) return;
        cluster.Operations.Update(BuiltInResources.Deployments, deployment.Str("metadata", "namespace")!, deployment.Str("metadata", "name")!, "status", o =>
        {
            o["status"] = status;
            return o;
        }, s_options);
    }

    private static void CleanUp(SandboxCluster cluster, JsonObject deployment, List<JsonObject> sets)
    {
        var limit = deployment.Int(10, "spec", "revisionHistoryLimit");
        var idle = sets.Where(s => s.Int(0, "spec", "replicas") == 0 && s.Int(0, "status", "replicas") == 0 && !SameTemplate(s, deployment)).OrderBy(Revision).ToList();
        foreach (var s in idle.Take(Math.Max(0, idle.Count - limit))) cluster.Operations.Delete(BuiltInResources.ReplicaSets, s.Str("metadata", "namespace")!, s.Str("metadata", "name")!, DeleteOptions.Background);
    }

    private static int Surge(JsonObject d) => Share(d.At("spec", "strategy", "rollingUpdate", "maxSurge"), d.Int(1, "spec", "replicas"), roundUp: true);

    private static int MaxUnavailable(JsonObject d)
    {
        if (d.Str("spec", "strategy", "type") == "Recreate") return 0;
        var replicas = d.Int(1, "spec", "replicas");
        var value = Share(d.At("spec", "strategy", "rollingUpdate", "maxUnavailable"), replicas, roundUp: false);
        return value == 0 && Surge(d) == 0 ? 1 : Math.Min(value, replicas);
    }

    private static int Share(JsonNode? value, int of, bool roundUp)
    {
        if (value.Num() is { } n) return (int)n;
        if (value.Str() is not { } text || !text.EndsWith('%') || !int.TryParse(text[..^1], out var percent)) return 0;
        return roundUp ? (of * percent + 99) / 100 : of * percent / 100;
    }
}
