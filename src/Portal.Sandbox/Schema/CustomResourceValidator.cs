using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Schema;

/// <summary>Defaults and validates custom resources; texts follow kube-openapi's validator as the API server prints them.</summary>
internal static class CustomResourceValidator
{
    /// <summary>Fills in declared defaults, in place, as the API server does before admission.</summary>
    public static void ApplyDefaults(JsonNode? value, SchemaNode schema)
    {
        switch (value)
        {
            case JsonObject obj when schema.Type == SchemaType.Object:
                foreach (var (name, property) in schema.Properties)
                {
                    if (!obj.ContainsKey(name) && property.Rules?.Default is { } fallback) obj[name] = fallback.DeepClone();
                    if (obj[name] is { } child) ApplyDefaults(child, property);
                }
                break;
            case JsonObject map when schema.Type == SchemaType.Map:
                foreach (var (_, child) in map) ApplyDefaults(child, schema.Items!);
                break;
            case JsonArray array when schema.Type == SchemaType.Array:
                foreach (var child in array) ApplyDefaults(child, schema.Items!);
                break;
        }
    }

    /// <summary>Removes fields that the schema does not declare; their paths go to <paramref name="unknown"/>.</summary>
    public static void Prune(JsonObject obj, SchemaNode schema, List<string> unknown, string path = "")
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
            if (schema.Child(name) is not { } child) continue;
            if (value is JsonObject inner) Prune(inner, child, unknown, childPath);
            else if (value is JsonArray array && child.Items is { } items)
            {
                for (var i = 0; i < array.Count; i++)
                {
                    if (array[i] is JsonObject element) Prune(element, items, unknown, $"{childPath}[{i}]");
                }
            }
        }
    }

    public static List<FieldError> Validate(JsonObject obj, SchemaNode schema)
    {
        var errors = new List<FieldError>();
        foreach (var (name, property) in schema.Properties)
        {
            if (name is "apiVersion" or "kind" or "metadata") continue;
            if (obj.TryGetPropertyValue(name, out var value)) Value(value, property, name, errors);
        }
        Required(obj, schema.Rules!, "", errors);
        // Wrong values first, then what is missing: the order in which the API server's validator reports them.
        return [.. errors.OrderBy(e => e.Reason == "FieldValueRequired")];
    }

    private static void Value(JsonNode? value, SchemaNode schema, string path, List<FieldError> errors)
    {
        if (schema.Rules is not { } rules) return;
        if (value is null)
        {
            if (!rules.Nullable && schema.Type != SchemaType.Any) errors.Add(TypeError(path, "null", Expected(schema.Type), null));
            return;
        }
        if (!HasType(value, schema.Type))
        {
            errors.Add(TypeError(path, Kind(value), Expected(schema.Type), value));
            return;
        }
        switch (value)
        {
            case JsonObject obj: Object(obj, schema, rules, path, errors); break;
            case JsonArray array: Array(array, schema, rules, path, errors); break;
            case JsonValue scalar: Scalar(scalar, rules, path, errors); break;
        }
        if (rules.Enum is { } allowed && !allowed.Any(a => JsonNode.DeepEquals(a, value)))
            errors.Add(FieldError.NotSupported(path, value, allowed.Select(a => a?.ToString() ?? "null")));
    }

    private static void Object(JsonObject obj, SchemaNode schema, SchemaRules rules, string path, List<FieldError> errors)
    {
        foreach (var (name, child) in obj)
        {
            if (schema.Child(name) is { } property) Value(child, property, $"{path}.{name}", errors);
        }
        Required(obj, rules, path, errors);
        if (rules.MinProperties is { } min && obj.Count < min) errors.Add(In(path, obj, $"should have at least {min} properties"));
        if (rules.MaxProperties is { } max && obj.Count > max) errors.Add(In(path, obj, $"should have at most {max} properties"));
        foreach (var group in rules.AtMostOneOf)
        {
            if (group.Count(obj.ContainsKey) > 1) errors.Add(In(path, obj, "must validate one and only one schema (oneOf). Found 2 valid alternatives"));
        }
    }

    private static void Required(JsonObject obj, SchemaRules rules, string path, List<FieldError> errors)
    {
        foreach (var name in rules.Required)
        {
            if (!obj.ContainsKey(name)) errors.Add(FieldError.Required(path.Length == 0 ? name : $"{path}.{name}"));
        }
    }

    private static void Array(JsonArray array, SchemaNode schema, SchemaRules rules, string path, List<FieldError> errors)
    {
        if (rules.MinItems is { } min && array.Count < min) errors.Add(In(path, array, $"should have at least {min} items"));
        if (rules.MaxItems is { } max && array.Count > max) errors.Add(In(path, array, $"should have at most {max} items"));
        foreach (var item in array) Value(item, schema.Items!, path, errors);
    }

    private static void Scalar(JsonValue value, SchemaRules rules, string path, List<FieldError> errors)
    {
        if (value.TryGetValue<string>(out var text))
        {
            if (rules.MinLength is { } min && text.Length < min) errors.Add(In(path, value, $"should be at least {min} chars long"));
            if (rules.MaxLength is { } max && text.Length > max) errors.Add(In(path, value, $"should be at most {max} chars long"));
            if (rules.Pattern is { } pattern && !Matches(pattern, text)) errors.Add(In(path, value, $"should match '{pattern}'"));
            return;
        }
        if (!double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return;
        if (rules.Minimum is { } low && (rules.ExclusiveMinimum ? number <= low : number < low))
            errors.Add(In(path, value, rules.ExclusiveMinimum ? $"should be greater than {Number(low)}" : $"should be greater than or equal to {Number(low)}"));
        if (rules.Maximum is { } high && (rules.ExclusiveMaximum ? number >= high : number > high))
            errors.Add(In(path, value, rules.ExclusiveMaximum ? $"should be less than {Number(high)}" : $"should be less than or equal to {Number(high)}"));
    }

    private static bool Matches(Regex pattern, string text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static FieldError In(string path, JsonNode value, string what) => FieldError.Invalid(path, value, $"{path} in body {what}");

    private static FieldError TypeError(string path, string got, string expected, JsonNode? value) =>
        FieldError.TypeInvalid(path, JsonValue.Create(got), $"{path} in body must be of type {expected}: {(value is null ? "\"null\"" : $"\"{got}\"")}");

    private static string Number(double d) => d.ToString(CultureInfo.InvariantCulture);

    private static bool HasType(JsonNode value, SchemaType type) => type switch
    {
        SchemaType.Object or SchemaType.Map => value is JsonObject,
        SchemaType.Array => value is JsonArray,
        SchemaType.String => value.GetValueKind() == JsonValueKind.String,
        SchemaType.Integer => value.GetValueKind() == JsonValueKind.Number && value.Num() is not null,
        SchemaType.Number => value.GetValueKind() == JsonValueKind.Number,
        SchemaType.Boolean => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        SchemaType.IntOrString => value.GetValueKind() is JsonValueKind.Number or JsonValueKind.String,
        _ => true,
    };

    private static string Expected(SchemaType type) => type switch
    {
        SchemaType.Object or SchemaType.Map => "object",
        SchemaType.Array => "array",
        SchemaType.Integer => "integer",
        SchemaType.Number => "number",
        SchemaType.Boolean => "boolean",
        SchemaType.IntOrString => "integer,string",
        _ => "string",
    };

    private static string Kind(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.Num() is not null ? "integer" : "number",
        _ => "boolean",
    };
}
