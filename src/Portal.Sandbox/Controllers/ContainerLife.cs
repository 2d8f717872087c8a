using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Starts, watches and restarts the processes of a pod that has been admitted.</summary>
internal static class ContainerLife
{
    private static readonly TimeSpan s_firstBackOff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_maxBackOff = TimeSpan.FromMinutes(5);

    /// <summary>The message for a ConfigMap or Secret that a container needs and that is not there, or null.</summary>
    public static string? MissingConfiguration(SandboxCluster cluster, JsonObject pod)
    {
        var ns = pod.Str("metadata", "namespace")!;
        foreach (var c in pod.Objects("spec", "containers"))
        {
            var references = c.Objects("env").SelectMany(e => new[] { ("configmap", "configmaps", e.Obj("valueFrom", "configMapKeyRef")), ("secret", "secrets", e.Obj("valueFrom", "secretKeyRef")) })
                .Concat(c.Objects("envFrom").SelectMany(e => new[] { ("configmap", "configmaps", e.Obj("configMapRef")), ("secret", "secrets", e.Obj("secretRef")) }));
            foreach (var (word, resource, reference) in references)
            {
                if (reference is null || reference.Flag("optional") == true) continue;
                var name = reference.Str("name") ?? "";
                if (cluster.Store.Snapshot.Find(resource, ns, name) is not { } found) return $"{word} \"{name}\" not found";
                if (reference.Str("key") is { } key && found.Parse().Obj("data")?.ContainsKey(key) != true) return $"couldn't find key {key} in {(word == "secret" ? "Secret" : "ConfigMap")} {ns}/{name}";
            }
        }
        return null;
    }

