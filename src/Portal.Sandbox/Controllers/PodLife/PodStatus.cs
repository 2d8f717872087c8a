using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Controllers;

/// <summary>The status of a pod and of its containers, as a kubelet words it.</summary>
internal static class PodStatus
{
    public static JsonArray Waiting(IEnumerable<JsonObject> containers, string reason) => new([.. containers.Select(c => Waiting(c, reason))]);

    public static JsonObject Waiting(JsonObject container, string reason, string? message = null)
    {
        var waiting = new JsonObject { ["reason"] = reason };
        if (message is not null) waiting["message"] = message;
        return new()
        {
            ["name"] = container.Str("name"), ["state"] = new JsonObject { ["waiting"] = waiting }, ["lastState"] = new JsonObject(), ["ready"] = false, ["restartCount"] = 0,
            ["image"] = container.Str("image"), ["imageID"] = "", ["started"] = false,
        };
    }

    public static void SetWaiting(JsonObject status, string reason, string? message = null)
    {
        var waiting = new JsonObject { ["reason"] = reason };
        if (message is not null) waiting["message"] = message;
        status["state"] = new JsonObject { ["waiting"] = waiting };
        status["ready"] = false;
        status["started"] = false;
    }

    public static void SetRunning(JsonObject status, ContainerInstance container)
    {
        status["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = ResourceOperations.Timestamp(container.StartedAt) } };
        status["image"] = ImageReference.Normalize(container.Image);
        status["imageID"] = ImageId(container.Image);
        status["containerID"] = "sandbox://" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
    }

    public static void SetTerminated(JsonObject status, ContainerInstance container, ContainerExit exit)
    {
        var ended = new JsonObject { ["exitCode"] = exit.Code };
        ended["reason"] = exit.Reason;
        if (exit.Message is not null) ended["message"] = exit.Message;
        ended["startedAt"] = ResourceOperations.Timestamp(container.StartedAt);
        ended["finishedAt"] = ResourceOperations.Timestamp(exit.At);
        ended["containerID"] = status.Str("containerID");
        status["state"] = new JsonObject { ["terminated"] = ended };
        status["ready"] = false;
        status["started"] = false;
    }

    /// <summary>The phase from what the containers do (kubelet_pods.go, getPhase).</summary>
    public static string Phase(JsonObject pod, JsonObject status)
    {
        var sidecars = pod.Objects("spec", "initContainers").Where(c => c.Str("restartPolicy") == "Always").Select(c => c.Str("name")).ToHashSet();
        var restart = pod.Str("spec", "restartPolicy") ?? "Always";
        foreach (var s in status.Objects("initContainerStatuses").Where(s => !sidecars.Contains(s.Str("name"))))
        {
            if (s.Num("state", "terminated", "exitCode") is not { } code) return "Pending";
            if (code != 0) return restart == "Never" ? "Failed" : "Pending";
        }
        if (status.Objects("initContainerStatuses").Any(s => sidecars.Contains(s.Str("name")) && s.Flag("started") != true && s.Obj("lastState", "terminated") is null && s.Obj("state", "terminated") is null)) return "Pending";
        var (waiting, running, stopped, failed) = (0, 0, 0, 0);
        foreach (var s in status.Objects("containerStatuses"))
        {
            if (s.Obj("state", "running") is not null) running++;
            else if ((s.Obj("state", "terminated") ?? s.Obj("lastState", "terminated")) is { } ended)
            {
                stopped++;
                if (s.Obj("state", "terminated") is not null && ended.Int(0, "exitCode") != 0) failed++;
            }
            else waiting++;
        }
        if (waiting > 0) return "Pending";
        if (running > 0 || restart == "Always" || stopped == 0) return "Running";
        if (status.Objects("containerStatuses").Any(s => s.Obj("state", "waiting") is not null)) return "Running";
        return failed == 0 ? "Succeeded" : restart == "Never" ? "Failed" : "Running";
    }

    public static void SetConditions(JsonObject status, JsonObject pod, bool hasPlace, string now)
    {
        var done = status.Str("phase") == "Succeeded";
        var failed = status.Str("phase") == "Failed";
        OwnedObjects.SetCondition(status, "PodReadyToStartContainers", hasPlace ? "True" : "False", "", "", now);
        var sidecars = pod.Objects("spec", "initContainers").Where(c => c.Str("restartPolicy") == "Always").Select(c => c.Str("name")).ToHashSet();
        var incomplete = status.Objects("initContainerStatuses")
            .Where(s => sidecars.Contains(s.Str("name")) ? s.Flag("started") != true && !done : s.Obj("state", "terminated") is not { } t || t.Int(0, "exitCode") != 0).Select(s => s.Str("name")).ToList();
        if (done) Set(status, "Initialized", true, "PodCompleted", "", now);
        else Set(status, "Initialized", incomplete.Count == 0, incomplete.Count == 0 ? "" : "ContainersNotInitialized", incomplete.Count == 0 ? "" : $"containers with incomplete status: [{string.Join(' ', incomplete)}]", now);
        var unready = status.Objects("initContainerStatuses").Where(s => sidecars.Contains(s.Str("name"))).Concat(status.Objects("containerStatuses")).Where(s => s.Flag("ready") != true).Select(s => s.Str("name")).ToList();
        var (reason, message) = done ? ("PodCompleted", "") : failed ? ("PodFailed", "") : unready.Count == 0 ? ("", "") : ("ContainersNotReady", $"containers with unready status: [{string.Join(' ', unready)}]");
        var ready = unready.Count == 0 && !done && !failed;
        var gates = ready ? Gates(status, pod).ToList() : [];
        Set(status, "Ready", ready && gates.Count == 0, gates.Count > 0 ? "ReadinessGatesNotReady" : reason, gates.Count > 0 ? string.Join(", ", gates) : message, now);
        Set(status, "ContainersReady", ready, reason, message, now);
        Set(status, "PodScheduled", true, "", "", now);
        foreach (var c in status.Objects("conditions").Where(c => !c.ContainsKey("lastProbeTime"))) c["lastProbeTime"] = null;
    }

    private static IEnumerable<string> Gates(JsonObject status, JsonObject pod)
    {
        foreach (var type in pod.Objects("spec", "readinessGates").Select(g => g.Str("conditionType") ?? ""))
        {
            var condition = status.Objects("conditions").FirstOrDefault(c => c.Str("type") == type);
            if (condition is null) yield return $"corresponding condition of pod readiness gate \"{type}\" does not exist.";
            else if (condition.Str("status") != "True") yield return $"the status of pod readiness gate \"{type}\" is not \"True\", but {condition.Str("status")}";
        }
    }

    private static void Set(JsonObject status, string type, bool value, string reason, string message, string now) =>
        OwnedObjects.SetCondition(status, type, value ? "True" : "False", reason, message, now);

    private static string ImageId(string image)
    {
        var name = ImageReference.Normalize(image);
        var colon = name.LastIndexOf(':');
        return $"{(colon > name.LastIndexOf('/') ? name[..colon] : name)}@sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}";
    }
}
