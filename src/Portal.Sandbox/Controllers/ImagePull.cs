using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>What a node without access to a registry does with an image that it does not have.</summary>
internal static class ImagePull
{
    private static readonly TimeSpan s_backOff = TimeSpan.FromSeconds(10);

    /// <summary>The first container whose image selects no program, or null.</summary>
    public static JsonObject? FirstUnknown(JsonObject pod) =>
        pod.Objects("spec", "initContainers").Concat(pod.Objects("spec", "containers")).FirstOrDefault(c => !ProgramCatalog.Knows(c.Str("image") ?? ""));

    public static void Fail(ControllerContext context, ObjectName name, JsonObject pod, JsonObject container)
    {
        var cluster = context.Cluster;
        var image = container.Str("image") ?? "";
        var node = pod.Str("spec", "nodeName");
        var path = $"spec.containers{{{container.Str("name")}}}";
        var error = $"failed to pull and unpack image \"{image}\": failed to resolve reference \"{image}\": image is not available in the sandbox, which has no access to a registry";
        var uid = pod.Str("metadata", "uid")!;
        var reason = pod.Objects("status", "containerStatuses").FirstOrDefault(s => s.Str("name") == container.Str("name")).Str("state", "waiting", "reason");
        if (reason == "ImagePullBackOff") return;
        if (reason == "ErrImagePull")
        {
            // One step from the error to the back-off, then rest: without a registry trying again finds nothing new.
            if (!cluster.Pods.StartIsOver("pull:" + uid))
            {
                context.Later(s_backOff / 10);
                return;
            }
            cluster.Pods.ForgetStart("pull:" + uid);
            EventRecorder.Record(cluster.Operations, pod, "Normal", "BackOff", $"Back-off pulling image \"{image}\"", "kubelet", node, path);
            EventRecorder.Record(cluster.Operations, pod, "Warning", "Failed", "Error: ImagePullBackOff", "kubelet", node, path);
            SetWaiting(cluster, name, container, "ImagePullBackOff", $"Back-off pulling image \"{image}\"");
            return;
        }
        EventRecorder.Record(cluster.Operations, pod, "Normal", "Pulling", $"Pulling image \"{image}\"", "kubelet", node, path);
        EventRecorder.Record(cluster.Operations, pod, "Warning", "Failed", $"Failed to pull image \"{image}\": {error}", "kubelet", node, path);
        EventRecorder.Record(cluster.Operations, pod, "Warning", "Failed", "Error: ErrImagePull", "kubelet", node, path);
        if (cluster.Pods.TryBeginStart("pull:" + uid, s_backOff, out var wait)) context.Later(wait);
        SetWaiting(cluster, name, container, "ErrImagePull", error);
    }

    private static void SetWaiting(SandboxCluster cluster, ObjectName name, JsonObject container, string reason, string message) => Kubelet.SetStatus(cluster, name, status =>
    {
        foreach (var s in status.Objects("containerStatuses").Concat(status.Objects("initContainerStatuses")).Where(s => s.Str("name") == container.Str("name")))
            s["state"] = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = reason, ["message"] = message } };
    });
}
