using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of containers, init containers and ephemeral containers.</summary>
internal static class ContainerValidation
{
    public static void Containers(JsonObject? spec, IReadOnlyDictionary<string, JsonObject> volumes, string path, long grace, ErrorList errors)
    {
        var containers = spec.Objects("containers").ToList();
        if (containers.Count == 0) errors.Required(path + ".containers");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, container) in containers.Index())
        {
            var at = $"{path}.containers[{i}]";
            Common(container, at, volumes, names, errors);
            if (container.Obj("lifecycle") is { } lifecycle) HandlerValidation.Lifecycle(lifecycle, at + ".lifecycle", grace, errors);
            HandlerValidation.Probes(container, at, grace, errors);
            if (container.Str("restartPolicy") is { Length: > 0 }) errors.Forbidden(at + ".restartPolicy", "may not be set for non-init containers");
        }
        HostPorts(containers, path + ".containers", errors);
        foreach (var (i, container) in spec.Objects("initContainers").Index())
        {
            var at = $"{path}.initContainers[{i}]";
            Common(container, at, volumes, names, errors);
            Init(container, at, grace, errors);
            HostPorts([container], path + ".initContainers", errors);
        }
        Ephemeral(spec, volumes, names, path + ".ephemeralContainers", errors);
    }

    private static void Common(JsonObject c, string path, IReadOnlyDictionary<string, JsonObject> volumes, HashSet<string> names, ErrorList errors)
    {
        var name = c.Str("name") ?? "";
        if (name.Length == 0) errors.Required(path + ".name");
        else
        {
            errors.Invalid(path + ".name", name, NameRules.Dns1123Label(name));
            if (!names.Add(name)) errors.Duplicate(path + ".name", name);
        }
        var image = c.Str("image") ?? "";
        if (image.Length == 0) errors.Required(path + ".image");
        else if (image.Trim().Length != image.Length) errors.Invalid(path + ".image", image, "must not have leading or trailing whitespace");
        if (c.Str("terminationMessagePolicy") is { } policy && policy is not ("File" or "FallbackToLogsOnError"))
            errors.Invalid(path + ".terminationMessagePolicy", policy, "must be 'File' or 'FallbackToLogsOnError'");
        Ports(c, path + ".ports", errors);
        EnvironmentValidation.Validate(c, path, errors);
        VolumeValidation.Mounts(c, volumes, path, errors);
        errors.OneOf(path + ".imagePullPolicy", c.Str("imagePullPolicy"), "Always", "IfNotPresent", "Never");
        ResourceValidation.Requirements(c.Obj("resources"), path + ".resources", errors);
        SecurityValidation.Container(c.Obj("securityContext"), path + ".securityContext", errors);
    }

    private static void Init(JsonObject c, string path, long grace, ErrorList errors)
    {
        var restart = c.Str("restartPolicy");
        errors.OptionalOneOf(path + ".restartPolicy", restart, "Always");
        if (restart == "Always")
        {
            if (c.Obj("lifecycle") is { } hooks) HandlerValidation.Lifecycle(hooks, path + ".lifecycle", grace, errors);
            HandlerValidation.Probes(c, path, grace, errors);
            return;
        }
        if (c.ContainsKey("lifecycle")) errors.Forbidden(path + ".lifecycle", "may not be set for init containers without restartPolicy=Always");
        foreach (var probe in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (c.ContainsKey(probe)) errors.Forbidden($"{path}.{probe}", "may not be set for init containers without restartPolicy=Always");
        }
    }

    private static void Ports(JsonObject c, string path, ErrorList errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, port) in c.Objects("ports").Index())
        {
            var at = $"{path}[{i}]";
            if (port.Str("name") is { Length: > 0 } name)
            {
                var before = errors.Count;
                errors.Invalid(at + ".name", name, NameRules.PortName(name));
                if (errors.Count == before && !names.Add(name)) errors.Duplicate(at + ".name", name);
            }
            var number = port.Num("containerPort") ?? 0;
            if (number == 0) errors.Required(at + ".containerPort");
            else if (number is < 1 or > 65535) errors.Invalid(at + ".containerPort", number, NameRules.Range(1, 65535));
            if (port.Num("hostPort") is { } host && host != 0 && host is < 1 or > 65535) errors.Invalid(at + ".hostPort", host, NameRules.Range(1, 65535));
            errors.OneOf(at + ".protocol", port.Str("protocol"), "SCTP", "TCP", "UDP");
        }
    }

    private static void HostPorts(IReadOnlyList<JsonObject> containers, string path, ErrorList errors)
    {
        HashSet<string>? used = null;
        foreach (var (i, container) in containers.Index())
        {
            foreach (var (p, port) in container.Objects("ports").Index())
            {
                if (port.Num("hostPort") is not > 0 and not < 0) continue;
                var key = $"{port.Str("protocol")}/{port.Str("hostIP")}/{port.Num("hostPort")}";
                if (!(used ??= new(StringComparer.Ordinal)).Add(key)) errors.Duplicate($"{path}[{i}].ports[{p}].hostPort", key);
            }
        }
    }

    private static void Ephemeral(JsonObject? spec, IReadOnlyDictionary<string, JsonObject> volumes, HashSet<string> names, string path, ErrorList errors)
    {
        var targets = names.ToHashSet(StringComparer.Ordinal);
        foreach (var (i, container) in spec.Objects("ephemeralContainers").Index())
        {
            var at = $"{path}[{i}]";
            if (string.IsNullOrEmpty(container.Str("name")))
            {
                errors.Required(at + ".name");
                continue;
            }
            Common(container, at, volumes, names, errors);
            if (container.Str("targetContainerName") is { Length: > 0 } target && !targets.Contains(target)) errors.NotFound(at + ".targetContainerName", target);
            foreach (var field in (ReadOnlySpan<string>)["lifecycle", "livenessProbe", "ports", "readinessProbe", "startupProbe"])
            {
                if (container.ContainsKey(field)) errors.Forbidden($"{at}.{field}", "cannot be set for an Ephemeral Container");
            }
            if (container.Obj("resources") is { Count: > 0 }) errors.Forbidden(at + ".resources", "cannot be set for an Ephemeral Container");
        }
    }
}
