using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Metrics;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>What one metric of an autoscaler says: the replicas it asks for and its current value.</summary>
internal sealed record MetricReading(int Replicas, JsonObject Status, string Description);

/// <summary>A metric cannot be read; texts of the HPA controller.</summary>
internal sealed class MetricException(string reason, string message) : Exception(message)
{
    public string Reason => reason;
}

/// <summary>Evaluates the Resource and ContainerResource metrics of an autoscaler (podautoscaler/replica_calculator.go).</summary>
internal static class MetricReader
{
    private const double Tolerance = 0.1;

    public static MetricReading Read(SandboxCluster cluster, JsonObject metric, List<StoredObject> pods, int current)
    {
        var type = metric.Str("type") ?? "";
        var source = metric.Obj(type == "ContainerResource" ? "containerResource" : "resource");
        if (type is not ("Resource" or "ContainerResource") || source is null)
            throw new MetricException($"FailedGet{type}Metric", $"unable to get metric: no metrics returned from {(type == "External" ? "external" : "custom")} metrics API");
        var resource = source.Str("name") ?? "cpu";
        var only = source.Str("container");
        var (used, requested, counted, unready) = (0d, 0d, 0, 0);
        foreach (var stored in pods)
        {
            var pod = stored.Parse();
            var requests = pod.Objects("spec", "containers").Concat(pod.Objects("spec", "initContainers").Where(c => c.Str("restartPolicy") == "Always")).Where(c => only is null || c.Str("name") == only).ToList();
            var request = 0d;
            foreach (var c in requests)
            {
                if (c.Str("resources", "requests", resource) is { } text) request += ResourceAmount.Parse(text);
                else if (source.Str("target", "type") == "Utilization") throw new MetricException("FailedGetResourceMetric", $"failed to get {resource} utilization: missing request for {resource} in container {c.Str("name")} of Pod {stored.Name}");
            }
            if (stored.Phase != "Running" || cluster.Pods.Find(new(stored.Namespace, stored.Name)) is not { } instance || !OwnedObjects.IsPodReady(pod))
            {
                unready++;
                continue;
            }
            used += instance.Containers.Values.Where(c => c.IsRunning && (only is null || c.Name == only)).Sum(c => resource == "cpu" ? ResourceMetrics.Cores(c) : ResourceMetrics.Memory(c));
            requested += request;
            counted++;
        }
        if (counted == 0) throw new MetricException("FailedGetResourceMetric", $"failed to get {resource} utilization: did not receive metrics for targeted pods (pods might be unready)");
        var average = used / counted;
        var value = new JsonObject { ["averageValue"] = Quantity(resource, average) };
        double ratio;
        if (source.Num("target", "averageUtilization") is { } percent)
        {
            var utilization = (int)(requested > 0 ? used * 100 / requested : 0);
            value["averageUtilization"] = utilization;
            ratio = (double)utilization / percent;
        }
        else ratio = average / Math.Max(1e-9, ResourceAmount.Parse(source.Str("target", "averageValue")));
        var replicas = Math.Abs(ratio - 1) <= Tolerance ? current : (int)Math.Ceiling(ratio * counted - 1e-9);
        // Pods that are not ready yet must not make it grow further.
        if (unready > 0 && ratio > 1 && replicas > current) replicas = Math.Max(current, (int)Math.Ceiling(ratio * counted / (counted + unready) * (counted + unready) - 1e-9));
        var statusSource = new JsonObject { ["name"] = resource, ["current"] = value };
        if (only is not null) statusSource["container"] = only;
        var status = new JsonObject { ["type"] = type, [type == "ContainerResource" ? "containerResource" : "resource"] = statusSource };
        return new(replicas, status, source.Str("target", "type") == "Utilization" ? $"{resource} resource utilization (percentage of request)" : $"{resource} resource");
    }

    private static string Quantity(string resource, double value) => resource == "cpu"
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(long)Math.Ceiling(value * 1000)}m") : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(long)value}");
}
