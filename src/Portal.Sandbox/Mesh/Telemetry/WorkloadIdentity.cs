using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>What telemetry calls a pod: its workload and the names that proxies tell each other. Equal for all pods of a workload.</summary>
internal sealed record WorkloadIdentity(string Name, string Namespace, string App, string Version, string CanonicalName, string CanonicalRevision, string Principal)
{
    private const string Unsaid = "unknown";

    public static WorkloadIdentity Unknown { get; } = new(Unsaid, Unsaid, Unsaid, Unsaid, Unsaid, "latest", "");

    public static WorkloadIdentity Of(PodInstance pod)
    {
        var name = WorkloadName(pod);
        var app = pod.Labels.GetValueOrDefault("app");
        return new(
            name, pod.Namespace, app ?? Unsaid, pod.Labels.GetValueOrDefault("version") ?? Unsaid,
            pod.Labels.GetValueOrDefault("service.istio.io/canonical-name") ?? pod.Labels.GetValueOrDefault("app.kubernetes.io/name") ?? app ?? name,
            pod.Labels.GetValueOrDefault("service.istio.io/canonical-revision") ?? pod.Labels.GetValueOrDefault("app.kubernetes.io/version") ?? pod.Labels.GetValueOrDefault("version") ?? "latest",
            $"spiffe://cluster.local/ns/{pod.Namespace}/sa/{pod.ServiceAccount}");
    }

    // Part of the key of every request that is counted.
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <summary>The owner that people name: the deployment of a replica set, the cron job of a job, else the owner itself.</summary>
    private static string WorkloadName(PodInstance pod)
    {
        var owner = pod.Spec.Objects("metadata", "ownerReferences").FirstOrDefault(o => o.Flag("controller") == true);
        if (owner.Str("name") is not { } name) return pod.Name;
        var hash = pod.Labels.GetValueOrDefault("pod-template-hash");
        return owner.Str("kind") == "ReplicaSet" && hash is not null && name.EndsWith("-" + hash, StringComparison.Ordinal) ? name[..^(hash.Length + 1)] : name;
    }
}
