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

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "pods") enqueue(new(change.Object.Namespace, change.Object.Name));
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (cluster.Store.Snapshot.Find("pods", name.Namespace, name.Name) is not { } stored)
        {
            cluster.Pods.Stop(name);
            return;
        }
        var pod = stored.Parse();
        if (string.IsNullOrEmpty(pod.Str("spec", "nodeName"))) return;
        if (stored.IsDeleting)
        {
            Terminate(context, name, stored, pod);
            return;
        }
        if (!cluster.Options.RunPods) return;
        switch (pod.Str("status", "phase"))
        {
            case "Pending" when pod.Str("status", "startTime") is null: Admit(cluster, name, pod); break;
            case "Pending": Start(context, name, stored, pod); break;
            case "Running": ContainerLife.Supervise(context, name, stored, pod); break;
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
            OwnedObjects.SetCondition(status, "PodScheduled", "True", "", "", now);
            var init = pod.Objects("spec", "initContainers").ToList();
            OwnedObjects.SetCondition(status, "Initialized", init.Count == 0 ? "True" : "False", init.Count == 0 ? "" : "ContainersNotInitialized", init.Count == 0 ? "" : $"containers with incomplete status: [{string.Join(' ', init.Select(c => c.Str("name")))}]", now);
            var unready = $"containers with unready status: [{string.Join(' ', pod.Objects("spec", "containers").Select(c => c.Str("name")))}]";
            OwnedObjects.SetCondition(status, "Ready", "False", "ContainersNotReady", unready, now);
            OwnedObjects.SetCondition(status, "ContainersReady", "False", "ContainersNotReady", unready, now);
            status["containerStatuses"] = Waiting(pod.Objects("spec", "containers"), init.Count == 0 ? "ContainerCreating" : "PodInitializing");
            if (init.Count > 0) status["initContainerStatuses"] = Waiting(init, "PodInitializing");
        });
    }

    /// <summary>After the start delay the containers run; images that nobody knows are not pulled.</summary>
    private static void Start(ControllerContext context, ObjectName name, StoredObject stored, JsonObject pod)
    {
        var cluster = context.Cluster;
        if (cluster.Pods.TryBeginStart(stored.Uid, cluster.Options.PodStartDelay, out var wait))
        {
            context.Later(wait);
            return;
        }
        if (wait > TimeSpan.Zero)
        {
            context.Later(wait);
            return;
        }
        if (ImagePull.FirstUnknown(pod) is { } unknown)
        {
            ImagePull.Fail(context, name, pod, unknown);
            return;
        }
        if (ContainerLife.MissingConfiguration(cluster, pod) is { } missing)
        {
            SetStatus(cluster, name, status => status["containerStatuses"] = Waiting(pod.Objects("spec", "containers"), "CreateContainerConfigError", missing));
            EventRecorder.Record(cluster.Operations, pod, "Warning", "Failed", $"Error: {missing}", "kubelet", pod.Str("spec", "nodeName"));
            cluster.Pods.ForgetStart(stored.Uid);
            context.Later(TimeSpan.FromSeconds(2));
            return;
        }
        foreach (var c in pod.Objects("spec", "initContainers").Concat(pod.Objects("spec", "containers")))
        {
            var path = $"spec.{(pod.Objects("spec", "initContainers").Contains(c) ? "initContainers" : "containers")}{{{c.Str("name")}}}";
            var node = pod.Str("spec", "nodeName");
            EventRecorder.Record(cluster.Operations, pod, "Normal", "Pulled", $"Container image \"{c.Str("image")}\" already present on machine", "kubelet", node, path);
            EventRecorder.Record(cluster.Operations, pod, "Normal", "Created", $"Created container: {c.Str("name")}", "kubelet", node, path);
            EventRecorder.Record(cluster.Operations, pod, "Normal", "Started", $"Started container {c.Str("name")}", "kubelet", node, path);
        }
        cluster.Pods.ForgetStart(stored.Uid);
        ContainerLife.Run(context, name, pod);
    }

    private static void Terminate(ControllerContext context, ObjectName name, StoredObject stored, JsonObject pod)
    {
        var cluster = context.Cluster;
        var grace = TimeSpan.FromSeconds(pod.Num("metadata", "deletionGracePeriodSeconds") ?? 0);
        // Programs stop on SIGTERM well before their grace period ends.
        var stopping = TimeSpan.FromTicks(Math.Min(grace.Ticks, cluster.Options.PodStartDelay.Ticks / 2));
        if (stopping > TimeSpan.Zero && cluster.Pods.TryBeginStart("stop:" + stored.Uid, stopping, out var wait))
        {
            foreach (var c in pod.Objects("spec", "containers")) EventRecorder.Record(cluster.Operations, pod, "Normal", "Killing", $"Stopping container {c.Str("name")}", "kubelet", pod.Str("spec", "nodeName"), $"spec.containers{{{c.Str("name")}}}");
            context.Later(wait);
            return;
        }
        if (stopping > TimeSpan.Zero && !cluster.Pods.StartIsOver("stop:" + stored.Uid))
        {
            context.Later(TimeSpan.FromMilliseconds(50));
            return;
        }
        cluster.Pods.Stop(name);
        cluster.Pods.ForgetStart("stop:" + stored.Uid);
        if (pod.Arr("metadata", "finalizers") is { Count: > 0 }) return;
        cluster.Operations.Remove(BuiltInResources.Pods, name.Namespace, name.Name, stored.Uid);
    }

    internal static void SetStatus(SandboxCluster cluster, ObjectName name, Action<JsonObject> change) =>
        cluster.Operations.Update(BuiltInResources.Pods, name.Namespace, name.Name, "status", o =>
        {
            change(o.Ensure("status"));
            return o;
        }, s_options);

    internal static JsonArray Waiting(IEnumerable<JsonObject> containers, string reason, string? message = null) => new([.. containers.Select(c =>
    {
        var waiting = new JsonObject { ["reason"] = reason };
        if (message is not null) waiting["message"] = message;
        return new JsonObject
        {
            ["name"] = c.Str("name"), ["state"] = new JsonObject { ["waiting"] = waiting }, ["lastState"] = new JsonObject(), ["ready"] = false, ["restartCount"] = 0,
            ["image"] = c.Str("image"), ["imageID"] = "", ["started"] = false,
        };
    })]);
}
