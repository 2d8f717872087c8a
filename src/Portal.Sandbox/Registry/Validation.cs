using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Registry;

/// <summary>Rules of the built-in kinds (kubernetes/pkg/apis/*/validation), in upstream's order and words.</summary>
internal static class Validation
{
    public static List<FieldError> Validate(ResourceType type, JsonObject obj, JsonObject? old)
    {
        var errors = new List<FieldError>();
        NameRules.Metadata(type, obj, errors);
        if (type.Custom is not null) errors.AddRange(CustomResourceValidator.Validate(obj, type.Schema));
        switch (type.Resource)
        {
            case "pods": Pod(obj, old, errors); break;
            case "services": Service(obj, old, errors); break;
            case "deployments.apps" or "replicasets.apps" or "statefulsets.apps" or "daemonsets.apps": Workload(obj, old, errors); break;
            case "jobs.batch": PodTemplate(obj.Obj("spec", "template"), "spec.template", errors, job: true); break;
            case "configmaps" or "secrets": Immutable(obj, old, errors); Keys(obj, errors); break;
            case "customresourcedefinitions.apiextensions.k8s.io": Definition(obj, errors); break;
        }
        return errors;
    }

    private static void Pod(JsonObject pod, JsonObject? old, List<FieldError> errors)
    {
        PodSpec(pod.Obj("spec"), "spec", errors);
        if (old is null) return;
        var before = Mutable(old.Obj("spec"));
        var after = Mutable(pod.Obj("spec"));
        if (!JsonExtensions.Same(before, after))
            errors.Add(FieldError.Forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"));
    }

    private static JsonObject? Mutable(JsonObject? spec)
    {
        if (spec is null) return null;
        var copy = spec.Copy();
        foreach (var name in (ReadOnlySpan<string>)["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "ephemeralContainers", "nodeName"]) copy.Remove(name);
        foreach (var c in copy.Objects("containers").Concat(copy.Objects("initContainers")))
        {
            c.Remove("image");
            c.Remove("resources");
        }
        return copy;
    }

    private static void Workload(JsonObject obj, JsonObject? old, List<FieldError> errors)
    {
        if (obj.Num("spec", "replicas") is < 0 and var n) errors.Add(FieldError.Invalid("spec.replicas", n, "must be greater than or equal to 0"));
        var selector = obj.Obj("spec", "selector");
        if (selector is null || selector.Count == 0) errors.Add(selector is null ? FieldError.Required("spec.selector") : FieldError.InvalidRaw("spec.selector", "{}", "empty selector is invalid for deployment"));
        else if (!Selectors.Matches(selector, obj.Map("spec", "template", "metadata", "labels")))
            errors.Add(FieldError.InvalidRaw("spec.template.metadata.labels", GoMap(obj.Map("spec", "template", "metadata", "labels")), "`selector` does not match template `labels`"));
        PodTemplate(obj.Obj("spec", "template"), "spec.template", errors);
        if (old is not null && !JsonExtensions.Same(selector, old.Obj("spec", "selector")))
            errors.Add(FieldError.InvalidRaw("spec.selector", GoSelector(selector), "field is immutable"));
    }

    private static void PodTemplate(JsonObject? template, string path, List<FieldError> errors, bool job = false)
    {
        NameRules.Labels(template.Obj("metadata", "labels"), path + ".labels", errors);
        PodSpec(template.Obj("spec"), path + ".spec", errors);
        var restart = template.Str("spec", "restartPolicy");
        if (job && restart == "Always") errors.Add(FieldError.Required(path + ".spec.restartPolicy", "valid values: \"OnFailure\", \"Never\""));
        else if (!job && restart is "OnFailure" or "Never") errors.Add(FieldError.NotSupported(path + ".spec.restartPolicy", restart, ["Always"]));
    }

    private static void PodSpec(JsonObject? spec, string path, List<FieldError> errors)
    {
        var volumes = spec.Objects("volumes").Select(v => v.Str("name")).ToHashSet();
        if (spec.Arr("containers") is not { Count: > 0 }) errors.Add(FieldError.Required(path + ".containers"));
        var names = new HashSet<string?>();
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            var i = 0;
            foreach (var c in spec.Objects(list)) Container(c, $"{path}.{list}[{i++}]", names, volumes, errors);
        }
        if (spec.Str("restartPolicy") is { } restart && restart is not ("Always" or "OnFailure" or "Never"))
            errors.Add(FieldError.NotSupported(path + ".restartPolicy", restart, ["Always", "OnFailure", "Never"]));
    }

    private static void Container(JsonObject c, string path, HashSet<string?> names, HashSet<string?> volumes, List<FieldError> errors)
    {
        var name = c.Str("name") ?? "";
        if (name.Length == 0) errors.Add(FieldError.Required(path + ".name"));
        else if (!NameRules.IsDns1123Label(name)) errors.Add(FieldError.Invalid(path + ".name", name, NameRules.Dns1123Label));
        else if (!names.Add(name)) errors.Add(FieldError.Duplicate(path + ".name", name));
        if (string.IsNullOrEmpty(c.Str("image"))) errors.Add(FieldError.Required(path + ".image"));
        var i = 0;
        foreach (var port in c.Objects("ports"))
        {
            var portPath = $"{path}.ports[{i++}]";
            if (port.Num("containerPort") is not { } number) errors.Add(FieldError.Required(portPath + ".containerPort"));
            else if (number is < 1 or > 65535) errors.Add(FieldError.Invalid(portPath + ".containerPort", number, "must be between 1 and 65535, inclusive"));
        }
        i = 0;
        foreach (var mount in c.Objects("volumeMounts"))
        {
            if (!volumes.Contains(mount.Str("name"))) errors.Add(new("FieldValueNotFound", $"{path}.volumeMounts[{i}].name", $"Not found: \"{mount.Str("name")}\""));
            i++;
        }
        foreach (var (resource, limit) in c.Obj("resources", "limits") ?? [])
        {
            if (c.Str("resources", "requests", resource) is { } request && Quantity.TryParse(request, out var r) && Quantity.TryParse(limit?.ToString() ?? "", out var l) && r > l)
                errors.Add(FieldError.Invalid($"{path}.resources.requests", request, $"must be less than or equal to {resource} limit of {limit}"));
        }
    }

    private static void Service(JsonObject obj, JsonObject? old, List<FieldError> errors)
    {
        var spec = obj.Obj("spec");
        var type = spec.Str("type") ?? "ClusterIP";
        if (type is not ("ClusterIP" or "NodePort" or "LoadBalancer" or "ExternalName")) errors.Add(FieldError.NotSupported("spec.type", type, ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]));
        var ports = spec.Objects("ports").ToList();
        if (ports.Count == 0 && type != "ExternalName" && spec.Str("clusterIP") != "None") errors.Add(FieldError.Required("spec.ports"));
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports.Count > 1 && string.IsNullOrEmpty(ports[i].Str("name"))) errors.Add(FieldError.Required($"spec.ports[{i}].name"));
            if (ports[i].Num("port") is not (>= 1 and <= 65535)) errors.Add(FieldError.Invalid($"spec.ports[{i}].port", ports[i]["port"] ?? 0, "must be between 1 and 65535, inclusive"));
            if (ports[i]["targetPort"].Num() is { } target && target is < 1 or > 65535) errors.Add(FieldError.Invalid($"spec.ports[{i}].targetPort", target, "must be between 1 and 65535, inclusive"));
        }
        if (old is null) return;
        var before = old.Str("spec", "clusterIP");
        if (type != "ExternalName" && old.Str("spec", "type") != "ExternalName" && before is { Length: > 0 } && spec.Str("clusterIP") != before)
        {
            errors.Add(FieldError.InvalidRaw("spec.clusterIPs[0]", $"[]string{{\"{spec.Str("clusterIP")}\"}}", "may not change once set"));
        }
    }

    private static void Immutable(JsonObject obj, JsonObject? old, List<FieldError> errors)
    {
        if (old.Flag("immutable") != true) return;
        if (obj.Flag("immutable") != true) errors.Add(FieldError.Forbidden("immutable", "field is immutable when `immutable` is set"));
        if (!JsonExtensions.Same(obj["data"], old!["data"])) errors.Add(FieldError.Forbidden("data", "field is immutable when `immutable` is set"));
    }

    private static void Keys(JsonObject obj, List<FieldError> errors)
    {
        foreach (var (key, _) in obj.Obj("data") ?? [])
        {
            if (key.Length is 0 or > 253 || key.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
                errors.Add(FieldError.Invalid($"data[{key}]", key, "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"));
        }
    }

    private static void Definition(JsonObject obj, List<FieldError> errors)
    {
        var expected = $"{obj.Str("spec", "names", "plural")}.{obj.Str("spec", "group")}";
        if (obj.Str("metadata", "name") != expected) errors.Add(FieldError.Invalid("metadata.name", obj.Str("metadata", "name"), "must be spec.names.plural+\".\"+spec.group"));
        var versions = obj.Objects("spec", "versions").ToList();
        if (versions.Count(v => v.Flag("storage") == true) != 1) errors.Add(FieldError.InvalidRaw("spec.versions", "[]", "must have exactly one version marked as storage version"));
        for (var i = 0; i < versions.Count; i++)
        {
            if (versions[i].Obj("schema", "openAPIV3Schema") is null) errors.Add(FieldError.Required($"spec.versions[{i}].schema.openAPIV3Schema", "schemas are required"));
        }
    }

    private static string GoMap(IReadOnlyDictionary<string, string> map) =>
        "map[string]string{" + string.Join(", ", map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"\"{p.Key}\":\"{p.Value}\"")) + "}";

    private static string GoSelector(JsonObject? selector) =>
        $"v1.LabelSelector{{MatchLabels:{GoMap(selector.Map("matchLabels"))}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}}";
}
