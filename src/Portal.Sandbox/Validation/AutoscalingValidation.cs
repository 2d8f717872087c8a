using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of horizontal pod autoscalers (kubernetes/pkg/apis/autoscaling/validation).</summary>
internal static class AutoscalingValidation
{
    private static readonly string[] s_types = ["ContainerResource", "External", "Object", "Pods", "Resource"];

    public static void Autoscaler(JsonObject obj, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        var (min, max) = (spec.Num("minReplicas"), spec.Num("maxReplicas") ?? 0);
        if (min is < 1) errors.Invalid("spec.minReplicas", min, "must be greater than or equal to 1");
        if (max < 1) errors.Invalid("spec.maxReplicas", max, "must be greater than 0");
        if (min > max) errors.Invalid("spec.maxReplicas", max, "must be greater than or equal to `minReplicas`");
        Reference(spec.Obj("scaleTargetRef"), "spec.scaleTargetRef", errors);
        foreach (var (i, metric) in spec.Objects("metrics").Index()) Metric(metric, $"spec.metrics[{i}]", errors);
        foreach (var direction in (ReadOnlySpan<string>)["scaleUp", "scaleDown"])
        {
            if (spec.Obj("behavior", direction) is { } rules) Rules(rules, "spec.behavior." + direction, errors);
        }
    }

    private static void Reference(JsonObject? reference, string path, ErrorList errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["kind", "name"])
        {
            if (reference.Str(field) is { Length: > 0 } value) errors.Invalid($"{path}.{field}", value, NameRules.PathSegment(value));
            else errors.Required($"{path}.{field}");
        }
    }

    private static void Metric(JsonObject metric, string path, ErrorList errors)
    {
        var type = metric.Str("type") ?? "";
        if (type.Length == 0) errors.Required(path + ".type", "must specify a metric source type");
        if (!s_types.Contains(type)) errors.NotSupported(path + ".type", type, s_types);
        var expected = type.Length == 0 ? "" : char.ToLowerInvariant(type[0]) + type[1..];
        var present = new[] { "object", "external", "pods", "resource", "containerResource" }.Where(metric.ContainsKey).ToList();
        if (present.Count > 0) Source(metric.Obj(present[0]), present[0], $"{path}.{present[0]}", errors);
        if (s_types.Contains(type) && !present.Contains(expected)) errors.Required($"{path}.{expected}", "must populate information for the given metric source");
        if (present.Count == 1) return;
        foreach (var extra in present.Where(p => p != expected)) errors.Forbidden($"{path}.{extra}", "must populate the given metric source only");
    }

    private static void Source(JsonObject? source, string kind, string path, ErrorList errors)
    {
        var target = source.Obj("target");
        if (kind is "resource" or "containerResource")
        {
            if (string.IsNullOrEmpty(source.Str("name"))) errors.Required(path + ".name", "must specify a resource name");
            if (kind == "containerResource" && string.IsNullOrEmpty(source.Str("container"))) errors.Required(path + ".container", "must specify a container");
        }
        else
        {
            if (kind == "object") Reference(source.Obj("describedObject"), path + ".describedObject", errors);
            if (source.Str("metric", "name") is { Length: > 0 } name) errors.Invalid(path + ".metric.name", name, NameRules.PathSegment(name));
            else errors.Required(path + ".metric.name", "must specify a metric name");
        }
        Target(target, path + ".target", errors);
        var (value, average, utilization) = (target?["value"], target?["averageValue"], target?["averageUtilization"]);
        switch (kind)
        {
            case "resource" or "containerResource":
                if (utilization is null && average is null) errors.Required(path + ".target.averageUtilization", "must set either a target raw value or a target utilization");
                else if (utilization is not null && average is not null) errors.Forbidden(path + ".target.averageValue", "may not set both a target raw value and a target utilization");
                break;
            case "pods":
                if (average is null) errors.Required(path + ".target.averageValue", "must specify a positive target averageValue");
                break;
            case "object":
                if (value is null && average is null) errors.Required(path + ".target.averageValue", "must set either a target value or averageValue");
                break;
            default:
                if (value is null && average is null) errors.Required(path + ".target.averageValue", "must set either a target value for metric or a per-pod target");
                else if (value is not null && average is not null) errors.Forbidden(path + ".target.value", "may not set both a target value for metric and a per-pod target");
                break;
        }
    }

    private static void Target(JsonObject? target, string path, ErrorList errors)
    {
        var type = target.Str("type") ?? "";
        if (type.Length == 0) errors.Required(path + ".type", "must specify a metric target type");
        if (type is not ("Utilization" or "Value" or "AverageValue")) errors.Invalid(path + ".type", type, "must be either Utilization, Value, or AverageValue");
        foreach (var field in (ReadOnlySpan<string>)["value", "averageValue"])
        {
            if (target.Str(field) is { } quantity && Quantity.Compare(quantity, "0") <= 0) errors.Invalid($"{path}.{field}", quantity, "must be positive");
        }
        if (target.Num("averageUtilization") is < 1 and var percent) errors.Invalid(path + ".averageUtilization", percent, "must be greater than 0");
    }

    private static void Rules(JsonObject rules, string path, ErrorList errors)
    {
        if (rules.Num("stabilizationWindowSeconds") is { } window)
        {
            if (window < 0) errors.Invalid(path + ".stabilizationWindowSeconds", window, "must be greater than or equal to zero");
            if (window > 3600) errors.Invalid(path + ".stabilizationWindowSeconds", window, "must be less than or equal to 3600");
        }
        errors.OptionalOneOf(path + ".selectPolicy", rules.Str("selectPolicy"), "Disabled", "Max", "Min");
        if (rules.Arr("policies") is not { Count: > 0 }) errors.Required(path + ".policies", "must specify at least one Policy");
        foreach (var (i, policy) in rules.Objects("policies").Index())
        {
            var at = $"{path}.policies[{i}]";
            if (policy.Str("type") is not ("Pods" or "Percent")) errors.NotSupported(at + ".type", policy.Str("type") ?? "", "Percent", "Pods");
            if (policy.Num("value") is not > 0) errors.Invalid(at + ".value", policy.Num("value") ?? 0, "must be greater than zero");
            var period = policy.Num("periodSeconds") ?? 0;
            if (period <= 0) errors.Invalid(at + ".periodSeconds", period, "must be greater than zero");
            if (period > 1800) errors.Invalid(at + ".periodSeconds", period, "must be less than or equal to 1800");
        }
    }
}
