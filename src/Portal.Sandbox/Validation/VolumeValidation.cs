using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of a pod's volumes and of where containers mount them.</summary>
internal static class VolumeValidation
{
    private const string FileMode = "must be a number between 0 and 0777 (octal), both inclusive";

    private static readonly string[] s_hostPathTypes = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

    /// <summary>Checks the volumes of a pod's spec and answers the valid ones by name.</summary>
    public static IReadOnlyDictionary<string, JsonObject> Volumes(JsonObject? spec, string path, ErrorList errors)
    {
        var valid = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var (i, volume) in spec.Objects("volumes").Index())
        {
            var at = $"{path}[{i}]";
            var before = errors.Count;
            Source(volume, at, errors);
            var name = volume.Str("name") ?? "";
            if (name.Length == 0) errors.Required(at + ".name");
            else errors.Invalid(at + ".name", name, NameRules.Dns1123Label(name));
            if (valid.ContainsKey(name)) errors.Duplicate(at + ".name", name);
            if (errors.Count == before) valid[name] = volume;
        }
        return valid;
    }

    public static void Mounts(JsonObject container, IReadOnlyDictionary<string, JsonObject> volumes, string path, ErrorList errors)
    {
        var mountPaths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, mount) in container.Objects("volumeMounts").Index())
        {
            var at = $"{path}.volumeMounts[{i}]";
            var name = mount.Str("name") ?? "";
            var mountPath = mount.Str("mountPath") ?? "";
            if (name.Length == 0) errors.Required(at + ".name");
            if (!volumes.ContainsKey(name)) errors.NotFound(at + ".name", name);
            if (mountPath.Length == 0) errors.Required(at + ".mountPath");
            if (!mountPaths.Add(mountPath)) errors.Invalid(at + ".mountPath", mountPath, "must be unique");
            if (mount.Str("subPath") is { Length: > 0 } sub) Descending(sub, $"{path}.volumeMounts.subPath", errors);
            if (mount.Str("subPathExpr") is { Length: > 0 } expression)
            {
                if (mount.Str("subPath") is { Length: > 0 }) errors.Invalid(at + ".subPathExpr", expression, "subPathExpr and subPath are mutually exclusive");
                Descending(expression, $"{path}.volumeMounts.subPathExpr", errors);
            }
            if (mount.Str("mountPropagation") is not { } propagation) continue;
            errors.OptionalOneOf($"{path}.volumeMounts.mountPropagation", propagation, "Bidirectional", "HostToContainer", "None");
            if (propagation == "Bidirectional" && container.Flag("securityContext", "privileged") != true)
                errors.Forbidden($"{path}.volumeMounts.mountPropagation", "Bidirectional mount propagation is available only to privileged containers");
        }
        foreach (var (i, device) in container.Objects("volumeDevices").Index())
        {
            var at = $"{path}.volumeDevices[{i}]";
            var name = device.Str("name") ?? "";
            if (name.Length == 0) errors.Required(at + ".name");
            if (!volumes.TryGetValue(name, out var volume)) errors.NotFound(at + ".name", name);
            else if (!volume.ContainsKey("persistentVolumeClaim") && !volume.ContainsKey("ephemeral")) errors.Invalid(at + ".name", name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
            if (string.IsNullOrEmpty(device.Str("devicePath"))) errors.Required(at + ".devicePath");
        }
    }

    /// <summary>A path below some directory.</summary>
    public static void Descending(string value, string path, ErrorList errors)
    {
        if (value.StartsWith('/')) errors.Invalid(path, value, "must be a relative path");
        if (value.Split('/').Contains("..")) errors.Invalid(path, value, "must not contain '..'");
    }

    private static void Source(JsonObject volume, string path, ErrorList errors)
    {
        var count = 0;
        foreach (var (type, value) in volume)
        {
            if (type == "name" || value is not JsonObject source) continue;
            if (count++ > 0)
            {
                errors.Forbidden($"{path}.{type}", "may not specify more than 1 volume type");
                continue;
            }
            var at = $"{path}.{type}";
            switch (type)
            {
                case "hostPath":
                    var host = source.Str("path") ?? "";
                    if (host.Length == 0) errors.Required(at + ".path");
                    else if (host.Split('/').Contains("..")) errors.Invalid(at + ".path", host, "must not contain '..'");
                    errors.OptionalOneOf(at + ".type", source.Str("type"), s_hostPathTypes);
                    break;
                case "secret" or "configMap":
                    var name = type == "secret" ? "secretName" : "name";
                    if (string.IsNullOrEmpty(source.Str(name))) errors.Required($"{at}.{name}");
                    Mode(source["defaultMode"], at + ".defaultMode", errors);
                    Items(source, at + ".items", errors);
                    break;
                case "persistentVolumeClaim":
                    if (string.IsNullOrEmpty(source.Str("claimName"))) errors.Required(at + ".claimName");
                    break;
                case "nfs":
                    if (string.IsNullOrEmpty(source.Str("server"))) errors.Required(at + ".server");
                    if (string.IsNullOrEmpty(source.Str("path"))) errors.Required(at + ".path");
                    if (source.Str("path")?.StartsWith('/') != true) errors.Invalid(at + ".path", source.Str("path") ?? "", "must be an absolute path");
                    break;
                case "downwardAPI":
                    Mode(source["defaultMode"], at + ".defaultMode", errors);
                    foreach (var file in source.Objects("items")) DownwardFile(file, at, errors);
                    break;
                case "projected": Projected(source, at, errors); break;
                case "csi":
                    if (string.IsNullOrEmpty(source.Str("driver"))) errors.Required(at + ".driver");
                    break;
                case "ephemeral":
                    if (source.Obj("volumeClaimTemplate") is not { } claim) errors.Required(at + ".volumeClaimTemplate");
                    else StorageValidation.ClaimSpec(claim.Obj("spec"), at + ".volumeClaimTemplate.spec", errors);
                    break;
            }
        }
        if (count == 0) errors.Required(path, "must specify a volume type");
    }

    private static void Projected(JsonObject source, string path, ErrorList errors)
    {
        Mode(source["defaultMode"], path + ".defaultMode", errors);
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, projection) in source.Objects("sources").Index())
        {
            var at = $"{path}.sources[{i}]";
            foreach (var kind in (ReadOnlySpan<string>)["secret", "configMap"])
            {
                if (projection.Obj(kind) is not { } keys) continue;
                if (string.IsNullOrEmpty(keys.Str("name"))) errors.Required($"{at}.{kind}.name");
                Items(keys, $"{at}.{kind}.items", errors);
                foreach (var item in keys.Objects("items").Select(x => x.Str("path") ?? ""))
                {
                    if (item.Length > 0 && !paths.Add(item)) errors.Invalid(path, keys.Str("name") ?? "", "conflicting duplicate paths");
                }
            }
            foreach (var file in projection.Objects("downwardAPI", "items"))
            {
                DownwardFile(file, at + ".downwardAPI", errors);
                if (file.Str("path") is { Length: > 0 } name && !paths.Add(name)) errors.Invalid(path, name, "conflicting duplicate paths");
            }
            if (projection.Obj("serviceAccountToken") is { } token)
            {
                if (token.Num("expirationSeconds") is < 600 and var seconds) errors.Invalid(at + ".serviceAccountToken.expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
                if (string.IsNullOrEmpty(token.Str("path"))) errors.Required(path + ".path");
            }
            var sources = projection.Count(p => p.Value is JsonObject);
            if (sources > 1) errors.Forbidden(at, "may not specify more than 1 volume type per source");
            else if (sources == 0) errors.Required(at, "must specify a volume type");
        }
    }

    private static void DownwardFile(JsonObject file, string path, ErrorList errors)
    {
        if (string.IsNullOrEmpty(file.Str("path"))) errors.Required(path + ".path");
        NonReserved(file.Str("path") ?? "", path + ".path", errors);
        if (file.Obj("fieldRef") is { } field)
        {
            EnvironmentValidation.VolumeField(field, path + ".fieldRef", errors);
            if (file.ContainsKey("resourceFieldRef")) errors.Invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
        }
        else if (file.Obj("resourceFieldRef") is { } resource) EnvironmentValidation.Resource(resource, volume: true, path + ".resourceFieldRef", errors);
        else errors.Required(path, "one of fieldRef and resourceFieldRef is required");
        Mode(file["mode"], path + ".mode", errors);
    }

    private static void Items(JsonObject source, string path, ErrorList errors)
    {
        foreach (var (i, item) in source.Objects("items").Index())
        {
            if (string.IsNullOrEmpty(item.Str("key"))) errors.Required($"{path}[{i}].key");
            if (string.IsNullOrEmpty(item.Str("path"))) errors.Required($"{path}[{i}].path");
            NonReserved(item.Str("path") ?? "", $"{path}[{i}].path", errors);
            Mode(item["mode"], $"{path}[{i}].mode", errors);
        }
    }

    private static void NonReserved(string value, string path, ErrorList errors)
    {
        Descending(value, path, errors);
        if (value.StartsWith("..", StringComparison.Ordinal) && !value.StartsWith("../", StringComparison.Ordinal)) errors.Invalid(path, value, "must not start with '..'");
    }

    private static void Mode(JsonNode? mode, string path, ErrorList errors)
    {
        if (mode.Num() is { } number && number is < 0 or > 511) errors.Invalid(path, number, FileMode);
    }
}
