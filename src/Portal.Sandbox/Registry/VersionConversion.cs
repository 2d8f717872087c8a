using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Registry;

/// <summary>A second version of a built-in resource: it is stored, defaulted and validated as <paramref name="Stored"/>, and converted on the way in and out.</summary>
internal sealed record VersionConversion(ResourceType Stored, Func<JsonObject, JsonObject> FromStored, Func<JsonObject, JsonObject> ToStored)
{
    private const string Metrics = "autoscaling.alpha.kubernetes.io/metrics";
    private const string Behavior = "autoscaling.alpha.kubernetes.io/behavior";
    private const string Conditions = "autoscaling.alpha.kubernetes.io/conditions";

    /// <summary>The names of core/v1 Event fields in events.k8s.io/v1 (kubernetes/pkg/apis/events/v1/conversion.go).</summary>
    private static readonly (string Core, string Events)[] s_eventFields =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"), ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ];

    public static VersionConversion Events(ResourceType stored, string apiVersion) => new(stored,
        o => Rename(o, apiVersion, s_eventFields),
        o => Rename(o, stored.ApiVersion, [.. s_eventFields.Select(f => (f.Events, f.Core))]));

    public static VersionConversion Autoscaler(ResourceType stored, string apiVersion) => new(stored, o => ToV1(o, apiVersion), o => FromV1(o, stored.ApiVersion));

    private static JsonObject Rename(JsonObject o, string apiVersion, (string From, string To)[] fields)
    {
        foreach (var (from, to) in fields)
        {
            if (!o.TryGetPropertyValue(from, out var value)) continue;
            o.Remove(from);
            o[to] = value;
        }
        o["apiVersion"] = apiVersion;
        return o;
    }

    /// <summary>v1 knows one target, the CPU; the rest travels in annotations so that nothing is lost (kubernetes/pkg/apis/autoscaling/v1/conversion.go).</summary>
    private static JsonObject ToV1(JsonObject o, string apiVersion)
    {
        o["apiVersion"] = apiVersion;
        var spec = o.Ensure("spec");
        var other = new JsonArray();
        foreach (var metric in spec.Objects("metrics"))
        {
            if (IsCpu(metric) && metric.Num("resource", "target", "averageUtilization") is { } target) spec["targetCPUUtilizationPercentage"] = target;
            else other.Add(metric.DeepClone());
        }
        spec.Remove("metrics");
        if (other.Count > 0) Annotate(o, Metrics, other);
        if (spec["behavior"] is { } behavior)
        {
            Annotate(o, Behavior, behavior);
            spec.Remove("behavior");
        }
        if (o.Obj("status") is not { } status) return o;
        if (status.Objects("currentMetrics").FirstOrDefault(IsCpu).Num("resource", "current", "averageUtilization") is { } current) status["currentCPUUtilizationPercentage"] = current;
        status.Remove("currentMetrics");
        if (status["conditions"] is { } conditions) Annotate(o, Conditions, conditions);
        status.Remove("conditions");
        status.Default("currentReplicas", 0);
        status.Default("desiredReplicas", 0);
        return o;
    }

    private static JsonObject FromV1(JsonObject o, string apiVersion)
    {
        o["apiVersion"] = apiVersion;
        var spec = o.Ensure("spec");
        var metrics = Annotation(o, Metrics) as JsonArray ?? [];
        if (spec.Num("targetCPUUtilizationPercentage") is { } target)
        {
            metrics.Insert(0, new JsonObject { ["type"] = "Resource", ["resource"] = new JsonObject { ["name"] = "cpu", ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = target } } });
        }
        spec.Remove("targetCPUUtilizationPercentage");
        if (metrics.Count > 0) spec["metrics"] = metrics;
        if (Annotation(o, Behavior) is { } behavior) spec["behavior"] = behavior;
        if (o.Obj("status") is { } status)
        {
            status.Remove("currentCPUUtilizationPercentage");
            if (Annotation(o, Conditions) is { } conditions) status["conditions"] = conditions;
        }
        return o;
    }

    private static bool IsCpu(JsonObject metric) => metric.Str("type") == "Resource" && metric.Str("resource", "name") == "cpu";

    private static void Annotate(JsonObject o, string name, JsonNode value) => o.Ensure("metadata").Ensure("annotations")[name] = value.ToText();

    /// <summary>Takes an annotation off again and reads it; one that someone has broken reads as absent.</summary>
    private static JsonNode? Annotation(JsonObject o, string name)
    {
        if (o.Obj("metadata", "annotations") is not { } annotations || annotations.Str(name) is not { } text) return null;
        annotations.Remove(name);
        if (annotations.Count == 0) o.Obj("metadata")!.Remove("annotations");
        try
        {
            return JsonNode.Parse(text);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
