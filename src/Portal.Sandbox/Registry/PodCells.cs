using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Registry;

/// <summary>READY, STATUS and RESTARTS of a pod as kubectl prints them (printPod in printers.go): restartable init containers count in READY.</summary>
internal static class PodCells
{
    public static JsonArray For(JsonObject pod, DateTimeOffset now)
    {
        var sidecars = pod.Objects("spec", "initContainers").Where(c => c.Str("restartPolicy") == "Always").Select(c => c.Str("name")).ToHashSet();
        var statuses = pod.Objects("status", "containerStatuses").ToList();
        var initStatuses = pod.Objects("status", "initContainerStatuses").ToList();
        var total = (pod.Arr("spec", "containers")?.Count ?? 0) + sidecars.Count;
        var ready = statuses.Count(s => s.Flag("ready") == true) + initStatuses.Count(s => s.Flag("ready") == true && sidecars.Contains(s.Str("name")));
        var status = Status(pod, statuses, initStatuses, sidecars, out var initializing);
        // While init containers run theirs count; afterwards those of the sidecars and the containers.
        var counted = initializing ? initStatuses : [.. statuses, .. initStatuses.Where(s => sidecars.Contains(s.Str("name")))];
        var gates = pod.Objects("spec", "readinessGates").Select(g => g.Str("conditionType")).ToList();
        var open = gates.Count(g => pod.Objects("status", "conditions").Any(c => c.Str("type") == g && c.Str("status") == "True"));
        return [TablePrinters.Name(pod), $"{ready}/{total}", status, Restarts(counted.Sum(s => s.Int(0, "restartCount")), counted, now), TablePrinters.Age(pod, now),
            pod.Str("status", "podIP") ?? "<none>", pod.Str("spec", "nodeName") ?? "<none>", pod.Str("status", "nominatedNodeName") ?? "<none>", gates.Count == 0 ? "<none>" : $"{open}/{gates.Count}"];
    }

    private static string Status(JsonObject pod, List<JsonObject> statuses, List<JsonObject> initStatuses, HashSet<string?> sidecars, out bool initializing)
    {
        var reason = pod.Str("status", "reason") ?? pod.Str("status", "phase") ?? "Unknown";
        if (pod.Objects("status", "conditions").Any(c => c.Str("type") == "PodScheduled" && c.Str("reason") == "SchedulingGated")) reason = "SchedulingGated";
        initializing = false;
        for (var i = 0; i < initStatuses.Count; i++)
        {
            var s = initStatuses[i];
            var terminated = s.Obj("state", "terminated");
            if (terminated is not null && terminated.Int(0, "exitCode") == 0) continue;
            if (sidecars.Contains(s.Str("name")) && s.Flag("started") == true) continue;
            reason = terminated is not null
                ? "Init:" + (terminated.Str("reason") is { Length: > 0 } r ? r : $"ExitCode:{terminated.Num("exitCode")}")
                : s.Str("state", "waiting", "reason") is { Length: > 0 } w && w != "PodInitializing" ? "Init:" + w : $"Init:{i}/{pod.Arr("spec", "initContainers")?.Count ?? 0}";
            initializing = true;
            break;
        }
        if (!initializing)
        {
            var running = false;
            foreach (var s in Enumerable.Reverse(statuses))
            {
                if (s.Str("state", "waiting", "reason") is { Length: > 0 } waiting) reason = waiting;
                else if (s.Obj("state", "terminated") is { } t) reason = t.Str("reason") is { Length: > 0 } r ? r : t.Num("signal") is > 0 and var sig ? $"Signal:{sig}" : $"ExitCode:{t.Num("exitCode")}";
                else if (s.Flag("ready") == true && s.Obj("state", "running") is not null) running = true;
            }
            if (reason == "Completed" && running)
                reason = pod.Objects("status", "conditions").Any(c => c.Str("type") == "Ready" && c.Str("status") == "True") ? "Running" : "NotReady";
        }
        if (pod.Str("metadata", "deletionTimestamp") is not null) reason = pod.Str("status", "reason") == "NodeLost" ? "Unknown" : pod.Str("status", "phase") is "Failed" or "Succeeded" ? reason : "Terminating";
        return reason;
    }

    private static string Restarts(int restarts, List<JsonObject> statuses, DateTimeOffset now)
    {
        var last = statuses.Select(s => s.Str("lastState", "terminated", "finishedAt")).OfType<string>().Order(StringComparer.Ordinal).LastOrDefault();
        return restarts > 0 && last is not null ? $"{restarts} ({TablePrinters.Since(last, now)} ago)" : $"{restarts}";
    }
}
