using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Api;

/// <summary>Builds OpenAPI documents from the schemas of kinds. What kubectl reads of them: schemas, group-version-kinds, which parameters and patch types a path takes.</summary>
internal sealed class OpenApiDocument
{
    private const string IntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
    private const string Quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";
    private const string Time = "io.k8s.apimachinery.pkg.apis.meta.v1.Time";

    private readonly JsonObject _schemas = [];
    private readonly JsonObject _paths = [];
    private readonly ApiDescriptions _descriptions = ApiDescriptions.Shared;
    private readonly string _root;
    private readonly bool _v2;

    private OpenApiDocument(bool v2, IEnumerable<ResourceType> types, Func<string, JsonObject?> definition)
    {
        _v2 = v2;
        _root = v2 ? "#/definitions/" : "#/components/schemas/";
        foreach (var type in types)
        {
            var name = type.Custom is null ? ComponentName(type.Schema.FullName ?? type.Kind) : $"{string.Join('.', type.Group.Split('.').Reverse())}.{type.Version}.{type.Kind}";
            if (type.Custom is { } custom) AddCustom(name, type, definition(custom.DefinitionName));
            else AddComponent(name, type.Schema);
            var component = (JsonObject)_schemas[name]!;
            if (component["x-kubernetes-group-version-kind"] is null) component["x-kubernetes-group-version-kind"] = new JsonArray(GroupVersionKind(type));
            AddPaths(type, name);
        }
    }

    public static JsonObject V3(IReadOnlyList<ResourceType> types, Func<string, JsonObject?> definition)
    {
        var document = new OpenApiDocument(false, types, definition);
        return new() { ["openapi"] = "3.0.0", ["info"] = Info(), ["paths"] = document._paths, ["components"] = new JsonObject { ["schemas"] = document._schemas } };
    }

    public static JsonObject V2(IReadOnlyList<ResourceType> types, Func<string, JsonObject?> definition)
    {
        var document = new OpenApiDocument(true, types, definition);
        return new() { ["swagger"] = "2.0", ["info"] = Info(), ["paths"] = document._paths, ["definitions"] = document._schemas };
    }

    private static JsonObject Info() => new() { ["title"] = "Kubernetes", ["version"] = "v1.33.4" };

    private static JsonObject GroupVersionKind(ResourceType t) => new() { ["group"] = t.Group, ["kind"] = t.Kind, ["version"] = t.Version };

    /// <summary>Components carry the Go package's name with its first labels reversed: io.k8s.api.core.v1.Pod.</summary>
    private static string ComponentName(string message) => message.StartsWith("k8s.io.", StringComparison.Ordinal) ? "io.k8s." + message[7..].Replace("apiextensions_apiserver", "apiextensions-apiserver", StringComparison.Ordinal) : message;

    private void AddPaths(ResourceType t, string component)
    {
        var root = t.Group.Length == 0 ? $"/api/{t.Version}" : $"/apis/{t.Group}/{t.Version}";
        var collection = root + (t.Namespaced ? "/namespaces/{namespace}/" : "/") + t.Plural;
        _paths[collection] = new JsonObject { ["get"] = Operation(t, "list", component), ["post"] = Operation(t, "post", component, "application/json", "application/yaml") };
        if (!t.Verbs.Contains("patch")) return;
        // kubectl decides by this list how it may patch.
        var patches = t.Custom is null
            ? new[] { "application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json" }
            : ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"];
        _paths[collection + "/{name}"] = new JsonObject
        {
            ["get"] = Operation(t, "get", component),
            ["put"] = Operation(t, "put", component, "application/json", "application/yaml"),
            ["patch"] = Operation(t, "patch", component, patches),
            ["delete"] = Operation(t, "delete", component),
        };
    }

