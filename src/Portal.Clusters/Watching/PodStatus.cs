using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>READY, STATUS and RESTARTS of a pod, as <c>kubectl get pods</c> computes them.</summary>
internal sealed record PodStatus(int Ready, int Total, string Status, int Restarts, bool Sidecar)
{
    private const string ProxyName = "istio-proxy";

    public static PodStatus Of(JsonElement pod)
    {
        var spec = pod.Find("spec");
        var containers = spec.Find("containers").Items().ToList();
        var native = spec.Find("initContainers").Items().Where(c => c.Find("restartPolicy").Text() == "Always").Select(Name).ToHashSet(StringComparer.Ordinal);
        var statuses = pod.Find("status", "containerStatuses").Items().ToList();
        var initStatuses = pod.Find("status", "initContainerStatuses").Items().ToList();

        var ready = statuses.Count(s => s.Find("ready").IsTrue() && s.Find("state", "running").Exists())
            + initStatuses.Count(s => native.Contains(Name(s)) && (s.Find("ready").IsTrue() || s.Find("started").IsTrue()) && s.Find("state", "running").Exists());
        var restarts = statuses.Concat(initStatuses.Where(s => native.Contains(Name(s)))).Sum(s => s.Find("restartCount").WholeNumber());
        var hasProxy = native.Contains(ProxyName) || (containers.Count > 1 && containers.Any(c => Name(c) == ProxyName));
        return new(ready, containers.Count + native.Count, Reason(pod, statuses, initStatuses, native), restarts, hasProxy);
    }

    private static string Reason(JsonElement pod, List<JsonElement> statuses, List<JsonElement> initStatuses, HashSet<string> native)
    {
        var reason = pod.Find("status", "reason").Text() is { Length: > 0 } own ? own : pod.Find("status", "phase").Text() ?? "Unknown";
        if (InitReason(pod, initStatuses, native) is { } init)
        {
            reason = init;
        }
        else
        {
            var running = false;
            foreach (var status in Enumerable.Reverse(statuses))
            {
                if (status.Find("state", "waiting", "reason").Text() is { Length: > 0 } waiting) reason = waiting;
                else if (Terminated(status) is { } terminated) reason = terminated;
                else if (status.Find("ready").IsTrue() && status.Find("state", "running").Exists()) running = true;
            }
            if (reason == "Completed" && running) reason = IsReady(pod) ? "Running" : "NotReady";
        }
        if (!pod.Find("metadata", "deletionTimestamp").Exists()) return reason;
        return pod.Find("status", "reason").Text() == "NodeLost" ? "Unknown" : "Terminating";
    }

    private static string? InitReason(JsonElement pod, List<JsonElement> statuses, HashSet<string> native)
    {
        var total = pod.Find("spec", "initContainers").Items().Count();
        for (var i = 0; i < statuses.Count; i++)
        {
            var status = statuses[i];
            if (status.Find("state", "terminated").Exists() && status.Find("state", "terminated", "exitCode").WholeNumber() == 0) continue;
            if (native.Contains(Name(status)) && status.Find("started").IsTrue()) continue;
            if (Terminated(status) is { } terminated) return "Init:" + terminated;
            var waiting = status.Find("state", "waiting", "reason").Text();
            return waiting is { Length: > 0 } && waiting != "PodInitializing" ? "Init:" + waiting : $"Init:{i}/{total}";
        }
        return null;
    }

    private static string? Terminated(JsonElement status)
    {
        var state = status.Find("state", "terminated");
        if (!state.Exists()) return null;
        if (state.Find("reason").Text() is { Length: > 0 } reason) return reason;
        return state.Find("signal").WholeNumber() is var signal and not 0 ? $"Signal:{signal}" : $"ExitCode:{state.Find("exitCode").WholeNumber()}";
    }

    private static bool IsReady(JsonElement pod) =>
        pod.Find("status", "conditions").Items().Any(c => c.Find("type").Text() == "Ready" && c.Find("status").Text() == "True");

    private static string Name(JsonElement container) => container.Find("name").Text() ?? "";
}
