using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of <c>env</c> and <c>envFrom</c>, and of references to fields of the pod.</summary>
internal static class EnvironmentValidation
{
    private static readonly string[] s_sources = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
    private static readonly string[] s_envFields = ["metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"];
    private static readonly string[] s_volumeFields = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
    private static readonly string[] s_resources = ["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];

    /// <summary>Fields that exist but that this use does not support, besides the lists above.</summary>
    private static readonly string[] s_known = ["spec.restartPolicy", "spec.schedulerName", "status.phase", "status.nominatedNodeName", "spec.hostNetwork"];

    public static void Validate(JsonObject container, string path, ErrorList errors)
    {
        foreach (var (i, variable) in container.Objects("env").Index())
        {
            var at = $"{path}.env[{i}]";
            var name = variable.Str("name") ?? "";
            if (name.Length == 0) errors.Required(at + ".name");
            else errors.Invalid(at + ".name", name, NameRules.EnvironmentName(name));
            if (variable.Obj("valueFrom") is { } source) ValueFrom(variable, source, at + ".valueFrom", errors);
        }
        foreach (var (i, source) in container.Objects("envFrom").Index())
        {
            var at = $"{path}.envFrom[{i}]";
            if (source.Str("prefix") is { Length: > 0 } prefix) errors.Invalid(at + ".prefix", prefix, NameRules.EnvironmentName(prefix));
            var count = 0;
            foreach (var kind in (ReadOnlySpan<string>)["configMapRef", "secretRef"])
            {
                if (source.Obj(kind) is not { } reference) continue;
                count++;
                var name = reference.Str("name") ?? "";
                if (name.Length == 0) errors.Required($"{at}.{kind}.name");
                else errors.Invalid($"{at}.{kind}.name", name, NameRules.Dns1123Subdomain(name));
            }
            if (count == 0) errors.Invalid(path + ".envFrom", "", "must specify one of: `configMapRef` or `secretRef`");
            else if (count > 1) errors.Invalid(path + ".envFrom", "", "may not have more than one field specified at a time");
        }
    }

    public static void VolumeField(JsonObject reference, string path, ErrorList errors) => Field(reference, s_volumeFields, path, errors);

    public static void Resource(JsonObject reference, bool volume, string path, ErrorList errors)
    {
        var resource = reference.Str("resource") ?? "";
        if (volume && string.IsNullOrEmpty(reference.Str("containerName"))) errors.Required(path + ".containerName");
        else if (resource.Length == 0) errors.Required(path + ".resource");
        else if (!s_resources.Contains(resource) && !resource.StartsWith("limits.hugepages-", StringComparison.Ordinal) && !resource.StartsWith("requests.hugepages-", StringComparison.Ordinal))
            errors.NotSupported(path + ".resource", resource, s_resources);
        Divisor(resource, reference.Str("divisor"), path + ".divisor", errors);
    }

    private static void ValueFrom(JsonObject variable, JsonObject source, string path, ErrorList errors)
    {
        if (source.Obj("fieldRef") is { } field) Field(field, s_envFields, path + ".fieldRef", errors);
        if (source.Obj("resourceFieldRef") is { } resource) Resource(resource, volume: false, path + ".resourceFieldRef", errors);
        foreach (var kind in (ReadOnlySpan<string>)["configMapKeyRef", "secretKeyRef"])
        {
            if (source.Obj(kind) is not { } reference) continue;
            var name = reference.Str("name") ?? "";
            errors.Invalid($"{path}.{kind}.name", name, NameRules.Dns1123Subdomain(name));
            var key = reference.Str("key") ?? "";
            if (key.Length == 0) errors.Required($"{path}.{kind}.key");
            else errors.Invalid($"{path}.{kind}.key", key, NameRules.ConfigKey(key));
        }
        var count = s_sources.Count(source.ContainsKey);
        if (count == 0) errors.Invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
        else if (variable.Str("value") is { Length: > 0 }) errors.Invalid(path, "", "may not be specified when `value` is not empty");
        else if (count > 1) errors.Invalid(path, "", "may not have more than one field specified at a time");
    }

    private static void Field(JsonObject reference, string[] supported, string path, ErrorList errors)
    {
        var field = reference.Str("fieldPath") ?? "";
        if (string.IsNullOrEmpty(reference.Str("apiVersion"))) errors.Required(path + ".apiVersion");
        else if (field.Length == 0) errors.Required(path + ".fieldPath");
        else if (field.EndsWith("']", StringComparison.Ordinal) && field.IndexOf("['", StringComparison.Ordinal) is > 0 and var start)
        {
            var (of, key) = (field[..start], field[(start + 2)..^2]);
            if (of == "metadata.annotations") errors.Invalid(path, key, NameRules.QualifiedName(key.ToLowerInvariant()));
            else if (of == "metadata.labels") errors.Invalid(path, key, NameRules.QualifiedName(key));
            else errors.Invalid(path, of, "does not support subscript");
        }
        else if (!supported.Contains(field))
        {
            if (s_envFields.Contains(field) || s_volumeFields.Contains(field) || s_known.Contains(field)) errors.NotSupported(path + ".fieldPath", field, supported);
            else errors.Invalid(path + ".fieldPath", field, $"error converting fieldPath: field label not supported: {field}");
        }
    }

    private static void Divisor(string resource, string? divisor, string path, ErrorList errors)
    {
        if (divisor is null or "0") return;
        if (resource is "limits.cpu" or "requests.cpu")
        {
            if (divisor is not ("1m" or "1")) errors.Invalid(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource");
        }
        else if (resource is "limits.memory" or "requests.memory" or "limits.ephemeral-storage" or "requests.ephemeral-storage"
            && divisor is not ("1" or "1k" or "1M" or "1G" or "1T" or "1P" or "1E" or "1Ki" or "1Mi" or "1Gi" or "1Ti" or "1Pi" or "1Ei"))
        {
            var what = resource.EndsWith("memory", StringComparison.Ordinal) ? "memory" : "local ephemeral storage";
            errors.Invalid(path, resource, $"only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the {what} resource");
        }
    }
}
