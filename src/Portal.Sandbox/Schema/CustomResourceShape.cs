using System.Text.Json.Nodes;

namespace Portal.Sandbox.Schema;

/// <summary>Brings custom resources into the shape of their schema: defaults in, undeclared fields out.</summary>
internal static class CustomResourceShape
{
    /// <summary>Fills in declared defaults, in place, as the API server does before admission.</summary>
    public static void ApplyDefaults(JsonNode? value, SchemaNode schema)
    {
        switch (value)
        {
            case JsonObject obj when schema.Type == SchemaType.Object:
                foreach (var (name, property) in schema.Properties)
                {
                    // A null where none may be gives way to the default.
                    if (property.Rules is { Default: { } fallback } rules && (!obj.TryGetPropertyValue(name, out var given) || (given is null && !rules.Nullable))) obj[name] = fallback.DeepClone();
                    if (obj[name] is { } child) ApplyDefaults(child, property);
                }
                break;
            case JsonObject map when schema.Type == SchemaType.Map:
                foreach (var name in map.Where(p => p.Value is null).Select(p => p.Key).ToArray())
                {
                    if (schema.Items!.Rules is { Default: { } fallback, Nullable: false }) map[name] = fallback.DeepClone();
                }
                foreach (var (_, child) in map) ApplyDefaults(child, schema.Items!);
                break;
            case JsonArray array when schema.Type == SchemaType.Array:
                foreach (var child in array) ApplyDefaults(child, schema.Items!);
                break;
        }
    }

    /// <summary>Removes fields that the schema does not declare; their paths go to <paramref name="unknown"/>.</summary>
    public static void Prune(JsonObject obj, SchemaNode schema, List<string> unknown) => Object(obj, schema, "", unknown);

    private static void Object(JsonObject obj, SchemaNode schema, string path, List<string> unknown)
    {
        foreach (var (name, value) in obj.ToArray())
        {
            var childPath = path.Length == 0 ? name : $"{path}.{name}";
            if (path.Length == 0 && name is "apiVersion" or "kind") continue;
            if (schema.Type == SchemaType.Object && schema.Child(name) is null)
            {
                if (schema.PreserveUnknown) continue;
                unknown.Add(childPath);
                obj.Remove(name);
                continue;
            }
            if (schema.Child(name) is { } child) Value(value, child, childPath, unknown);
        }
    }

    private static void Value(JsonNode? value, SchemaNode schema, string path, List<string> unknown)
    {
        if (value is JsonObject obj) Object(obj, schema, path, unknown);
        else if (value is JsonArray array && schema.Items is { } items)
        {
            for (var i = 0; i < array.Count; i++) Value(array[i], items, $"{path}[{i}]", unknown);
        }
    }
}
