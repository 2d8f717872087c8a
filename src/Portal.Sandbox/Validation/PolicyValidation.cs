using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of quotas, limit ranges, priority classes and disruption budgets.</summary>
internal static class PolicyValidation
{
    private static readonly string[] s_scopes = ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity"];
    private static readonly string[] s_podResources = ["cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods"];

    public static void ResourceQuota(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        foreach (var (name, quantity) in ResourceValidation.Ordered(spec.Obj("hard")))
        {
            ResourceValidation.QuotaName(name, $"spec.hard[{name}]", errors);
            ResourceValidation.Value(name, quantity, $"spec.hard[{name}]", errors);
        }
        var scopes = spec.Strings("scopes").ToList();
        var shown = GoSyntax.Strings(spec.Arr("scopes"), "core.ResourceQuotaScope");
        foreach (var scope in scopes)
        {
            if (!s_scopes.Contains(scope)) errors.InvalidGo("spec.scopes", shown, "unsupported scope");
            foreach (var name in ResourceValidation.Ordered(spec.Obj("hard")).Select(p => p.Key).Where(n => !Applies(scope, n))) errors.InvalidGo("spec.scopes", shown, "unsupported scope applied to resource");
        }
        if ((scopes.Contains("BestEffort") && scopes.Contains("NotBestEffort")) || (scopes.Contains("Terminating") && scopes.Contains("NotTerminating")))
            errors.InvalidGo("spec.scopes", shown, "conflicting scopes");
        foreach (var requirement in spec.Objects("scopeSelector", "matchExpressions"))
        {
            const string path = "spec.scopeSelector.matchExpressions";
            var scope = requirement.Str("scopeName") ?? "";
            var count = requirement.Arr("values")?.Count ?? 0;
            if (!s_scopes.Contains(scope)) errors.Invalid(path + ".scopeName", scope, "unsupported scope");
            if (scope != "PriorityClass" && requirement.Str("operator") != "Exists")
                errors.Invalid(path + ".operator", requirement.Str("operator") ?? "", "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
            if (requirement.Str("operator") is "In" or "NotIn")
            {
                if (count == 0) errors.Required(path + ".values", "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
            }
            else if (requirement.Str("operator") is not ("Exists" or "DoesNotExist")) errors.Invalid(path + ".operator", requirement.Str("operator") ?? "", "not a valid selector operator");
            else if (count > 0) errors.InvalidGo(path + ".values", GoSyntax.Strings(requirement["values"]), "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
        }
        if (old is not null && !scopes.ToHashSet().SetEquals(old.Strings("spec", "scopes"))) errors.InvalidGo("spec.scopes", shown, "field is immutable");
    }

    public static void LimitRange(JsonObject obj, ErrorList errors)
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, limit) in obj.Objects("spec", "limits").Index())
        {
            var at = $"spec.limits[{i}]";
            var type = limit.Str("type") ?? "";
            var before = errors.Count;
            errors.Invalid(at + ".type", type, NameRules.QualifiedName(type));
            if (errors.Count == before && !type.Contains('/', StringComparison.Ordinal) && type is not ("Pod" or "Container" or "PersistentVolumeClaim"))
                errors.Invalid(at + ".type", type, "must be a standard limit type or fully qualified");
            if (!types.Add(type)) errors.Duplicate(at + ".type", type);
            var names = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var field in (ReadOnlySpan<string>)["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"])
            {
                if (limit.Obj(field) is not { Count: > 0 } map) continue;
                if (type == "Pod" && field is "default" or "defaultRequest")
                {
                    errors.Forbidden($"{at}.{field}", "may not be specified when `type` is 'Pod'");
                    continue;
                }
                foreach (var (name, _) in ResourceValidation.Ordered(map))
                {
                    names.Add(name);
                    if (type is "Pod" or "Container") ResourceValidation.ContainerName(name, $"{at}.{field}[{name}]", errors);
                    else ResourceValidation.Name(name, $"{at}.{field}[{name}]", errors);
                }
            }
            if (type == "PersistentVolumeClaim" && limit.Str("min", "storage") is null && limit.Str("max", "storage") is null)
                errors.Required(at + ".limits", "either minimum or maximum storage value is required, but neither was provided");
            foreach (var name in names) Limits(limit, name, at, errors);
        }
    }

    public static void PriorityClass(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var name = obj.Str("metadata", "name") ?? "";
        var value = obj.Num("value") ?? 0;
        if (name.StartsWith("system-", StringComparison.Ordinal))
        {
            var known = (name, value) is ("system-cluster-critical", 2_000_000_000) or ("system-node-critical", 2_000_001_000);
            var why = name is not ("system-cluster-critical" or "system-node-critical") ? $"{name} is not a known system priority class"
                : $"value of {name} PriorityClass must be {(name == "system-cluster-critical" ? 2_000_000_000 : 2_000_001_000)}";
            if (!known) errors.Forbidden("metadata.name", $"priority class names with 'system-' prefix are reserved for system use only. error: {why}");
        }
        else if (value > 1_000_000_000) errors.Forbidden("value", "maximum allowed value of a user defined priority is 1000000000");
        errors.OptionalOneOf("preemptionPolicy", obj.Str("preemptionPolicy"), "PreemptLowerPriority", "Never");
        if (old is null) return;
        if (value != (old.Num("value") ?? 0)) errors.Forbidden("value", "may not be changed in an update.");
        errors.Immutable("preemptionPolicy", obj["preemptionPolicy"], old["preemptionPolicy"]);
    }

    public static void DisruptionBudget(JsonObject obj, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        if (spec?["minAvailable"] is not null && spec["maxUnavailable"] is not null) errors.InvalidGo("spec", GoSyntax.Value(spec), "minAvailable and maxUnavailable cannot be both set");
        foreach (var field in (ReadOnlySpan<string>)["minAvailable", "maxUnavailable"])
        {
            if (spec?[field] is not { } value) continue;
            WorkloadValidation.IntOrPercent(value, "spec." + field, errors);
            WorkloadValidation.AtMost100Percent(value, "spec." + field, errors);
        }
        MetadataValidation.Selector(spec.Obj("selector"), "spec.selector", errors);
        errors.OptionalOneOf("spec.unhealthyPodEvictionPolicy", spec.Str("unhealthyPodEvictionPolicy"), "AlwaysAllow", "IfHealthyBudget");
    }

    private static void Limits(JsonObject limit, string name, string at, ErrorList errors)
    {
        var (min, max) = (limit.Str("min", name), limit.Str("max", name));
        var (standard, request, ratio) = (limit.Str("default", name), limit.Str("defaultRequest", name), limit.Str("maxLimitRequestRatio", name));
        bool Above(string? a, string? b) => a is not null && b is not null && Quantity.Compare(a, b) > 0;
        if (Above(min, max)) errors.InvalidGo($"{at}.min[{name}]", GoSyntax.Quantity(min), $"min value {min} is greater than max value {max}");
        if (Above(min, request)) errors.InvalidGo($"{at}.defaultRequest[{name}]", GoSyntax.Quantity(request), $"min value {min} is greater than default request value {request}");
        if (Above(request, max)) errors.InvalidGo($"{at}.defaultRequest[{name}]", GoSyntax.Quantity(request), $"default request value {request} is greater than max value {max}");
        if (Above(request, standard)) errors.InvalidGo($"{at}.defaultRequest[{name}]", GoSyntax.Quantity(request), $"default request value {request} is greater than default limit value {standard}");
        if (Above(min, standard)) errors.InvalidGo($"{at}.default[{name}]", GoSyntax.Quantity(min), $"min value {min} is greater than default value {standard}");
        if (Above(standard, max)) errors.InvalidGo($"{at}.default[{name}]", GoSyntax.Quantity(max), $"default value {standard} is greater than max value {max}");
        if (ratio is null) return;
        if (Above("1", ratio)) errors.InvalidGo($"{at}.maxLimitRequestRatio[{name}]", GoSyntax.Quantity(ratio), $"ratio {ratio} is less than 1");
        if (min is null || max is null || !Quantity.TryParse(ratio, out var r) || !Quantity.TryParse(min, out var low) || !Quantity.TryParse(max, out var high) || low <= 0) return;
        if (r > high / low) errors.InvalidGo($"{at}.maxLimitRequestRatio[{name}]", GoSyntax.Quantity(ratio), string.Create(CultureInfo.InvariantCulture, $"ratio {ratio} is greater than max/min = {high / low:F6}"));
    }

    private static bool Applies(string scope, string resource) => scope switch
    {
        "BestEffort" => resource == "pods",
        "NotBestEffort" or "Terminating" or "NotTerminating" or "PriorityClass" or "CrossNamespacePodAffinity" => s_podResources.Contains(resource),
        _ => true,
    };
}
