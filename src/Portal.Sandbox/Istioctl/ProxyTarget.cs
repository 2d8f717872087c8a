using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Istioctl;

/// <summary>Finds the pod that an operand names: <c>pod</c>, <c>pod.namespace</c>, <c>deploy/x</c>, <c>deployment/x.namespace</c>, <c>svc/x</c>.</summary>
internal static class ProxyTarget
{
    public static PodInstance Find(SandboxCluster cluster, string operand, string ns, string? failure = null)
    {
        var slash = operand.IndexOf('/', StringComparison.Ordinal);
        var kind = slash < 0 ? "pod" : operand[..slash].Split('.')[0];
        var name = operand[(slash + 1)..];
        if (name.LastIndexOf('.') is > 0 and var dot && cluster.Store.Snapshot.Find("namespaces", "", name[(dot + 1)..]) is not null) (name, ns) = (name[..dot], name[(dot + 1)..]);
        var before = failure ?? Prefix(name, ns);
        switch (kind)
        {
            case "pod" or "pods" or "po":
                if (cluster.Store.Snapshot.Find("pods", ns, name) is null) throw new IstioctlException($"{before}failure querying pod: pods \"{name}\" not found");
                return cluster.Pods.Find(new(ns, name)) ?? throw new IstioctlException($"{before}pod is not running");
            case "deploy" or "deployment" or "deployments": return ByOwner(cluster, "deployments.apps", name, ns, "spec", "selector", "matchLabels");
            case "rs" or "replicaset" or "replicasets": return ByOwner(cluster, "replicasets.apps", name, ns, "spec", "selector", "matchLabels");
            case "sts" or "statefulset" or "statefulsets": return ByOwner(cluster, "statefulsets.apps", name, ns, "spec", "selector", "matchLabels");
            case "ds" or "daemonset" or "daemonsets": return ByOwner(cluster, "daemonsets.apps", name, ns, "spec", "selector", "matchLabels");
            case "job" or "jobs": return ByOwner(cluster, "jobs.batch", name, ns, "spec", "selector", "matchLabels");
            case "svc" or "service" or "services": return ByOwner(cluster, "services", name, ns, "spec", "selector");
            default: throw new IstioctlException($"failed retrieving: the server doesn't have a resource type \"{kind}\" in the \"{ns}\" namespace");
        }
    }

    /// <summary>The same, of which a proxy's configuration is wanted.</summary>
    /// <param name="failure">What is said before the reason; null for the usual.</param>
    public static PodInstance FindProxy(SandboxCluster cluster, string operand, string ns, string? failure = null)
    {
        var pod = Find(cluster, operand, ns, failure);
        return pod.Sidecar is not null ? pod : throw new IstioctlException($"{failure ?? Prefix(pod.Name, pod.Namespace)}error 'execing into {pod.Namespace}/{pod.Name} istio-proxy container: container istio-proxy is not valid for pod {pod.Name}'");
    }

    private static string Prefix(string name, string ns) => $"failed to execute command on {name}.{ns} sidecar: ";

    private static PodInstance ByOwner(SandboxCluster cluster, string resource, string name, string ns, params string[] selector)
    {
        if (cluster.Store.Snapshot.Find(resource, ns, name) is not { } owner) throw new IstioctlException($"failed retrieving: {resource} \"{name}\" not found in the \"{ns}\" namespace");
        var labels = owner.Parse().Map(selector);
        return cluster.Pods.All.Where(p => p.Namespace == ns && labels.Count > 0 && Selectors.Matches(labels, p.Labels)).OrderBy(p => p.Name, StringComparer.Ordinal).FirstOrDefault()
            ?? throw new IstioctlException($"no pods found for {resource} \"{name}\" in the \"{ns}\" namespace");
    }
}
