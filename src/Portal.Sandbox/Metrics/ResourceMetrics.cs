using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Metrics;

/// <summary>What metrics-server would serve: the use of pods and nodes, computed when asked from what the programs did.</summary>
internal static class ResourceMetrics
{
    public const string Group = "metrics.k8s.io";

    /// <summary>What a process costs that only waits.</summary>
    private const double IdleCores = 0.001;

    /// <summary>What a node's own services use.</summary>
    private const double NodeCores = 0.08;
    private const double NodeMemory = 600 << 20;

    public static double Cores(ContainerInstance container) => IdleCores + container.Usage.Cores(container.Pod.Cluster.Now);

    public static double Memory(ContainerInstance container) => container.Program.BaseMemory + container.Usage.HeldBytes;

    /// <summary>A list, or one object when the request names it.</summary>
    public static JsonObject Answer(SandboxCluster cluster, RequestInfo info, string? labelSelector)
    {
        Func<IReadOnlyDictionary<string, string>, bool> matches;
        try
        {
            matches = string.IsNullOrEmpty(labelSelector) ? _ => true : LabelSelectorParser.Parse(labelSelector);
        }
        catch (FormatException e)
        {
            throw ApiError.BadRequest(e.Message);
        }
        var found = (info.Type.Kind == "NodeMetrics"
            ? cluster.Store.Snapshot.List("nodes").Where(n => matches(n.Labels) && (info.Name.Length == 0 || n.Name == info.Name)).Select(n => Node(cluster, n))
            : cluster.Store.Snapshot.List("pods", info.Namespace).Where(p => matches(p.Labels) && (info.Name.Length == 0 || p.Name == info.Name)).Select(p => Pod(cluster, p))).OfType<JsonObject>().ToList();
        if (info.Name.Length > 0) return found.FirstOrDefault() ?? throw ApiError.NotFound(info.Type, info.Name.Contains('/', StringComparison.Ordinal) ? info.Name : info.Namespace.Length > 0 ? $"{info.Namespace}/{info.Name}" : info.Name);
        return new() { ["kind"] = info.Type.Kind + "List", ["apiVersion"] = info.Type.ApiVersion, ["metadata"] = new JsonObject(), ["items"] = new JsonArray([.. found]) };
    }

    private static JsonObject? Pod(SandboxCluster cluster, StoredObject pod)
    {
        if (pod.Phase != "Running" || cluster.Pods.Find(new(pod.Namespace, pod.Name)) is not { } instance) return null;
        var containers = instance.Containers.Values.Where(c => c.IsRunning).Select(c => (JsonNode)new JsonObject { ["name"] = c.Name, ["usage"] = Usage(Cores(c), Memory(c)) }).ToArray();
        var metrics = Head(cluster, "PodMetrics", pod);
        metrics["containers"] = new JsonArray(containers);
        return metrics;
    }

    private static JsonObject Node(SandboxCluster cluster, StoredObject node)
    {
        var running = cluster.Pods.All.Where(p => p.NodeName == node.Name).SelectMany(p => p.Containers.Values).Where(c => c.IsRunning).ToList();
        var metrics = Head(cluster, "NodeMetrics", node);
        metrics["usage"] = Usage(NodeCores + running.Sum(Cores), NodeMemory + running.Sum(Memory));
        return metrics;
    }

    private static JsonObject Head(SandboxCluster cluster, string kind, StoredObject o)
    {
        var meta = new JsonObject { ["name"] = o.Name, ["creationTimestamp"] = cluster.Operations.Now };
        if (o.Namespace.Length > 0) meta["namespace"] = o.Namespace;
        if (o.Labels.Count > 0) meta["labels"] = new JsonObject([.. o.Labels.Select(l => KeyValuePair.Create<string, JsonNode?>(l.Key, l.Value))]);
        return new() { ["kind"] = kind, ["apiVersion"] = Group + "/v1beta1", ["metadata"] = meta, ["timestamp"] = cluster.Operations.Now, ["window"] = "15s" };
    }

    private static JsonObject Usage(double cores, double bytes) => new()
    {
        ["cpu"] = string.Create(CultureInfo.InvariantCulture, $"{(long)(cores * 1e9)}n"), ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{(long)(bytes / 1024)}Ki"),
    };
}
