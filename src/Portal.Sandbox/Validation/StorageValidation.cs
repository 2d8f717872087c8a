using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of volumes, claims and storage classes.</summary>
internal static class StorageValidation
{
    private static readonly string[] s_modes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

    public static void Claim(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        ClaimSpec(spec, "spec", errors);
        if (old is null) return;
        var before = old.Obj("spec");
        var (changed, kept) = (spec.OrNew(), before.OrNew());
        if (string.IsNullOrEmpty(before.Str("volumeName"))) kept["volumeName"] = changed["volumeName"]?.DeepClone();
        if (string.IsNullOrEmpty(before.Str("storageClassName"))) kept["storageClassName"] = changed["storageClassName"]?.DeepClone();
        var bound = old.Str("status", "phase") == "Bound" || obj.Str("status", "phase") == "Bound";
        if (bound)
        {
            foreach (var copy in (ReadOnlySpan<JsonObject>)[changed, kept])
            {
                copy.Obj("resources", "requests")?.Remove("storage");
                copy.Remove("volumeAttributesClassName");
            }
        }
        Compact(changed);
        Compact(kept);
        if (!JsonExtensions.Same(changed, kept)) errors.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
        if (bound && Quantity.Compare(spec.Str("resources", "requests", "storage"), before.Str("resources", "requests", "storage")) < 0)
            errors.Forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
        errors.Immutable("spec.volumeMode", spec?["volumeMode"], before?["volumeMode"]);
    }

    public static void ClaimSpec(JsonObject? spec, string path, ErrorList errors)
    {
        if (spec.Arr("accessModes") is not { Count: > 0 }) errors.Required(path + ".accessModes", "at least 1 access mode is required");
        MetadataValidation.Selector(spec.Obj("selector"), path + ".selector", errors);
        Modes(spec, path, errors);
        var storage = spec.Str("resources", "requests", "storage");
        if (storage is null) errors.Required(path + ".resources[storage]");
        else if (Quantity.Compare(storage, "0") <= 0) errors.Invalid(path + ".resources[storage]", storage, "must be greater than zero");
        if (spec.Str("storageClassName") is { Length: > 0 } name) errors.Invalid(path + ".storageClassName", name, NameRules.Dns1123Subdomain(name));
        errors.OptionalOneOf(path + ".volumeMode", spec.Str("volumeMode"), "Block", "Filesystem");
        if (spec.Obj("dataSource") is not { } source) return;
        if (string.IsNullOrEmpty(source.Str("name"))) errors.Required(path + ".dataSource.name");
        if (string.IsNullOrEmpty(source.Str("kind"))) errors.Required(path + ".dataSource.kind");
        if (string.IsNullOrEmpty(source.Str("apiGroup")) && source.Str("kind") != "PersistentVolumeClaim") errors.Invalid(path + ".dataSource", source.Str("kind") ?? "", "");
    }

    public static void Volume(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        if (spec.Arr("accessModes") is not { Count: > 0 }) errors.Required("spec.accessModes");
        Modes(spec, "spec", errors);
        var capacity = spec.Obj("capacity");
        if (capacity is not { Count: > 0 }) errors.Required("spec.capacity");
        if (capacity is null || !capacity.ContainsKey("storage") || capacity.Count > 1)
            errors.Add(new("FieldValueNotSupported", "spec.capacity", $"Unsupported value: {(capacity is null ? "core.ResourceList(nil)" : "core.ResourceList{" + string.Join(", ", capacity.Select(p => GoSyntax.Quote(p.Key) + ":" + GoSyntax.Value(p.Value))) + "}")}: supported values: \"storage\""));
        foreach (var (name, quantity) in capacity ?? [])
        {
            if (Quantity.Compare(quantity.Str(), "0") <= 0) errors.Invalid($"spec.capacity[{name}]", quantity, "must be greater than zero");
        }
        errors.OptionalOneOf("spec.persistentVolumeReclaimPolicy", spec.Str("persistentVolumeReclaimPolicy"), "Delete", "Recycle", "Retain");
        if (spec.Obj("nodeAffinity", "required") is { } required) SchedulingValidation.NodeSelector(required, "spec.nodeAffinity.required", errors);
        var sources = spec?.Where(p => p.Value is JsonObject && p.Key is not ("capacity" or "claimRef" or "nodeAffinity")).ToList() ?? [];
        if (sources.Count == 0) errors.Required("spec", "must specify a volume type");
        foreach (var extra in sources.Skip(1)) errors.Forbidden("spec." + extra.Key, "may not specify more than 1 volume type");
        if (spec.Obj("hostPath") is { } host)
        {
            if (string.IsNullOrEmpty(host.Str("path"))) errors.Required("spec.hostPath.path");
            if (host.Str("path") == "/" && spec.Str("persistentVolumeReclaimPolicy") == "Recycle") errors.Forbidden("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'");
        }
        if (spec.Obj("local") is not null && spec.Obj("nodeAffinity", "required") is null) errors.Required("spec.nodeAffinity", "Local volume requires node affinity");
        if (spec.Str("storageClassName") is { Length: > 0 } storageClass) errors.Invalid("spec.storageClassName", storageClass, NameRules.Dns1123Subdomain(storageClass));
        errors.OptionalOneOf("spec.volumeMode", spec.Str("volumeMode"), "Block", "Filesystem");
        if (old is null) return;
        foreach (var (key, value) in sources)
        {
            if (!JsonExtensions.Same(value, old.At("spec", key))) errors.Forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation");
        }
        errors.Immutable("spec.volumeMode", spec?["volumeMode"], old.At("spec", "volumeMode"));
    }

    public static void Class(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var provisioner = obj.Str("provisioner") ?? "";
        if (old is not null)
        {
            if (!JsonExtensions.Same(Empty(obj["parameters"]), Empty(old["parameters"]))) errors.Forbidden("parameters", "updates to parameters are forbidden.");
            if (provisioner != old.Str("provisioner")) errors.Forbidden("provisioner", "updates to provisioner are forbidden.");
            if (obj.Str("reclaimPolicy") != old.Str("reclaimPolicy")) errors.Forbidden("reclaimPolicy", "updates to reclaimPolicy are forbidden.");
            errors.Immutable("volumeBindingMode", obj["volumeBindingMode"], old["volumeBindingMode"]);
        }
        if (provisioner.Length == 0) errors.Required("provisioner");
        else errors.Invalid("provisioner", provisioner, NameRules.QualifiedName(provisioner.ToLowerInvariant()));
        errors.OptionalOneOf("reclaimPolicy", obj.Str("reclaimPolicy"), "Delete", "Retain");
        errors.OptionalOneOf("volumeBindingMode", obj.Str("volumeBindingMode"), "Immediate", "WaitForFirstConsumer");
    }

    private static void Modes(JsonObject? spec, string path, ErrorList errors)
    {
        var modes = spec.Strings("accessModes").ToList();
        foreach (var mode in modes) errors.OptionalOneOf(path + ".accessModes", mode, s_modes);
        if (modes.Count > 1 && modes.Contains("ReadWriteOncePod")) errors.Forbidden(path + ".accessModes", "may not use ReadWriteOncePod with other access modes");
    }

    private static JsonObject OrNew(this JsonObject? obj) => obj?.Copy() ?? [];

    private static JsonNode? Empty(JsonNode? node) => node is JsonObject { Count: 0 } ? null : node;

    /// <summary>A property set to null counts as absent.</summary>
    private static void Compact(JsonObject obj)
    {
        foreach (var name in obj.Where(p => p.Value is null).Select(p => p.Key).ToList()) obj.Remove(name);
    }
}
