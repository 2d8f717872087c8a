using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Api;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of what says where a pod may run: affinity, tolerations, topology spread; and of taints.</summary>
internal static class SchedulingValidation
{
    private const string Weight = "must be in the range 1-100";

    public static void Affinity(JsonObject? affinity, string path, ErrorList errors)
    {
        if (affinity is null) return;
        if (affinity.Obj("nodeAffinity") is { } node)
        {
            var at = path + ".nodeAffinity";
            if (node.Obj("requiredDuringSchedulingIgnoredDuringExecution") is { } required) NodeSelector(required, at + ".requiredDuringSchedulingIgnoredDuringExecution", errors);
            foreach (var (i, term) in node.Objects("preferredDuringSchedulingIgnoredDuringExecution").Index())
            {
                var itemPath = $"{at}.preferredDuringSchedulingIgnoredDuringExecution[{i}]";
                if (term.Num("weight") is not (>= 1 and <= 100)) errors.Invalid(itemPath + ".weight", term.Num("weight") ?? 0, Weight);
                NodeTerm(term.Obj("preference"), itemPath + ".preference", errors);
            }
        }
        foreach (var name in (ReadOnlySpan<string>)["podAffinity", "podAntiAffinity"])
        {
            if (affinity.Obj(name) is not { } pods) continue;
            foreach (var (i, term) in pods.Objects("requiredDuringSchedulingIgnoredDuringExecution").Index()) PodTerm(term, $"{path}.{name}.requiredDuringSchedulingIgnoredDuringExecution[{i}]", errors);
            foreach (var (i, term) in pods.Objects("preferredDuringSchedulingIgnoredDuringExecution").Index())
            {
                var at = $"{path}.{name}.preferredDuringSchedulingIgnoredDuringExecution[{i}]";
                if (term.Num("weight") is not (>= 1 and <= 100)) errors.Invalid(at + ".weight", term.Num("weight") ?? 0, Weight);
                PodTerm(term.Obj("podAffinityTerm"), at + ".podAffinityTerm", errors);
            }
        }
    }

    public static void NodeSelector(JsonObject selector, string path, ErrorList errors)
    {
        if (selector.Arr("nodeSelectorTerms") is not { Count: > 0 }) errors.Required(path + ".nodeSelectorTerms", "must have at least one node selector term");
        foreach (var (i, term) in selector.Objects("nodeSelectorTerms").Index()) NodeTerm(term, $"{path}.nodeSelectorTerms[{i}]", errors);
    }

