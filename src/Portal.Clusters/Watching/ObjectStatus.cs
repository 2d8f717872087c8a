using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>How something is, for the colour and icon of its word.</summary>
public enum StatusTone { Good, Busy, Bad, Idle }

/// <summary>How an object is, in a word or two.</summary>
public readonly record struct ObjectStatus(StatusTone Tone, string Word)
{
    public static ObjectStatus Of(ClusterObject o)
    {
        if (o.Json.Find("metadata", "deletionTimestamp").Exists()) return new(StatusTone.Busy, "Terminating");
        var json = o.Json;
        return o.Kind switch
        {
            "Pod" when PodStatus.Of(json) is var pod => OfPod(pod.Status, pod.Ready, pod.Total),
            "Deployment" or "StatefulSet" or "ReplicaSet" => OfReplicas(
                json.Find("status", "readyReplicas").WholeNumber(),
                json.Find("spec", "replicas").WholeNumber(1),
                json
            ),
            "DaemonSet" => OfReplicas(
                json.Find("status", "numberReady").WholeNumber(),
                json.Find("status", "desiredNumberScheduled").WholeNumber(),
                json
            ),
            "Job" => OfJob(json),
            "Namespace" => new(StatusTone.Good, json.Find("status", "phase").Text() ?? "Active"),
            "Service" when json.Find("spec", "type").Text() == "LoadBalancer"
                && !json.Find("status", "loadBalancer", "ingress").Items().Any() =>
                new(StatusTone.Busy, "no address yet"),
            _ => new(StatusTone.Idle, "in place"),
        };
    }

    /// <param name="status">As kubectl prints it.</param>
    public static ObjectStatus OfPod(string status, int ready, int containers) => status switch
    {
        "Running" when ready == containers => new(StatusTone.Good, status),
        "Completed" or "Succeeded" => new(StatusTone.Idle, status),
        "Running" or "Pending" or "ContainerCreating" or "PodInitializing" or "Terminating" =>
            new(StatusTone.Busy, status),
        _ when status.StartsWith("Init:", StringComparison.Ordinal)
            && !status.Contains("Err", StringComparison.Ordinal)
            && !status.Contains("BackOff", StringComparison.Ordinal) => new(StatusTone.Busy, status),
        _ => new(StatusTone.Bad, status),
    };

    public static ObjectStatus OfReplicas(int ready, int desired) =>
        desired == 0 ? new(StatusTone.Idle, "scaled to 0")
        : ready >= desired ? new(StatusTone.Good, "ready")
        : new(StatusTone.Busy, "not ready");

    private static ObjectStatus OfReplicas(int ready, int desired, JsonElement json) =>
        ready < desired && Condition(json, "Progressing") == "False"
            ? new(StatusTone.Bad, "no progress")
            : OfReplicas(ready, desired);

    private static ObjectStatus OfJob(JsonElement json) =>
        Condition(json, "Complete") == "True" ? new(StatusTone.Good, "complete")
        : Condition(json, "Failed") == "True" ? new(StatusTone.Bad, "failed")
        : new(StatusTone.Busy, "running");

    private static string? Condition(JsonElement json, string type) =>
        json.Find("status", "conditions").Items().FirstOrDefault(c => c.Find("type").Text() == type)
            .Find("status").Text();
}
