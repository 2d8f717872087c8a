using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema.Cel;
using Portal.Sandbox.Validation;

namespace Portal.Sandbox.Schema;

/// <summary>Validates custom resources; texts follow kube-openapi's validator as the API server prints them.</summary>
internal static class CustomResourceValidator
{
    /// <summary>Of these the rules of the language are not asked: they may take a valid object for granted.</summary>
    private static readonly string[] s_blocking = ["FieldValueRequired", "FieldValueTooLong", "FieldValueTooMany", "FieldValueTypeInvalid"];

    /// <param name="old">The stored object; what did not change since is not judged again.</param>
    /// <param name="subresource">With <c>status</c> everything else is as it was.</param>
    public static void Validate(JsonObject obj, JsonObject? old, SchemaNode schema, string subresource, ErrorList errors)
    {
        var found = new List<FieldError>();
        foreach (var (name, property) in schema.Properties)
        {
            if (name is "apiVersion" or "kind" or "metadata" || (subresource == "status" && name != "status")) continue;
            if (obj.TryGetPropertyValue(name, out var value)) Value(value, old?[name], property, name, found);
        }
        if (subresource != "status")
        {
            Required(obj, schema.Rules!, "", found);
            Junctors(obj, schema.Rules!, "", found);
        }
        // Wrong values first, then what is missing: the order in which the API server's validator reports them.
        found = [.. found.OrderBy(e => e.Reason == "FieldValueRequired")];
        ListInvariants.Check(obj, schema, "", found);
        if (!found.Any(e => s_blocking.Contains(e.Reason))) CelValidator.Validate(obj, old, schema, found);
        errors.AddRange(found);
    }

    private static void Value(JsonNode? value, JsonNode? old, SchemaNode schema, string path, List<FieldError> errors)
    {
        if (schema.Rules is not { } rules || (old is not null && JsonNode.DeepEquals(value, old))) return;
        if (value is null)
        {
            if (!rules.Nullable && !rules.Untyped) errors.Add(TypeError(path, "null", Expected(schema.Type)));
            return;
        }
        if (!rules.Untyped && !HasType(value, schema.Type))
        {
            errors.Add(TypeError(path, Kind(value), Expected(schema.Type)));
            return;
        }
        switch (value)
        {
            case JsonObject obj: Object(obj, old as JsonObject, schema, rules, path, errors); break;
            case JsonArray array: Array(array, old as JsonArray, schema, rules, path, errors); break;
            case JsonValue scalar: Scalar(scalar, rules, path, errors); break;
        }
        if (rules.Enum is { } allowed && !allowed.Any(a => JsonNode.DeepEquals(a, value)))
            errors.Add(FieldError.NotSupported(path, value, allowed.Select(a => a?.ToString() ?? "null")));
        Junctors(value, rules, path, errors);
    }

    /// <summary>anyOf, oneOf, allOf, not. Their errors name no field; what is wrong with the likeliest alternative follows.</summary>
    private static void Junctors(JsonNode value, SchemaRules rules, string path, List<FieldError> errors)
    {
        if (rules.AnyOf.Count > 0)
        {
            var tried = rules.AnyOf.Select(s => Try(value, s, path)).ToList();
            if (tried.All(t => t.Count > 0))
            {
                errors.Add(Composite($"\"{path}\" must validate at least one schema (anyOf)"));
                errors.AddRange(tried.MinBy(t => t.Count)!);
            }
        }
        if (rules.OneOf.Count > 0)
        {
            var tried = rules.OneOf.Select(s => Try(value, s, path)).ToList();
            var valid = tried.Count(t => t.Count == 0);
            if (valid != 1) errors.Add(Composite($"\"{path}\" must validate one and only one schema (oneOf). Found {(valid == 0 ? "none valid" : $"{valid} valid alternatives")}"));
            if (valid == 0) errors.AddRange(tried.MinBy(t => t.Count)!);
        }
        if (rules.AllOf.Count > 0)
        {
            var tried = rules.AllOf.Select(s => Try(value, s, path)).ToList();
            foreach (var failures in tried) errors.AddRange(failures);
            if (tried.Any(t => t.Count > 0)) errors.Add(Composite($"\"{path}\" must validate all the schemas (allOf){(tried.All(t => t.Count > 0) ? ". None validated" : "")}"));
        }
        if (rules.Not is { } not && Try(value, not, path).Count == 0) errors.Add(Composite($"\"{path}\" must not validate the schema (not)"));
    }

