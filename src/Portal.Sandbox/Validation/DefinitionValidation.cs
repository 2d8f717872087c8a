using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema;
using Portal.Sandbox.Schema.Cel;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of CustomResourceDefinitions, with what a structural schema must say.</summary>
internal static class DefinitionValidation
{
    private static readonly string[] s_reasons = ["FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired", "FieldValueDuplicate"];

    private static readonly string[] s_types = ["array", "boolean", "integer", "number", "object", "string"];

    public static void Validate(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        var group = spec.Str("group") ?? "";
        var expected = $"{spec.Str("names", "plural")}.{group}";
        if (obj.Str("metadata", "name") is { Length: > 0 } name && name != expected) errors.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
        if (group.Length == 0) errors.Required("spec.group");
        else
        {
            errors.Invalid("spec.group", group, NameRules.Dns1123Subdomain(group));
            if (group.Split('.').Length < 2) errors.Invalid("spec.group", group, "should be a domain with at least one dot");
        }
        errors.OneOf("spec.scope", spec.Str("scope"), "Cluster", "Namespaced");
        Versions(spec, errors);
        Names(spec.Obj("names"), errors);
        if (old is null) return;
        errors.Immutable("spec.group", spec?["group"], old.At("spec", "group"));
        errors.Immutable("spec.names.plural", spec.At("names", "plural"), old.At("spec", "names", "plural"));
        if (old.Objects("status", "conditions").Any(c => c.Str("type") == "Established" && c.Str("status") == "True"))
        {
            errors.Immutable("spec.scope", spec?["scope"], old.At("spec", "scope"));
            errors.Immutable("spec.names.kind", spec.At("names", "kind"), old.At("spec", "names", "kind"));
        }
        foreach (var (i, stored) in old.Strings("status", "storedVersions").Index())
        {
            if (spec.Objects("versions").All(v => v.Str("name") != stored)) errors.Invalid($"status.storedVersions[{i}]", stored, $"missing from spec.versions; {stored} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in {stored} and removes {stored} from status.storedVersions");
        }
    }

    private static void Versions(JsonObject? spec, ErrorList errors)
    {
        var versions = spec.Objects("versions").ToList();
        var names = new HashSet<string>(StringComparer.Ordinal);
        // Upstream keeps a schema that all versions share in one place, and names that place.
        var shared = versions.All(v => JsonExtensions.Same(v["schema"], versions[0]["schema"]));
        foreach (var (i, version) in versions.Index())
        {
            var at = $"spec.versions[{i}]";
            var name = version.Str("name") ?? "";
            if (!names.Add(name)) errors.Duplicate(at + ".name", name);
            errors.Invalid(at + ".name", name, NameRules.Dns1035Label(name));
            if (version.Obj("schema", "openAPIV3Schema") is not { } schema) errors.Required($"{at}.schema.openAPIV3Schema", "schemas are required");
            else if (!shared) Root(schema, $"{at}.schema.openAPIV3Schema", errors);
            else if (i == 0) Root(schema, "spec.validation.openAPIV3Schema", errors);
            foreach (var (c, column) in version.Objects("additionalPrinterColumns").Index())
            {
                var columnPath = $"{at}.additionalPrinterColumns[{c}]";
                if (string.IsNullOrEmpty(column.Str("name"))) errors.Required(columnPath + ".name");
                errors.OneOf(columnPath + ".type", column.Str("type"), "integer", "number", "string", "boolean", "date");
                if (string.IsNullOrEmpty(column.Str("jsonPath"))) errors.Required(columnPath + ".jsonPath");
            }
        }
        if (versions.Count(v => v.Flag("storage") == true) == 1) return;
        errors.InvalidGo("spec.versions", "[]apiextensions.CustomResourceDefinitionVersion" + (versions.Count == 0 ? "(nil)" : "{" + string.Join(", ", versions.Select(GoVersion)) + "}"), "must have exactly one version marked as storage version");
        if (versions.All(v => v.Flag("storage") != true)) errors.InvalidGo("status.storedVersions", "[]string(nil)", "must have at least one stored version");
    }

    private static string GoVersion(JsonObject version) =>
        $"apiextensions.CustomResourceDefinitionVersion{{Name:{GoSyntax.Quote(version.Str("name") ?? "")}, Served:{(version.Flag("served") == true ? "true" : "false")}, Storage:{(version.Flag("storage") == true ? "true" : "false")}, Deprecated:false, DeprecationWarning:(*string)(nil), Schema:(*apiextensions.CustomResourceValidation)(nil), Subresources:(*apiextensions.CustomResourceSubresources)(nil), AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition(nil), SelectableFields:[]apiextensions.SelectableField(nil)}}";