    public static void Tolerations(JsonObject? spec, string path, ErrorList errors)
    {
        foreach (var (i, toleration) in spec.Objects("tolerations").Index())
        {
            var at = $"{path}[{i}]";
            var (key, value, effect) = (toleration.Str("key") ?? "", toleration.Str("value") ?? "", toleration.Str("effect") ?? "");
            var op = toleration.Str("operator") ?? "";
            if (key.Length > 0) errors.Invalid(at + ".key", key, NameRules.QualifiedName(key));
            else if (op != "Exists") errors.Invalid(at + ".operator", op, "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
            if (toleration.ContainsKey("tolerationSeconds") && effect != "NoExecute") errors.Invalid(at + ".effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
            if (op is "Equal" or "")
            {
                if (string.Join(';', NameRules.LabelValue(value)) is { Length: > 0 } problem) errors.Invalid(at + ".operator", value, problem);
            }
            else if (op != "Exists") errors.NotSupported(at + ".operator", op, "Equal", "Exists");
            else if (value.Length > 0) errors.InvalidGo(at + ".operator", $"core.Toleration{{Key:{GoSyntax.Quote(key)}, Operator:\"Exists\", Value:{GoSyntax.Quote(value)}, Effect:{GoSyntax.Quote(effect)}, TolerationSeconds:(*int64)(nil)}}", "value must be empty when `operator` is 'Exists'");
            if (effect.Length > 0) errors.OptionalOneOf(at + ".effect", effect, "NoSchedule", "PreferNoSchedule", "NoExecute");
        }
    }

    public static void Taints(JsonObject? spec, string path, ErrorList errors)
    {
        var seen = new HashSet<(string, string)>();
        foreach (var (i, taint) in spec.Objects("taints").Index())
        {
            var at = $"{path}[{i}]";
            var (key, value, effect) = (taint.Str("key") ?? "", taint.Str("value") ?? "", taint.Str("effect") ?? "");
            errors.Invalid(at + ".key", key, NameRules.QualifiedName(key));
            if (string.Join(';', NameRules.LabelValue(value)) is { Length: > 0 } problem) errors.Invalid(at + ".value", value, problem);
            errors.OneOf(at + ".effect", effect, "NoSchedule", "PreferNoSchedule", "NoExecute");
            if (!seen.Add((key, effect))) errors.Add(new FieldError("FieldValueDuplicate", at, $"Duplicate value: core.Taint{{Key:{GoSyntax.Quote(key)}, Value:{GoSyntax.Quote(value)}, Effect:{GoSyntax.Quote(effect)}, TimeAdded:<nil>}}: taints must be unique by key and effect pair"));
        }
    }

    public static void TopologySpread(JsonObject? spec, string path, ErrorList errors)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (i, constraint) in spec.Objects("topologySpreadConstraints").Index())
        {
            var at = $"{path}[{i}]";
            if (constraint.Num("maxSkew") is not > 0) errors.Invalid(at + ".maxSkew", constraint.Num("maxSkew") ?? 0, "must be greater than zero");
            var key = constraint.Str("topologyKey") ?? "";
            if (key.Length == 0) errors.Required(at + ".topologyKey", "can not be empty");
            else errors.Invalid(at + ".topologyKey", key, NameRules.QualifiedName(key));
            var when = constraint.Str("whenUnsatisfiable") ?? "";
            if (when is not ("DoNotSchedule" or "ScheduleAnyway")) errors.NotSupported(at + ".whenUnsatisfiable", when, "DoNotSchedule", "ScheduleAnyway");
            var pair = $"{{{key}, {when}}}";
            if (seen.TryGetValue(pair, out var first)) errors.Duplicate($"{path}[{first}].{{topologyKey, whenUnsatisfiable}}", pair);
            seen[pair] = i;
            if (constraint.Num("minDomains") is { } domains)
            {
                if (domains <= 0) errors.Invalid(at + ".minDomains", domains, "must be greater than zero");
                if (when != "DoNotSchedule") errors.Invalid(at + ".minDomains", domains, "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + when);
            }
            errors.OptionalOneOf(at + ".nodeAffinityPolicy", constraint.Str("nodeAffinityPolicy"), "Honor", "Ignore");
            errors.OptionalOneOf(at + ".nodeTaintsPolicy", constraint.Str("nodeTaintsPolicy"), "Honor", "Ignore");
            MetadataValidation.Selector(constraint.Obj("labelSelector"), at + ".labelSelector", errors);
        }
    }

    private static void NodeTerm(JsonObject? term, string path, ErrorList errors)
    {
        foreach (var (i, requirement) in term.Objects("matchExpressions").Index())
        {
            var at = $"{path}.matchExpressions[{i}]";
            var count = requirement.Arr("values")?.Count ?? 0;
            switch (requirement.Str("operator"))
            {
                case "In" or "NotIn":
                    if (count == 0) errors.Required(at + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
                    break;
                case "Exists" or "DoesNotExist":
                    if (count > 0) errors.Forbidden(at + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    break;
                case "Gt" or "Lt":
                    if (count != 1) errors.Required(at + ".values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
                    break;
                default:
                    errors.Invalid(at + ".operator", requirement.Str("operator") ?? "", "not a valid selector operator");
                    break;
            }
            var key = requirement.Str("key") ?? "";
            errors.Invalid(at + ".key", key, NameRules.QualifiedName(key));
        }
        foreach (var (i, requirement) in term.Objects("matchFields").Index())
        {
            var at = $"{path}.matchFields[{i}]";
            if (requirement.Str("operator") is not ("In" or "NotIn")) errors.Invalid(at + ".operator", requirement.Str("operator") ?? "", "not a valid selector operator");
            else if (requirement.Arr("values") is not { Count: 1 }) errors.Required(at + ".values", "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
            if (requirement.Str("key") != "metadata.name") errors.Invalid(at + ".key", requirement.Str("key") ?? "", "not a valid field selector key");
        }
    }

    private static void PodTerm(JsonObject? term, string path, ErrorList errors)
    {
        MetadataValidation.Selector(term.Obj("labelSelector"), path + ".labelSelector", errors);
        MetadataValidation.Selector(term.Obj("namespaceSelector"), path + ".namespaceSelector", errors);
        foreach (var ns in term.Strings("namespaces")) errors.Invalid(path + ".namespace", ns, NameRules.Dns1123Label(ns));
        var key = term.Str("topologyKey") ?? "";
        if (key.Length == 0) errors.Required(path + ".topologyKey", "can not be empty");
        errors.Invalid(path + ".topologyKey", key, NameRules.QualifiedName(key));
    }
}