    private static List<FieldError> Try(JsonNode value, SchemaNode schema, string path)
    {
        var errors = new List<FieldError>();
        Value(value, null, schema, path, errors);
        return errors;
    }

    private static FieldError Composite(string detail) => FieldError.Invalid("<nil>", "", detail);

    private static void Object(JsonObject obj, JsonObject? old, SchemaNode schema, SchemaRules rules, string path, List<FieldError> errors)
    {
        foreach (var (name, child) in obj)
        {
            if (schema.Child(name) is { } property) Value(child, old?[name], property, path.Length == 0 ? name : $"{path}.{name}", errors);
        }
        Required(obj, rules, path, errors);
        if (rules.MinProperties is { } min && obj.Count < min) errors.Add(In(path, obj, $"should have at least {min} properties"));
        if (rules.MaxProperties is { } max && obj.Count > max) errors.Add(FieldError.TooMany(path, obj.Count, (int)max));
    }

    private static void Required(JsonObject obj, SchemaRules rules, string path, List<FieldError> errors)
    {
        foreach (var name in rules.Required)
        {
            if (!obj.ContainsKey(name)) errors.Add(FieldError.Required(path.Length == 0 ? name : $"{path}.{name}"));
        }
    }

    private static void Array(JsonArray array, JsonArray? old, SchemaNode schema, SchemaRules rules, string path, List<FieldError> errors)
    {
        if (rules.MinItems is { } min && array.Count < min) errors.Add(In(path, array, $"should have at least {min} items"));
        if (rules.MaxItems is { } max && array.Count > max) errors.Add(FieldError.TooMany(path, array.Count, (int)max));
        if (schema.Items is not { } items) return;
        for (var i = 0; i < array.Count; i++) Value(array[i], ListInvariants.Correlated(array[i], old, schema), items, $"{path}[{i}]", errors);
    }

    private static void Scalar(JsonValue value, SchemaRules rules, string path, List<FieldError> errors)
    {
        if (value.TryGetValue<string>(out var text))
        {
            var length = text.EnumerateRunes().Count();
            if (rules.MinLength is { } min && length < min)
                errors.Add(In(path, value, $"should be at least {min} chars long"));
            if (rules.MaxLength is { } max && length > max)
                errors.Add(FieldError.TooLong(path, (int)max));
            if (rules.Pattern is { } pattern && !pattern.IsMatch(text))
                errors.Add(In(path, value, $"should match '{rules.PatternText}'"));
            if (rules.Format is { } format && !SchemaFormats.Matches(format, text))
                errors.Add(In(path, value, $"must be of type {format}: {GoSyntax.Quote(text)}"));
            return;
        }
        if (!double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || value.GetValueKind() != JsonValueKind.Number) return;
        if (rules.Minimum is { } low && (rules.ExclusiveMinimum ? number <= low : number < low))
            errors.Add(In(path, value, rules.ExclusiveMinimum ? $"should be greater than {Number(low)}" : $"should be greater than or equal to {Number(low)}"));
        if (rules.Maximum is { } high && (rules.ExclusiveMaximum ? number >= high : number > high))
            errors.Add(In(path, value, rules.ExclusiveMaximum ? $"should be less than {Number(high)}" : $"should be less than or equal to {Number(high)}"));
        if (rules.MultipleOf is > 0 and var factor && Math.Abs(number / factor - Math.Round(number / factor)) > 1e-9) errors.Add(In(path, value, $"should be a multiple of {Number(factor)}"));
    }

    private static FieldError In(string path, JsonNode value, string what) => FieldError.Invalid(path, value, $"{path} in body {what}");

    private static FieldError TypeError(string path, string got, string expected) =>
        FieldError.TypeInvalid(path, JsonValue.Create(got), $"{path} in body must be of type {expected}: \"{got}\"");

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
