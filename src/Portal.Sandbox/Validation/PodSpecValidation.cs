using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of a pod's spec, in a Pod and in every template (kubernetes/pkg/apis/core/validation).</summary>
internal static class PodSpecValidation
{
    public static void Template(JsonObject? template, string path, ErrorList errors)
    {
        MetadataValidation.Labels(template.Obj("metadata", "labels"), path + ".labels", errors);
        MetadataValidation.Annotations(template.Obj("metadata", "annotations"), path + ".annotations", errors);
        Validate(template.Obj("spec"), path + ".spec", errors);
        if (template.Arr("spec", "ephemeralContainers") is { Count: > 0 }) errors.Forbidden(path + ".spec.ephemeralContainers", "ephemeral containers not allowed in pod template");
    }

    public static void Validate(JsonObject? spec, string path, ErrorList errors)
    {
        var volumes = VolumeValidation.Volumes(spec, path + ".volumes", errors);
        var grace = spec.Num("terminationGracePeriodSeconds") ?? 30;
        ContainerValidation.Containers(spec, volumes, path, grace, errors);
        errors.OneOf(path + ".restartPolicy", spec.Str("restartPolicy"), "Always", "OnFailure", "Never");
        errors.OneOf(path + ".dnsPolicy", spec.Str("dnsPolicy"), "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        MetadataValidation.Labels(spec.Obj("nodeSelector"), path + ".nodeSelector", errors);
        HostNetwork(spec, path, errors);
        SecurityValidation.Pod(spec, path + ".securityContext", errors);
        SchedulingValidation.Affinity(spec.Obj("affinity"), path + ".affinity", errors);
        Dns(spec, path + ".dnsConfig", errors);
        foreach (var (i, gate) in spec.Objects("readinessGates").Index())
        {
            var condition = gate.Str("conditionType") ?? "";
            errors.Invalid($"{path}.readinessGates[{i}].conditionType", condition, NameRules.QualifiedName(condition));
        }
        SchedulingValidation.TopologySpread(spec, path + ".topologySpreadConstraints", errors);
        if (spec.Str("serviceAccountName") is { Length: > 0 } account) errors.Invalid(path + ".serviceAccountName", account, NameRules.Dns1123Subdomain(account));
        if (spec.Str("nodeName") is { Length: > 0 } node) errors.Invalid(path + ".nodeName", node, NameRules.Dns1123Subdomain(node));
        if (spec.Num("activeDeadlineSeconds") is { } deadline && deadline is < 1 or > int.MaxValue) errors.Invalid(path + ".activeDeadlineSeconds", deadline, NameRules.Range(1, int.MaxValue));
        if (spec.Str("hostname") is { Length: > 0 } hostname) errors.Invalid(path + ".hostname", hostname, NameRules.Dns1123Label(hostname));
        if (spec.Str("subdomain") is { Length: > 0 } subdomain) errors.Invalid(path + ".subdomain", subdomain, NameRules.Dns1123Label(subdomain));
        SchedulingValidation.Tolerations(spec, path + ".tolerations", errors);
        foreach (var (i, alias) in spec.Objects("hostAliases").Index())
        {
            var ip = alias.Str("ip") ?? "";
            errors.Invalid($"{path}.hostAliases[{i}].ip", ip, NameRules.Ip(ip));
            foreach (var (h, name) in alias.Strings("hostnames").Index()) errors.Invalid($"{path}.hostAliases[{i}].hostnames[{h}]", name, NameRules.Dns1123Subdomain(name));
        }
        if (spec.Str("priorityClassName") is { Length: > 0 } priority) errors.Invalid(path + ".priorityClassName", priority, NameRules.Dns1123Subdomain(priority));
        if (spec.Str("runtimeClassName") is { } runtime) errors.Invalid(path + ".runtimeClassName", runtime, NameRules.Dns1123Subdomain(runtime));
        errors.OptionalOneOf(path + ".preemptionPolicy", spec.Str("preemptionPolicy"), "PreemptLowerPriority", "Never");
    }

    private static void HostNetwork(JsonObject? spec, string path, ErrorList errors)
    {
        if (spec.Flag("hostNetwork") != true) return;
        foreach (var (i, container) in spec.Objects("containers").Index())
        {
            foreach (var (p, port) in container.Objects("ports").Index())
            {
                if ((port.Num("hostPort") ?? 0) != (port.Num("containerPort") ?? 0))
                    errors.Invalid($"{path}.containers[{i}].ports[{p}].containerPort", port.Num("containerPort") ?? 0, "must match `hostPort` when `hostNetwork` is true");
            }
        }
    }

    private static void Dns(JsonObject? spec, string path, ErrorList errors)
    {
        var config = spec.Obj("dnsConfig");
        var servers = config.Strings("nameservers").ToList();
        if (spec.Str("dnsPolicy") == "None")
        {
            if (config is null)
            {
                errors.Required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
                return;
            }
            if (servers.Count == 0)
            {
                errors.Required(path + ".nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None");
                return;
            }
        }
        if (servers.Count > 3) errors.InvalidGo(path + ".nameservers", GoSyntax.Strings(config!["nameservers"]), "must not have more than 3 nameservers");
        foreach (var (i, server) in servers.Index()) errors.Invalid($"{path}.nameservers[{i}]", server, NameRules.Ip(server));
        foreach (var (i, search) in config.Strings("searches").Index()) errors.Invalid($"{path}.searches[{i}]", search, NameRules.Dns1123Subdomain(search.TrimEnd('.')));
        foreach (var (i, option) in config.Objects("options").Index())
        {
            if (string.IsNullOrEmpty(option.Str("name"))) errors.Required($"{path}.options[{i}]", "must not be empty");
        }
    }
}