    private JsonObject Operation(ResourceType t, string action, string component, params string[] bodies)
    {
        JsonObject Parameter(string name) => _v2
            ? new() { ["name"] = name, ["in"] = "query", ["type"] = "string" }
            : new() { ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "string" } };
        var operation = new JsonObject
        {
            ["operationId"] = $"{action}{t.Kind}",
            ["parameters"] = new JsonArray([.. (action is "get" or "list" ? new[] { "pretty" } : ["dryRun", "fieldManager", "fieldValidation"]).Select(Parameter)]),
            ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = GroupVersionKind(t),
        };
        if (bodies.Length == 0) return operation;
        if (_v2) operation["consumes"] = new JsonArray([.. bodies.Select(b => (JsonNode)b)]);
        else operation["requestBody"] = new JsonObject { ["content"] = new JsonObject(bodies.Select(b => KeyValuePair.Create(b, (JsonNode?)new JsonObject { ["schema"] = Ref(component) }))) };
        return operation;
    }

    private JsonObject Ref(string component) => new() { ["$ref"] = _root + component };

    private void AddComponent(string name, SchemaNode node)
    {
        if (_schemas.ContainsKey(name)) return;
        var component = new JsonObject();
        _schemas[name] = component;
        if (node.FullName is { } message && _descriptions.Of(message) is { } text) component["description"] = text;
        component["type"] = "object";
        if (node.PreserveUnknown) component["x-kubernetes-preserve-unknown-fields"] = true;
        var properties = new JsonObject();
        foreach (var (property, child) in node.Properties.OrderBy(p => p.Key, StringComparer.Ordinal)) properties[property] = Property(node, property, child);
        if (properties.Count > 0) component["properties"] = properties;
        if (node.FullName is { } full && FieldFacts.Required(full) is { Count: > 0 } required) component["required"] = Strings(required);
    }

    private JsonObject Property(SchemaNode owner, string name, SchemaNode child)
    {
        var shape = Shape(child);
        if (owner.FullName is not { } message) return shape;
        var description = _descriptions.Of(message, name);
        // v3 cannot say anything beside a reference: upstream wraps it.
        if (shape.ContainsKey("$ref") && !_v2) shape = new() { ["allOf"] = new JsonArray(shape) };
        if (FieldFacts.Enum(message, name) is { Count: > 0 } values)
        {
            shape["enum"] = Strings(values);
            description += "\n\nPossible enum values:\n" + string.Join('\n', values.Select(v => $" - `\"{v}\"`"));
        }
        if (description is not null) shape["description"] = description;
        return shape;
    }

    private JsonObject Shape(SchemaNode node)
    {
        switch (node.Type)
        {
            case SchemaType.Object when node.FullName is { } message:
                var name = ComponentName(message);
                AddComponent(name, node);
                return Ref(name);
            case SchemaType.Object: return new() { ["type"] = "object" };
            case SchemaType.Map: return new() { ["type"] = "object", ["additionalProperties"] = Shape(node.Items!) };
            case SchemaType.Array:
                var array = new JsonObject { ["type"] = "array", ["items"] = Shape(node.Items!) };
                if (node.PatchMergeKey is { } key)
                {
                    array["x-kubernetes-patch-strategy"] = node.RetainKeys ? "merge,retainKeys" : "merge";
                    if (key.Length > 0) array["x-kubernetes-patch-merge-key"] = key;
                }
                array["x-kubernetes-list-type"] = node.ListType switch { ListType.Map => "map", ListType.Set => "set", _ => "atomic" };
                if (node.ListKeys.Count > 0) array["x-kubernetes-list-map-keys"] = Strings(node.ListKeys);
                return array;
            case SchemaType.Integer: return new() { ["type"] = "integer", ["format"] = node.GoType == "int64" ? "int64" : "int32" };
            case SchemaType.Number: return new() { ["type"] = "number", ["format"] = "double" };
            case SchemaType.Boolean: return new() { ["type"] = "boolean" };
            case SchemaType.IntOrString: return Named(IntOrString, _v2 ? new() { ["type"] = "string", ["format"] = "int-or-string" } : new() { ["oneOf"] = new JsonArray(Type("integer"), Type("string")), ["format"] = "int-or-string" });
            case SchemaType.Quantity: return Named(Quantity, _v2 ? Type("string") : new() { ["oneOf"] = new JsonArray(Type("string"), Type("number")) });
            case SchemaType.Time: return Named(Time, new() { ["type"] = "string", ["format"] = "date-time" });
            case SchemaType.Bytes: return new() { ["type"] = "string", ["format"] = "byte" };
            case SchemaType.Any: return Type("object");
            default: return Type("string");
        }
    }

    private JsonObject Named(string name, JsonObject shape)
    {
        _schemas.TryAdd(name, shape);
        return Ref(name);
    }

    /// <summary>The author's schema, with what every object has.</summary>
    private void AddCustom(string name, ResourceType type, JsonObject? definition)
    {
        AddComponent(ComponentName(BuiltInSchemas.ObjectMeta.FullName!), BuiltInSchemas.ObjectMeta);
        var schema = definition.Objects("spec", "versions").FirstOrDefault(v => v.Str("name") == type.Version).Obj("schema", "openAPIV3Schema")?.Copy() ?? Type("object");
        schema.Default("type", "object");
        var properties = schema.Ensure("properties");
        foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind"])
        {
            var shape = Type("string");
            if (_descriptions.Of("k8s.io.api.core.v1.Pod", field) is { } text) shape["description"] = text;
            properties[field] = shape;
        }
        var metadata = Ref(ComponentName(BuiltInSchemas.ObjectMeta.FullName!));
        properties["metadata"] = _v2 ? metadata : new JsonObject { ["allOf"] = new JsonArray(metadata), ["description"] = _descriptions.Of("k8s.io.api.core.v1.Pod", "metadata") };
        if (_v2) DropV3Only(schema);
        _schemas[name] = schema;
    }

    /// <summary>v2 knows no oneOf, anyOf, not and nullable; kube-apiserver publishes custom resources without them too.</summary>
    private static void DropV3Only(JsonNode? node)
    {
        if (node is JsonArray array) foreach (var item in array) DropV3Only(item);
        if (node is not JsonObject obj) return;
        foreach (var keyword in (ReadOnlySpan<string>)["oneOf", "anyOf", "not", "nullable", "x-kubernetes-validations"]) obj.Remove(keyword);
        foreach (var (_, child) in obj) DropV3Only(child);
    }

    private static JsonObject Type(string type) => new() { ["type"] = type };

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);
}