    public static void Run(ControllerContext context, ObjectName name, JsonObject pod)
    {
        var cluster = context.Cluster;
        var instance = cluster.Pods.Start(pod);
        var now = cluster.Operations.Now;
        Kubelet.SetStatus(cluster, name, status =>
        {
            status["phase"] = "Running";
            status["podIP"] = instance.Ip;
            status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = instance.Ip });
            if (pod.Arr("spec", "initContainers") is { Count: > 0 })
            {
                status["initContainerStatuses"] = new JsonArray([.. pod.Objects("spec", "initContainers").Select(c => c.Str("restartPolicy") == "Always"
                    ? Running(c, now, 0)
                    : Terminated(c, now, now, 0, 0, ready: true))]);
            }
            status["containerStatuses"] = new JsonArray([.. pod.Objects("spec", "containers").Select(c => Running(c, now, 0))]);
            OwnedObjects.SetCondition(status, "Initialized", "True", "", "", now);
            SetReady(status, now);
        });
        // A process may have ended before its start was written down.
        if (instance.HasEnded) context.Later(TimeSpan.Zero);
    }

    /// <summary>Brings the status of a running pod up to what its processes did.</summary>
    public static void Supervise(ControllerContext context, ObjectName name, StoredObject stored, JsonObject pod)
    {
        var cluster = context.Cluster;
        // After a checkpoint was restored the pod is in the store but nothing runs yet.
        var instance = cluster.Pods.Find(name) ?? cluster.Pods.Start(pod);
        var restart = pod.Str("spec", "restartPolicy") ?? "Always";
        var now = cluster.Operations.Now;
        var changed = false;
        var status = pod.Obj("status")!.Copy();
        foreach (var s in status.Objects("containerStatuses"))
        {
            var container = s.Str("name")!;
            if (s.Obj("state", "running") is { } running && instance.ExitCode(container) is { } code)
            {
                changed = true;
                var started = running.Str("startedAt") ?? now;
                var again = restart == "Always" || (restart == "OnFailure" && code != 0);
                var ended = new JsonObject { ["exitCode"] = code, ["reason"] = code == 0 ? "Completed" : code == 137 ? "OOMKilled" : "Error", ["startedAt"] = started, ["finishedAt"] = now, ["containerID"] = s.Str("containerID") };
                s["ready"] = false;
                s["started"] = false;
                if (!again)
                {
                    s["state"] = new JsonObject { ["terminated"] = ended };
                    continue;
                }
                var restarts = s.Int(0, "restartCount");
                s["lastState"] = new JsonObject { ["terminated"] = ended };
                if (restarts == 0) Restart(instance, s, now);
                else BackOff(context, cluster, pod, s, container, restarts);
            }
            else if (s.Str("state", "waiting", "reason") == "CrashLoopBackOff")
            {
                if (!cluster.Pods.StartIsOver($"{stored.Uid}/{container}"))
                {
                    context.Later(s_firstBackOff / 10);
                    continue;
                }
                changed = true;
                cluster.Pods.ForgetStart($"{stored.Uid}/{container}");
                Restart(instance, s, now);
            }
        }
        if (!changed) return;
        var states = status.Objects("containerStatuses").ToList();
        if (states.TrueForAll(s => s.Obj("state", "terminated") is not null))
        {
            status["phase"] = states.TrueForAll(s => s.Int(0, "state", "terminated", "exitCode") == 0) ? "Succeeded" : "Failed";
            // What still runs (a sidecar) ends with the pod; the output stays until the pod is deleted.
            instance.Stop();
        }
        SetReady(status, now);
        Kubelet.SetStatus(cluster, name, o =>
        {
            o.Clear();
            foreach (var (key, value) in status) o[key] = value?.DeepClone();
        });
    }

    private static void Restart(PodInstance instance, JsonObject status, string now)
    {
        instance.Restart(status.Str("name")!);
        status["restartCount"] = status.Int(0, "restartCount") + 1;
        status["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now } };
        status["ready"] = true;
        status["started"] = true;
    }

    private static void BackOff(ControllerContext context, SandboxCluster cluster, JsonObject pod, JsonObject status, string container, int restarts)
    {
        var delay = TimeSpan.FromTicks(Math.Min(s_maxBackOff.Ticks, s_firstBackOff.Ticks << Math.Min(restarts - 1, 10)));
        var id = $"{pod.Str("metadata", "name")}_{pod.Str("metadata", "namespace")}({pod.Str("metadata", "uid")})";
        status["state"] = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "CrashLoopBackOff", ["message"] = $"back-off {TablePrinters.HumanDuration(delay)} restarting failed container={container} pod={id}" } };
        EventRecorder.Record(cluster.Operations, pod, "Warning", "BackOff", $"Back-off restarting failed container {container} in pod {id}", "kubelet", pod.Str("spec", "nodeName"), $"spec.containers{{{container}}}");
        if (cluster.Pods.TryBeginStart($"{pod.Str("metadata", "uid")}/{container}", delay, out var wait)) context.Later(wait);
    }

    private static void SetReady(JsonObject status, string now)
    {
        var unready = status.Objects("containerStatuses").Where(s => s.Flag("ready") != true).Select(s => s.Str("name")).ToList();
        var done = status.Str("phase") == "Succeeded";
        var (value, reason, message) = unready.Count == 0 ? ("True", "", "") : done ? ("False", "PodCompleted", "") : ("False", "ContainersNotReady", $"containers with unready status: [{string.Join(' ', unready)}]");
        OwnedObjects.SetCondition(status, "Ready", value, reason, message, now);
        OwnedObjects.SetCondition(status, "ContainersReady", value, reason, message, now);
    }

    private static JsonObject Running(JsonObject container, string now, int restarts) => new()
    {
        ["name"] = container.Str("name"), ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now } }, ["lastState"] = new JsonObject(), ["ready"] = true,
        ["restartCount"] = restarts, ["image"] = container.Str("image"), ["imageID"] = ImageId(container), ["containerID"] = "sandbox://" + Guid.NewGuid().ToString("N"), ["started"] = true,
    };

    private static JsonObject Terminated(JsonObject container, string from, string to, int code, int restarts, bool ready) => new()
    {
        ["name"] = container.Str("name"),
        ["state"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = code, ["reason"] = code == 0 ? "Completed" : "Error", ["startedAt"] = from, ["finishedAt"] = to } },
        ["lastState"] = new JsonObject(), ["ready"] = ready, ["restartCount"] = restarts, ["image"] = container.Str("image"), ["imageID"] = ImageId(container), ["started"] = false,
    };

    private static string ImageId(JsonObject container) => $"{container.Str("image")?.Split(':')[0]}@sha256:{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(container.Str("image") ?? "")))}";
}
