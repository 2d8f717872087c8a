using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema.Cel;
using Portal.Sandbox.Text;

namespace Portal.Sandbox.Schema;

/// <summary>Compiles the <c>openAPIV3Schema</c> of a CustomResourceDefinition version.</summary>
internal static class StructuralSchema
{
    public static SchemaNode Compile(JsonObject? openApi, string kind)
    {
        if (openApi is null) return Root(new Dictionary<string, SchemaNode>(), new SchemaRules(), true, kind);
        var node = Node(openApi);
        return Root(new Dictionary<string, SchemaNode>(node.Properties), node.Rules!, node.PreserveUnknown, kind);
    }

    private static SchemaNode Root(Dictionary<string, SchemaNode> properties, SchemaRules rules, bool preserve, string kind)
    {
        properties["apiVersion"] = SchemaNode.String;
        properties["kind"] = SchemaNode.String;
        properties["metadata"] = BuiltInSchemas.ObjectMeta;
        return new SchemaNode { Type = SchemaType.Object, Name = kind, Rules = rules, PreserveUnknown = preserve }.WithProperties(() => properties);
    }

    internal static SchemaNode Node(JsonObject s)
    {
        var preserve = s.Flag("x-kubernetes-preserve-unknown-fields") == true;
        if (s.Flag("x-kubernetes-int-or-string") == true) return new() { Type = SchemaType.IntOrString, Rules = Rules(s) };
        switch (s.Str("type") ?? "")
        {
            case "object": return Object(s, preserve);
            case "array": return Array(s);
            case "string": return new() { Type = SchemaType.String, Rules = Rules(s) };
            case "integer": return new() { Type = SchemaType.Integer, Rules = Rules(s) };
            case "number": return new() { Type = SchemaType.Number, Rules = Rules(s) };
            case "boolean": return new() { Type = SchemaType.Boolean, Rules = Rules(s) };
            case "" when s.Obj("properties") is not null || s.Obj("additionalProperties") is not null: return Object(s, true);
            case "" when s.Obj("items") is not null: return Array(s);
            default: return new() { Type = SchemaType.Any, Rules = Rules(s), PreserveUnknown = true };
        }
    }

    private static SchemaNode Object(JsonObject s, bool preserve)
    {
        var atomic = s.Str("x-kubernetes-map-type") == "atomic";
        var properties = (s.Obj("properties") ?? []).Where(p => p.Value is JsonObject).ToDictionary(p => p.Key, p => Node((JsonObject)p.Value!), StringComparer.Ordinal);
        if (s.Flag("x-kubernetes-embedded-resource") == true)
        {
            properties.TryAdd("apiVersion", SchemaNode.String);
            properties.TryAdd("kind", SchemaNode.String);
            properties["metadata"] = BuiltInSchemas.ObjectMeta;
        }
        if (properties.Count > 0) return new SchemaNode { Type = SchemaType.Object, Rules = Rules(s), PreserveUnknown = preserve, AtomicMap = atomic }.WithProperties(() => properties);
        if (s.Obj("additionalProperties") is { } values) return new() { Type = SchemaType.Map, Items = Node(values), Rules = Rules(s), AtomicMap = atomic };
        return new() { Type = SchemaType.Object, Rules = Rules(s), PreserveUnknown = preserve || s.Flag("additionalProperties") == true, AtomicMap = atomic };
    }

    private static SchemaNode Array(JsonObject s)
    {
        var list = s.Str("x-kubernetes-list-type");
        return new()
        {
            Type = SchemaType.Array,
            Items = s.Obj("items") is { } items ? Node(items) : SchemaNode.Any,
            Rules = Rules(s),
            ListType = list == "map" ? ListType.Map : list == "set" ? ListType.Set : ListType.Atomic,
            ListKeys = [.. s.Strings("x-kubernetes-list-map-keys")],
        };
    }

    private static SchemaRules Rules(JsonObject s) => new()
    {
        Required = [.. s.Strings("required")],
        Enum = s.Arr("enum") is { } values ? [.. values.Select(v => v?.DeepClone())] : null,
        PatternText = s.Str("pattern"),
        Pattern = s.Str("pattern") is { } p ? Re2.Search(p) : null,
        Minimum = Number(s["minimum"]),
        Maximum = Number(s["maximum"]),
        ExclusiveMinimum = s.Flag("exclusiveMinimum") == true,
        ExclusiveMaximum = s.Flag("exclusiveMaximum") == true,
        MultipleOf = Number(s["multipleOf"]),
        MinLength = s.Num("minLength"),
        MaxLength = s.Num("maxLength"),
        MinItems = s.Num("minItems"),
        MaxItems = s.Num("maxItems"),
        MinProperties = s.Num("minProperties"),
        MaxProperties = s.Num("maxProperties"),
        Nullable = s.Flag("nullable") == true,
        Default = s["default"]?.DeepClone(),
        Untyped = string.IsNullOrEmpty(s.Str("type")),
        AllOf = [.. s.Objects("allOf").Select(Node)],
        AnyOf = [.. s.Objects("anyOf").Select(Node)],
        OneOf = [.. s.Objects("oneOf").Select(Node)],
        Not = s.Obj("not") is { } not ? Node(not) : null,
        EmbeddedResource = s.Flag("x-kubernetes-embedded-resource") == true,
        Format = s.Str("format"),
        Validations = [.. s.Objects("x-kubernetes-validations").Select(CelRule.From)],
    };

    private static double? Number(JsonNode? node) => node is JsonValue v && v.TryGetValue<double>(out var d) ? d : node.Num();
}
