using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Controllers;

/// <summary>Brings an image to a node, or tells why not: what the sandbox has no program for, no registry has.</summary>
internal static class ImagePull
{
    private static readonly TimeSpan s_backOff = TimeSpan.FromSeconds(10);

    /// <summary>Whether the container's image is there; if not its status says why.</summary>
    public static bool Ensure(ControllerContext context, JsonObject pod, JsonObject container, JsonObject status, string path)
    {
        var cluster = context.Cluster;
        var image = container.Str("image") ?? "";
        var policy = container.Str("imagePullPolicy");
        if (ProgramCatalog.Knows(image))
        {
            var first = cluster.Pods.Pull(pod.Str("spec", "nodeName") ?? "", image);
            if (policy == "Always" || (first && policy != "Never"))
            {
                Kubelet.Event(cluster, pod, "Normal", "Pulling", $"Pulling image \"{image}\"", path);
                var (time, size) = Cost(image, first);
                Kubelet.Event(cluster, pod, "Normal", "Pulled", $"Successfully pulled image \"{image}\" in {time} ({time} including waiting). Image size: {size} bytes.", path);
            }
            else Kubelet.Event(cluster, pod, "Normal", "Pulled", $"Container image \"{image}\" already present on machine", path);
            return true;
        }
        if (policy == "Never") Never(cluster, pod, image, status, path);
        else Fail(context, pod, container, image, status, path);
        return false;
    }

    private static void Never(SandboxCluster cluster, JsonObject pod, string image, JsonObject status, string path)
    {
        var message = $"Container image \"{image}\" is not present with pull policy of Never";
        if (status.Str("state", "waiting", "reason") == "ErrImageNeverPull") return;
        Kubelet.Event(cluster, pod, "Warning", "ErrImageNeverPull", message, path);
        Kubelet.Event(cluster, pod, "Warning", "Failed", "Error: ErrImageNeverPull", path);
        PodStatus.SetWaiting(status, "ErrImageNeverPull", message);
    }

    /// <summary>One step from the error to the back-off, then rest: trying again finds nothing new, and an idle cluster has no timers.</summary>
    private static void Fail(ControllerContext context, JsonObject pod, JsonObject container, string image, JsonObject status, string path)
    {
        var cluster = context.Cluster;
        var full = ImageReference.Normalize(image);
        var why = ImageReference.HasPlausibleTag(image) ? "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed" : full + ": not found";
        var code = ImageReference.HasPlausibleTag(image) ? "" : "rpc error: code = NotFound desc = ";
        var error = $"{code}failed to pull and unpack image \"{full}\": failed to resolve reference \"{full}\": {why}";
        var key = $"pull:{pod.Str("metadata", "uid")}/{container.Str("name")}/{image}";
        var (reason, message) = (status.Str("state", "waiting", "reason"), status.Str("state", "waiting", "message") ?? "");
        var same = message.Contains($"\"{full}\"", StringComparison.Ordinal) || message.Contains($"\"{image}\"", StringComparison.Ordinal);
        if (reason == "ImagePullBackOff" && same) return;
        if (reason == "ErrImagePull" && same)
        {
            cluster.Pods.TryBeginStart(key, s_backOff, out var rest);
            if (rest > TimeSpan.Zero)
            {
                context.Later(rest);
                return;
            }
            cluster.Pods.ForgetStart(key);
            Kubelet.Event(cluster, pod, "Normal", "BackOff", $"Back-off pulling image \"{image}\"", path);
            Kubelet.Event(cluster, pod, "Warning", "Failed", "Error: ImagePullBackOff", path);
            PodStatus.SetWaiting(status, "ImagePullBackOff", $"Back-off pulling image \"{image}\": ErrImagePull: {error}");
            return;
        }
        Kubelet.Event(cluster, pod, "Normal", "Pulling", $"Pulling image \"{image}\"", path);
        Kubelet.Event(cluster, pod, "Warning", "Failed", $"Failed to pull image \"{image}\": {error}", path);
        Kubelet.Event(cluster, pod, "Warning", "Failed", "Error: ErrImagePull", path);
        PodStatus.SetWaiting(status, "ErrImagePull", error);
        cluster.Pods.TryBeginStart(key, s_backOff, out var wait);
        context.Later(wait);
    }

    /// <summary>A time and a size that are the same for an image each time.</summary>
    private static (string Time, int Size) Cost(string image, bool first)
    {
        var hash = image.Aggregate(17u, (h, c) => h * 31 + c);
        return (first ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{600 + hash % 390}ms") : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{100 + hash % 90}ms"), (int)(2_000_000 + hash % 90_000_000));
    }
}
