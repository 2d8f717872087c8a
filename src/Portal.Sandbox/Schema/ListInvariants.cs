using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Validation;

namespace Portal.Sandbox.Schema;

/// <summary>What <c>x-kubernetes-list-type</c> and <c>x-kubernetes-embedded-resource</c> demand.</summary>
internal static class ListInvariants
{
    public static void Check(JsonNode? value, SchemaNode schema, string path, List<FieldError> errors)
    {
        switch (value)
        {
            case JsonObject obj:
                if (schema.Rules?.EmbeddedResource == true) Embedded(obj, path, errors);
                foreach (var (name, child) in obj)
                {
                    if (child is null or JsonValue || (path.Length == 0 && name == "metadata") || schema.Child(name) is not { } property) continue;
                    Check(child, property, schema.Type == SchemaType.Map ? $"{path}[{name}]" : path.Length == 0 ? name : $"{path}.{name}", errors);
                }
                break;
            case JsonArray array:
                if (schema.ListType != ListType.Atomic && schema.Rules is not null) Unique(array, schema, path, errors);
                if (schema.Items is not { } items) break;
                for (var i = 0; i < array.Count; i++) Check(array[i], items, $"{path}[{i}]", errors);
                break;
        }
    }

    /// <summary>The element of the old list that is this element's past; null where nothing says which.</summary>
    public static JsonNode? Correlated(JsonNode? item, JsonArray? old, SchemaNode schema)
    {
        if (old is null) return null;
        return schema.ListType switch
        {
            ListType.Map when item is JsonObject obj => old.OfType<JsonObject>().FirstOrDefault(o => schema.ListKeys.All(k => JsonExtensions.Same(o[k], obj[k]))),
            _ => null,
        };
    }

    private static void Unique(JsonArray array, SchemaNode schema, string path, List<FieldError> errors)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < array.Count; i++)
        {
            var key = array[i];
            if (schema.ListType == ListType.Map)
            {
                if (key is not (null or JsonObject))
                {
                    errors.Add(FieldError.Invalid($"{path}[{i}]", key, "must be an object for an array of list-type map"));
                    return;
                }
                key = new JsonObject(schema.ListKeys.Where(k => key?[k] is not null).Select(k => KeyValuePair.Create(k, key![k]?.DeepClone())));
            }
            var text = key?.ToText() ?? "null";
            var times = seen[text] = seen.GetValueOrDefault(text) + 1;
            // Each value is reported once, where it comes again.
            if (times == 2) errors.Add(FieldError.Duplicate($"{path}[{i}]", key));
        }
    }

    private static void Embedded(JsonObject obj, string path, List<FieldError> errors)
    {
        foreach (var name in (ReadOnlySpan<string>)["apiVersion", "kind"])
        {
            var field = $"{path}.{name}";
            if (!obj.TryGetPropertyValue(name, out var value)) errors.Add(FieldError.Required(field, "must not be empty"));
            else if (value?.GetValueKind() != System.Text.Json.JsonValueKind.String) errors.Add(FieldError.Invalid(field, value, "must be a string"));
            else if (value.ToString().Length == 0) errors.Add(FieldError.Invalid(field, value, "must not be empty"));
            else if (name == "apiVersion" && value.ToString().Count(c => c == '/') > 1) errors.Add(FieldError.Invalid(field, value, $"unexpected GroupVersion string: {value}"));
            else if (name == "kind" && NameRules.Dns1035Label(value.ToString().ToLowerInvariant()).ToList() is { Count: > 0 } problems)
                errors.Add(FieldError.Invalid(field, value, "may have mixed case, but should otherwise match: " + string.Join(',', problems)));
        }
    }
}
