using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>
/// Lives a pod's life as a node would: ContainerCreating, Running, ready, finished, terminating. Each stage is a status
/// write, so a learner sees it in <c>kubectl get pods -w</c>; between stages nothing runs.
/// </summary>
internal sealed class Kubelet : IController
{
    private static readonly WriteOptions s_options = WriteOptions.Controller("kubelet");

    /// <summary>Pods that wait for a ConfigMap, a Secret or a claim.</summary>
    private readonly HashSet<ObjectName> _waiting = [];

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "pods") enqueue(new(change.Object.Namespace, change.Object.Name));
        else if (change.Resource is "configmaps" or "secrets" or "persistentvolumeclaims")
        {
            lock (_waiting)
            {
                foreach (var pod in _waiting) if (pod.Namespace == change.Object.Namespace) enqueue(pod);
            }
        }
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        lock (_waiting) _waiting.Remove(name);
        if (cluster.Store.Snapshot.Find("pods", name.Namespace, name.Name) is not { } stored)
        {
            cluster.Pods.Stop(name);
            return;
        }
        if (stored.NodeName.Length == 0) return;
        var pod = stored.Parse();
        if (stored.IsDeleting)
        {
            PodTermination.Step(context, name, stored, pod);
            return;
        }
        if (!cluster.Options.RunPods) return;
        switch (pod.Str("status", "phase"))
        {
            case "Succeeded" or "Failed":
                cluster.Pods.Find(name)?.Stop();
                break;
            case "Pending" when pod.Str("status", "startTime") is null: Admit(cluster, name, pod); break;
            default:
                if (HasPlace(context, name, stored, pod)) new PodSync(context, name, pod).Run(WaitForConfiguration);
                break;
        }

        void WaitForConfiguration()
        {
            lock (_waiting) _waiting.Add(name);
        }
    }

    /// <summary>The node accepts the pod: containers are being created.</summary>
    private static void Admit(SandboxCluster cluster, ObjectName name, JsonObject pod)
    {
        var now = cluster.Operations.Now;
        SetStatus(cluster, name, status =>
        {
            status["phase"] = "Pending";
            status["hostIP"] = PodRuntime.HostIp(cluster.Store.Snapshot, pod.Str("spec", "nodeName")!);
            status["hostIPs"] = new JsonArray(new JsonObject { ["ip"] = status.Str("hostIP") });
            status["startTime"] = now;
            var init = pod.Objects("spec", "initContainers").ToList();
            status["containerStatuses"] = PodStatus.Waiting(pod.Objects("spec", "containers"), init.Count == 0 ? "ContainerCreating" : "PodInitializing");
            if (init.Count > 0) status["initContainerStatuses"] = PodStatus.Waiting(init, "PodInitializing");
            PodStatus.SetConditions(status, pod, hasPlace: false, now);
        });
    }

    /// <summary>Volumes are mounted and the pod's sandbox is made, which takes the start delay.</summary>
    private bool HasPlace(ControllerContext context, ObjectName name, StoredObject stored, JsonObject pod)
    {
        var cluster = context.Cluster;
        if (pod.Str("status", "podIP") is not null) return true;
        if (PodDependencies.FailedMount(cluster.Store.Snapshot, pod) is { } error)
        {
            EventRecorder.Record(cluster.Operations, pod, "Warning", "FailedMount", error, "kubelet", pod.Str("spec", "nodeName"));
            lock (_waiting) _waiting.Add(name);
            return false;
        }
        cluster.Pods.TryBeginStart(stored.Uid, cluster.Options.PodStartDelay, out var wait);
        if (wait > TimeSpan.Zero)
        {
            context.Later(wait);
            return false;
        }
        cluster.Pods.ForgetStart(stored.Uid);
        return true;
    }

    internal static void SetStatus(SandboxCluster cluster, ObjectName name, Action<JsonObject> change) =>
        cluster.Operations.Update(BuiltInResources.Pods, name.Namespace, name.Name, "status", o =>
        {
            change(o.Ensure("status"));
            return o;
        }, s_options);

    internal static void Event(SandboxCluster cluster, JsonObject pod, string type, string reason, string message, string? fieldPath = null) =>
        EventRecorder.Record(cluster.Operations, pod, type, reason, message, "kubelet", pod.Str("spec", "nodeName"), fieldPath);
}
