using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of metadata and of label selectors, which every kind shares.</summary>
internal static class MetadataValidation
{
    private const int AnnotationsLimit = 256 * 1024;

    public static void Validate(ResourceType type, JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var meta = obj.Obj("metadata");
        if (old is not null) Update(meta, old.Obj("metadata"), errors);
        if (meta.Str("generateName") is { Length: > 0 } prefix) errors.Invalid("metadata.generateName", prefix, Name(type, prefix.EndsWith('-') ? prefix[..^1] + "a" : prefix));
        var name = meta.Str("name") ?? "";
        if (name.Length == 0) errors.Required("metadata.name", "name or generateName is required");
        else errors.Invalid("metadata.name", name, Name(type, name));
        Labels(meta.Obj("labels"), "metadata.labels", errors);
        Annotations(meta.Obj("annotations"), "metadata.annotations", errors);
        Owners(meta, errors);
        Finalizers(meta, type.Custom is not null, errors);
    }

    public static void Labels(JsonObject? labels, string path, ErrorList errors)
    {
        foreach (var (key, value) in Ordered(labels))
        {
            errors.Invalid(path, key, NameRules.QualifiedName(key));
            var text = value.Str() ?? "";
            errors.Invalid(path, text, NameRules.LabelValue(text));
        }
    }

    public static void Annotations(JsonObject? annotations, string path, ErrorList errors)
    {
        long size = 0;
        foreach (var (key, value) in Ordered(annotations))
        {
            errors.Invalid(path, key, NameRules.QualifiedName(key.ToLowerInvariant()));
            size += System.Text.Encoding.UTF8.GetByteCount(key) + System.Text.Encoding.UTF8.GetByteCount(value.Str() ?? "");
        }
        if (size > AnnotationsLimit) errors.TooLong(path, AnnotationsLimit);
    }

    /// <summary>A LabelSelector object.</summary>
    public static void Selector(JsonObject? selector, string path, ErrorList errors)
    {
        Labels(selector.Obj("matchLabels"), path + ".matchLabels", errors);
        foreach (var (i, expression) in selector.Objects("matchExpressions").Index())
        {
            var at = $"{path}.matchExpressions[{i}]";
            var values = expression.Strings("values").ToList();
            switch (expression.Str("operator"))
            {
                case "In" or "NotIn":
                    if (values.Count == 0) errors.Required(at + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
                    break;
                case "Exists" or "DoesNotExist":
                    if (values.Count > 0) errors.Forbidden(at + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    break;
                default:
                    errors.Invalid(at + ".operator", expression.Str("operator") ?? "", "not a valid selector operator");
                    break;
            }
            var key = expression.Str("key") ?? "";
            errors.Invalid(at + ".key", key, NameRules.QualifiedName(key));
            foreach (var (v, value) in values.Index()) errors.Invalid($"{at}.values[{v}]", value, NameRules.LabelValue(value));
        }
    }

    /// <summary>Whether the expressions of a selector can be evaluated at all.</summary>
    public static bool IsWellFormed(JsonObject selector) => selector.Objects("matchExpressions").All(e => e.Str("operator") switch
    {
        "In" or "NotIn" => e.Arr("values") is { Count: > 0 },
        "Exists" or "DoesNotExist" => e.Arr("values") is not { Count: > 0 },
        _ => false,
    });

    public static bool IsEmptySelector(JsonObject? selector) => selector.Obj("matchLabels") is not { Count: > 0 } && selector.Arr("matchExpressions") is not { Count: > 0 };

    private static IEnumerable<string> Name(ResourceType type, string name) => type.Resource switch
    {
        "services" => NameRules.Dns1035Label(name),
        "namespaces" => NameRules.Dns1123Label(name),
        _ when type.Group == "rbac.authorization.k8s.io" => NameRules.PathSegment(name),
        _ => NameRules.Dns1123Subdomain(name),
    };

    private static void Update(JsonObject? meta, JsonObject? old, ErrorList errors)
    {
        if (old.Str("deletionTimestamp") is null) return;
        var extra = meta.Strings("finalizers").Except(old.Strings("finalizers"), StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (extra.Count > 0)
            errors.Forbidden("metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{string.Join(", ", extra.Select(GoSyntax.Quote))}}}");
    }

    private static void Owners(JsonObject? meta, ErrorList errors)
    {
        const string path = "metadata.ownerReferences";
        var controller = "";
        foreach (var owner in meta.Objects("ownerReferences"))
        {
            if (string.IsNullOrEmpty(owner.Str("apiVersion"))) errors.Invalid(path + ".apiVersion", "", "version must not be empty");
            if (string.IsNullOrEmpty(owner.Str("kind"))) errors.Invalid(path + ".kind", "", "kind must not be empty");
            if (string.IsNullOrEmpty(owner.Str("name"))) errors.Invalid(path + ".name", "", "name must not be empty");
            if (string.IsNullOrEmpty(owner.Str("uid"))) errors.Invalid(path + ".uid", "", "uid must not be empty");
            if (owner.Flag("controller") != true) continue;
            if (controller.Length > 0) errors.InvalidGo(path, GoSyntax.Value(meta.Arr("ownerReferences")), $"Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {owner.Str("name")}");
            else controller = owner.Str("name") ?? "";
        }
    }

    private static void Finalizers(JsonObject? meta, bool custom, ErrorList errors)
    {
        const string path = "metadata.finalizers";
        var finalizers = meta.Strings("finalizers").ToList();
        foreach (var finalizer in finalizers) errors.Invalid(path, finalizer, NameRules.QualifiedName(finalizer));
        if (finalizers.Contains("orphan") && finalizers.Contains("foregroundDeletion"))
            errors.InvalidGo(path, GoSyntax.Strings(meta.Arr("finalizers")), "finalizer orphan and foregroundDeletion cannot be both set");
        if (custom) return;
        foreach (var (i, finalizer) in finalizers.Index())
        {
            if (!finalizer.Contains('/', StringComparison.Ordinal) && finalizer is not ("orphan" or "foregroundDeletion" or "kubernetes"))
                errors.Invalid($"{path}[{i}]", finalizer, "name is neither a standard finalizer name nor is it fully qualified");
        }
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Ordered(JsonObject? map) => map is null ? [] : map.Count < 2 ? map : map.OrderBy(p => p.Key, StringComparer.Ordinal);
}