    private static void Names(JsonObject? names, ErrorList errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["plural", "singular"])
        {
            var value = names.Str(field) ?? "";
            if (value.Length == 0) errors.Required("spec.names." + field);
            else errors.Invalid("spec.names." + field, value, NameRules.Dns1035Label(value));
        }
        foreach (var field in (ReadOnlySpan<string>)["kind", "listKind"])
        {
            var value = names.Str(field) ?? "";
            if (value.Length == 0) errors.Required("spec.names." + field);
            else
            {
                foreach (var problem in NameRules.Dns1035Label(value.ToLowerInvariant())) errors.Invalid("spec.names." + field, value, "may have mixed case, but should otherwise match: " + problem);
            }
        }
        if (names.Str("kind") is { Length: > 0 } kind && kind == names.Str("listKind")) errors.Invalid("spec.names.listKind", kind, "kind and listKind may not be the same");
        foreach (var (i, shortName) in names.Strings("shortNames").Index()) errors.Invalid($"spec.names.shortNames[{i}]", shortName, NameRules.Dns1035Label(shortName));
        foreach (var (i, category) in names.Strings("categories").Index()) errors.Invalid($"spec.names.categories[{i}]", category, NameRules.Dns1035Label(category));
    }

    private static void Root(JsonObject schema, string path, ErrorList errors)
    {
        if (schema.Str("type") is { Length: > 0 } type && type != "object") errors.Invalid(path + ".type", type, "must be object at the root");
        Structural(schema, path, errors, root: true);
    }

    private static void Structural(JsonObject schema, string path, ErrorList errors, bool root = false)
    {
        var type = schema.Str("type") ?? "";
        var free = schema.Flag("x-kubernetes-int-or-string") == true || schema.Flag("x-kubernetes-preserve-unknown-fields") == true;
        if (type.Length == 0 && (root || !free)) errors.Required(path + ".type", root ? "must not be empty at the root" : "must not be empty for specified object fields");
        else if (type.Length > 0 && !s_types.Contains(type)) errors.NotSupported(path + ".type", type, s_types);
        if (schema.Flag("uniqueItems") == true) errors.Forbidden(path + ".uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        if (schema.Obj("additionalProperties") is not null && schema.Obj("properties") is { Count: > 0 }) errors.Forbidden(path + ".additionalProperties", "additionalProperties and properties are mutual exclusive");
        if (schema.ContainsKey("$ref")) errors.Forbidden(path + ".$ref", "$ref is not supported");
        if (type == "array" && schema.Obj("items") is null) errors.Required(path + ".items", "must be specified");
        foreach (var (name, property) in schema.Obj("properties") ?? [])
        {
            if (property is JsonObject child && !(root && name == "metadata")) Structural(child, $"{path}.properties[{name}]", errors);
        }
        Rules(schema, path, errors);
        if (schema.Obj("items") is { } items) Items(items, path + ".items", errors);
        if (schema.Obj("additionalProperties") is { } values) Items(values, path + ".additionalProperties", errors);
    }

    private static void Items(JsonObject schema, string path, ErrorList errors)
    {
        if (string.IsNullOrEmpty(schema.Str("type")) && schema.Flag("x-kubernetes-int-or-string") != true && schema.Flag("x-kubernetes-preserve-unknown-fields") != true)
            errors.Required(path + ".type", path.EndsWith(".items", StringComparison.Ordinal) ? "must not be empty for specified array items" : "must not be empty for specified object fields");
        else Structural(schema, path, errors);
    }

    private static void Rules(JsonObject schema, string path, ErrorList errors)
    {
        var node = new Lazy<SchemaNode>(() => StructuralSchema.Node(schema));
        foreach (var (i, json) in schema.Objects("x-kubernetes-validations").Index())
        {
            var (rule, at) = (CelRule.From(json), $"{path}.x-kubernetes-validations[{i}]");
            if (rule.Rule.Trim().Length == 0) errors.Required(at + ".rule", "rule is not specified");
            else Compile(json, rule.Rule, at + ".rule", rule.Program);
            if (rule.MessageExpression is { Length: > 0 } expression) Compile(json, expression, at + ".messageExpression", rule.MessageProgram);
            if (rule.Message is { } message && (message.Contains('\n', StringComparison.Ordinal) || message.Contains('\r', StringComparison.Ordinal))) errors.Invalid(at + ".message", message, "message must not contain line breaks");
            if (!s_reasons.Contains(rule.Reason)) errors.NotSupported(at + ".reason", rule.Reason, s_reasons);
        }

        void Compile(JsonObject json, string expression, string at, Func<SchemaNode, CelNode> compile)
        {
            try
            {
                compile(node.Value);
            }
            catch (CelSyntaxException e)
            {
                errors.InvalidGo(at, Go(json), "compilation failed: " + e.Describe(expression));
            }
        }
    }

    private static string Go(JsonObject rule)
    {
        string Text(string field) => GoSyntax.Quote(rule.Str(field) ?? "");
        return $"apiextensions.ValidationRule{{Rule:{Text("rule")}, Message:{Text("message")}, MessageExpression:{Text("messageExpression")}, Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:{Text("fieldPath")}, OptionalOldSelf:(*bool)(nil)}}";
    }
}
