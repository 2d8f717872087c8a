using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Describe;

/// <summary>What a description says of the pod itself.</summary>
internal static class PodText
{
    private const long ProxyUser = 1337;

    /// <returns>Whether the pod has a proxy.</returns>
    public static bool Write(StringBuilder text, JsonObject pod, DescribeNames names, bool ignoreUnmeshed)
    {
        var name = names.Of(pod.Str("metadata", "name")!, pod.Str("metadata", "namespace")!);
        var containers = pod.Objects("spec", "containers").ToList();
        foreach (var container in containers.Where(c => c.Str("name") is not ("istio-proxy" or "istio-operator") && c.Num("securityContext", "runAsUser") == ProxyUser)) text.Append("WARNING: User ID (UID) 1337 is reserved for the sidecar proxy.\n");
        var ports = containers.SelectMany(c => c.Objects("ports").Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Num("containerPort")}{(p.Str("protocol") is null or "TCP" ? "" : "/" + p.Str("protocol"))} ({c.Str("name")})"))).ToList();
        text.Append($"Pod: {name}\n   Pod Revision: {pod.Str("metadata", "annotations", "istio.io/rev")}\n").Append(ports.Count == 0 ? "   Pod does not expose ports\n" : $"   Pod Ports: {string.Join(", ", ports)}\n");
        var meshed = containers.Concat(pod.Objects("spec", "initContainers")).Any(c => c.Str("name") == "istio-proxy");
        if (pod.Str("status", "phase") is var phase && phase != "Running")
        {
            text.Append($"   Pod is not Running ({phase})\n");
            return meshed;
        }
        foreach (var status in pod.Objects("status", "containerStatuses").Where(s => s.Flag("ready") != true)) text.Append($"WARNING: Pod {name} Container {status.Str("name")} NOT READY\n");
        foreach (var status in pod.Objects("status", "initContainerStatuses").Where(s => s.Flag("ready") != true)) text.Append($"WARNING: Pod {name} Init Container {status.Str("name")} NOT READY\n");
        if (ignoreUnmeshed) return meshed;
        if (!meshed)
        {
            text.Append($"WARNING: {name} is not part of mesh; no Istio sidecar\n");
            return false;
        }
        if (pod.Num("spec", "securityContext", "runAsUser") == ProxyUser) text.Append("   WARNING: User ID (UID) 1337 is reserved for the sidecar proxy.\n");
        var labels = pod.Map("metadata", "labels");
        bool Any(params string[] keys) => keys.Any(labels.ContainsKey);
        const string Where = "See https://istio.io/latest/docs/ops/deployment/application-requirements/.";
        if (!Any("service.istio.io/canonical-name", "app.kubernetes.io/name", "app")) text.Append($"Suggestion: add required service name label for Istio telemetry. {Where}\n");
        if (!Any("service.istio.io/canonical-revision", "app.kubernetes.io/version", "version")) text.Append($"Suggestion: add required service revision label for Istio telemetry. {Where}\n");
        return true;
    }
}
