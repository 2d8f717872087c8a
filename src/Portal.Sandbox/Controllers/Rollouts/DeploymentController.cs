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
    public const string Component = "deployment-controller";

    private const string RevisionAnnotation = "deployment.kubernetes.io/revision";
    private const string HistoryAnnotation = "deployment.kubernetes.io/revision-history";
    private const string DesiredAnnotation = "deployment.kubernetes.io/desired-replicas";
    private const string MaxAnnotation = "deployment.kubernetes.io/max-replicas";

    private static readonly WriteOptions s_options = WriteOptions.Controller(Component);

    /// <summary>Annotations of a deployment that its sets do not get.</summary>
    private static readonly HashSet<string> s_own = ["kubectl.kubernetes.io/last-applied-configuration", RevisionAnnotation, HistoryAnnotation, DesiredAnnotation, MaxAnnotation, "deprecated.deployment.rollback.to"];

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
        var news = current is null ? "NewReplicaSetCreated" : "FoundNewReplicaSet";
        if (current is null && !paused)
        {
            current = CreateSet(cluster, deployment, sets);
            sets.Add(current);
        }
        else if (current is not null && !paused) SyncAnnotations(cluster, deployment, current, sets);
        if (current is not null && !paused && Revision(deployment) != Revision(current)) Annotate(cluster, deployment, Revision(current));
        var rollout = new Rollout(deployment, current, sets, (set, replicas) => ScaleTo(cluster, deployment, set, replicas));
        if (paused || rollout.IsScaling) rollout.Scale();
        else rollout.Step();
        if (cluster.Store.Snapshot.Find("deployments.apps", name.Namespace, name.Name) is not { } fresh) return;
        var now = Sets(cluster, fresh);
        DeploymentStatus.Update(context, fresh.Parse(), now.Find(s => SameTemplate(s, deployment)), now, news);
        CleanUp(cluster, deployment, now);
    }

    private static List<JsonObject> Sets(SandboxCluster cluster, StoredObject deployment) =>
        [.. OwnedObjects.OwnedBy(cluster.Store.Snapshot, "replicasets.apps", deployment.Namespace, deployment.Uid).Where(s => !s.IsDeleting).Select(s => s.Parse()).OrderBy(s => s.Str("metadata", "creationTimestamp"), StringComparer.Ordinal).ThenBy(Revision)];

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
        var annotations = Inherited(deployment);
        annotations[RevisionAnnotation] = Text(sets.Select(Revision).DefaultIfEmpty(0).Max() + 1);
        SetReplicas(annotations, deployment);
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
        if (deployment.Int(0, "spec", "minReadySeconds") is > 0 and var seconds) set.Ensure("spec")["minReadySeconds"] = seconds;
        return cluster.Operations.Create(BuiltInResources.ReplicaSets, deployment.Str("metadata", "namespace")!, set, s_options);
    }

    private static JsonObject Inherited(JsonObject deployment)
    {
        var annotations = new JsonObject();
        foreach (var (key, value) in deployment.Obj("metadata", "annotations") ?? []) if (!s_own.Contains(key)) annotations[key] = value?.DeepClone();
        return annotations;
    }

    private static void SetReplicas(JsonObject annotations, JsonObject deployment)
    {
        annotations[DesiredAnnotation] = Text(deployment.Int(1, "spec", "replicas"));
        annotations[MaxAnnotation] = Text(deployment.Int(1, "spec", "replicas") + Rollout.Surge(deployment));
    }

    /// <summary>The current set has the highest revision and what the deployment's annotations say, its change cause among them.</summary>
    private static void SyncAnnotations(SandboxCluster cluster, JsonObject deployment, JsonObject current, List<JsonObject> sets)
    {
        var others = sets.Where(s => s != current).Select(Revision).DefaultIfEmpty(0).Max();
        var annotations = current.Ensure("metadata").Ensure("annotations");
        var before = annotations.Copy();
        foreach (var (key, value) in Inherited(deployment)) annotations[key] = value?.DeepClone();
        var revision = Revision(current);
        if (revision <= others)
        {
            if (revision > 0) annotations[HistoryAnnotation] = annotations.Str(HistoryAnnotation) is { Length: > 0 } history ? $"{history},{revision}" : Text(revision);
            annotations[RevisionAnnotation] = Text(others + 1);
        }
        if (!JsonExtensions.Same(before, annotations)) Update(cluster, BuiltInResources.ReplicaSets, current, o => o.Ensure("metadata")["annotations"] = annotations.DeepClone());
    }

    private static void Annotate(SandboxCluster cluster, JsonObject deployment, int revision) =>
        Update(cluster, BuiltInResources.Deployments, deployment, o => o.Ensure("metadata").Ensure("annotations")[RevisionAnnotation] = Text(revision));

    private static void Update(SandboxCluster cluster, ResourceType type, JsonObject obj, Action<JsonObject> change) =>
        cluster.Operations.Update(type, obj.Str("metadata", "namespace")!, obj.Str("metadata", "name")!, "", o =>
        {
            change(o);
            return o;
        }, s_options);

    private static int Revision(JsonObject o) => int.TryParse(o.Str("metadata", "annotations", RevisionAnnotation), out var r) ? r : 0;

    public static int Desired(JsonObject set) => int.TryParse(set.Str("metadata", "annotations", DesiredAnnotation), out var n) ? n : -1;

    public static int Max(JsonObject set) => int.TryParse(set.Str("metadata", "annotations", MaxAnnotation), out var n) ? n : 0;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void ScaleTo(SandboxCluster cluster, JsonObject deployment, JsonObject set, int replicas)
    {
        var before = set.Int(0, "spec", "replicas");
        SetReplicas(set.Ensure("metadata").Ensure("annotations"), deployment);
        var name = set.Str("metadata", "name")!;
        Update(cluster, BuiltInResources.ReplicaSets, set, o =>
        {
            o.Ensure("spec")["replicas"] = replicas;
            SetReplicas(o.Ensure("metadata").Ensure("annotations"), deployment);
        });
        set.Ensure("spec")["replicas"] = replicas;
        if (before != replicas) EventRecorder.Record(cluster.Operations, deployment, "Normal", "ScalingReplicaSet", $"Scaled {(replicas > before ? "up" : "down")} replica set {name} from {before} to {replicas}", Component);
    }

    private static void CleanUp(SandboxCluster cluster, JsonObject deployment, List<JsonObject> sets)
    {
        if (deployment.Flag("spec", "paused") == true || !DeploymentStatus.IsComplete(deployment.Int(1, "spec", "replicas"), sets, sets.Find(s => SameTemplate(s, deployment)))) return;
        var limit = deployment.Int(10, "spec", "revisionHistoryLimit");
        var idle = sets.Where(s => s.Int(0, "spec", "replicas") == 0 && s.Int(0, "status", "replicas") == 0 && !SameTemplate(s, deployment)).OrderBy(Revision).ToList();
        foreach (var s in idle.Take(Math.Max(0, idle.Count - limit))) cluster.Operations.Delete(BuiltInResources.ReplicaSets, s.Str("metadata", "namespace")!, s.Str("metadata", "name")!, DeleteOptions.Background);
    }
}
