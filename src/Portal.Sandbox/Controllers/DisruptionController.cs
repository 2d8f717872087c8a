using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Counts, for each PodDisruptionBudget, how many pods may be disrupted (kubernetes/pkg/controller/disruption).</summary>
internal sealed class DisruptionController(ObjectStore store) : IController
{
    private const string Resource = "poddisruptionbudgets.policy";

    private static readonly ResourceType s_type = BuiltInResources.Get(Resource);

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == Resource) enqueue(new(change.Object.Namespace, change.Object.Name));
        else if (change.Resource is "pods" or "deployments.apps" or "replicasets.apps" or "statefulsets.apps")
        {
            foreach (var name in store.Snapshot.Of(Resource).Keys) if (name.Namespace == change.Object.Namespace) enqueue(name);
        }
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (store.Snapshot.Find(Resource, name.Namespace, name.Name) is not { IsDeleting: false } stored) return;
        var budget = stored.Parse();
        var pods = Selected(store.Snapshot, budget).Where(p => p.Phase is not ("Succeeded" or "Failed")).Select(p => (Stored: p, Pod: p.Parse())).ToList();
        if (pods.Count == 0) EventRecorder.Record(cluster.Operations, budget, "Normal", "NoPods", "No matching pods found", "controllermanager");
        var healthy = pods.Count(p => !p.Stored.IsDeleting && OwnedObjects.IsPodReady(p.Pod));
        int expected, desired;
        if (budget.At("spec", "maxUnavailable") is { } most)
        {
            expected = Scale(pods);
            desired = Math.Max(0, expected - OwnedObjects.Share(most, expected, roundUp: true));
        }
        else if (budget.At("spec", "minAvailable").Num() is { } least) (expected, desired) = (pods.Count, (int)least);
        else
        {
            expected = Scale(pods);
            desired = OwnedObjects.Share(budget.At("spec", "minAvailable"), expected, roundUp: true);
        }
        var allowed = expected <= 0 ? 0 : Math.Max(0, healthy - desired);
        cluster.Operations.Update(s_type, name.Namespace, name.Name, "status", o =>
        {
            var status = o.Ensure("status");
            status["currentHealthy"] = healthy;
            status["desiredHealthy"] = desired;
            status["disruptionsAllowed"] = allowed;
            status["expectedPods"] = expected;
            status["observedGeneration"] = o.Num("metadata", "generation");
            OwnedObjects.SetCondition(status, "DisruptionAllowed", allowed > 0 ? "True" : "False", allowed > 0 ? "SufficientPods" : "InsufficientPods", "", cluster.Operations.Now);
            var condition = status.Objects("conditions").First(c => c.Str("type") == "DisruptionAllowed");
            condition["message"] = "";
            condition["observedGeneration"] = o.Num("metadata", "generation");
            return o;
        }, WriteOptions.Controller("disruption-controller"));
    }

    public static IEnumerable<StoredObject> Selected(StoreSnapshot snapshot, JsonObject budget) =>
        budget.Obj("spec", "selector") is { } selector ? snapshot.List("pods", budget.Str("metadata", "namespace")).Where(p => Selectors.Matches(selector, p.Labels)) : [];

    /// <summary>How many pods their controllers want in all.</summary>
    private int Scale(List<(StoredObject Stored, JsonObject Pod)> pods)
    {
        var sum = 0;
        var seen = new HashSet<string>();
        foreach (var (stored, pod) in pods)
        {
            var owner = pod.Objects("metadata", "ownerReferences").FirstOrDefault(o => o.Flag("controller") == true);
            var (resource, name) = (ResourceOf(owner.Str("kind")), owner.Str("name"));
            var found = resource is null ? null : store.Snapshot.Find(resource, stored.Namespace, name!)?.Parse();
            if (owner.Str("kind") == "ReplicaSet" && found.Objects("metadata", "ownerReferences").FirstOrDefault(o => o.Str("kind") == "Deployment") is { } deployment)
                found = store.Snapshot.Find("deployments.apps", stored.Namespace, deployment.Str("name")!)?.Parse() ?? found;
            if (found is null || !seen.Add(found.Str("metadata", "uid")!)) continue;
            sum += found.Int(1, "spec", "replicas");
        }
        return sum;
    }

    private static string? ResourceOf(string? kind) => kind switch { "ReplicaSet" => "replicasets.apps", "StatefulSet" => "statefulsets.apps", "ReplicationController" => "replicationcontrollers", _ => null };
}

/// <summary>The eviction subresource: a deletion that disruption budgets may refuse.</summary>
internal static class Eviction
{
    private const string Resource = "poddisruptionbudgets.policy";

    public static void Run(SandboxCluster cluster, string ns, string name, JsonObject eviction)
    {
        var options = new DeleteOptions
        {
            GracePeriodSeconds = eviction.Num("deleteOptions", "gracePeriodSeconds"), PreconditionUid = eviction.Str("deleteOptions", "preconditions", "uid"),
            DryRun = eviction.Strings("deleteOptions", "dryRun").Contains("All"),
        };
        cluster.Store.Write(_ =>
        {
            var snapshot = cluster.Store.Snapshot;
            var stored = snapshot.Find("pods", ns, name) ?? throw ApiError.NotFound(BuiltInResources.Pods, name);
            if (!stored.IsDeleting && stored.Phase is not ("Succeeded" or "Failed" or "Pending")) Ask(cluster, stored, options.DryRun);
            if (!options.DryRun && !stored.IsDeleting)
            {
                cluster.Operations.Update(BuiltInResources.Pods, ns, name, "status", o =>
                {
                    OwnedObjects.SetCondition(o.Ensure("status"), "DisruptionTarget", "True", "EvictionByEvictionAPI", "Eviction API: evicting", cluster.Operations.Now);
                    return o;
                }, WriteOptions.Controller("kube-apiserver"));
            }
            cluster.Operations.Delete(BuiltInResources.Pods, ns, name, options);
            return true;
        });
    }

    private static void Ask(SandboxCluster cluster, StoredObject pod, bool dryRun)
    {
        var budgets = cluster.Store.Snapshot.List(Resource, pod.Namespace).Select(b => b.Parse()).Where(b => b.Obj("spec", "selector") is { } s && Selectors.Matches(s, pod.Labels)).ToList();
        if (budgets.Count == 0) return;
        if (budgets.Count > 1) throw new ApiException(500, "InternalError", "Internal error occurred: This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
        var budget = budgets[0];
        var name = budget.Str("metadata", "name")!;
        var (healthy, desired) = (budget.Int(0, "status", "currentHealthy"), budget.Int(0, "status", "desiredHealthy"));
        if (!OwnedObjects.IsPodReady(pod.Parse()) && (budget.Str("spec", "unhealthyPodEvictionPolicy") == "AlwaysAllow" || (healthy >= desired && desired > 0))) return;
        if (budget.Int(0, "status", "observedGeneration") < budget.Int(0, "metadata", "generation")) throw Refused($"The disruption budget {name} is still being processed by the server.");
        var allowed = budget.Int(0, "status", "disruptionsAllowed");
        if (allowed <= 0) throw Refused($"The disruption budget {name} needs {desired} healthy pods and has {healthy} currently");
        if (dryRun) return;
        cluster.Operations.Update(BuiltInResources.Get(Resource), pod.Namespace, name, "status", o =>
        {
            o.Ensure("status")["disruptionsAllowed"] = allowed - 1;
            return o;
        }, WriteOptions.Controller("kube-apiserver"));
    }

    private static ApiException Refused(string why) => new(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.",
        new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "DisruptionBudget", ["message"] = why }) });
}
