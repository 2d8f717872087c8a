using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Schema.Cel;

/// <summary>Asks the rules of a custom resource's schema, from the root inwards.</summary>
internal static class CelValidator
{
    public static void Validate(JsonObject obj, JsonObject? old, SchemaNode schema, List<FieldError> errors)
    {
        try
        {
            Value(obj, old, schema, "", new CelBudget(), errors);
        }
        catch (CelBudgetException)
        {
            errors.Add(FieldError.Invalid("<nil>", "", "validation failed due to running out of cost budget, no further validation rules will be run"));
        }
    }

    private static void Value(JsonNode? value, JsonNode? old, SchemaNode schema, string path, CelBudget budget, List<FieldError> errors)
    {
        if (value is null || schema.Rules is not { } rules) return;
        foreach (var rule in rules.Validations) Ask(rule, value, old, schema, path, budget, errors);
        switch (value)
        {
            case JsonObject obj:
                foreach (var (name, child) in obj)
                {
                    if (schema.Child(name) is { Rules: not null } property)
                        Value(child, (old as JsonObject)?[name], property, schema.Type == SchemaType.Map ? $"{path}[{name}]" : path.Length == 0 ? name : $"{path}.{name}", budget, errors);
                }
                break;
            case JsonArray array when schema.Items is { Rules: not null } items:
                for (var i = 0; i < array.Count; i++) Value(array[i], ListInvariants.Correlated(array[i], old as JsonArray, schema), items, $"{path}[{i}]", budget, errors);
                break;
        }
    }

    private static void Ask(CelRule rule, JsonNode value, JsonNode? old, SchemaNode schema, string path, CelBudget budget, List<FieldError> errors)
    {
        if (rule.IsTransition ? old is null && !rule.OptionalOldSelf : old is not null && JsonNode.DeepEquals(old, value)) return;
        var before = CelValues.FromJson(old, schema);
        var scope = new CelScope(budget, null, "self", CelValues.FromJson(value, schema))
            .With("oldSelf", !rule.OptionalOldSelf ? before : old is null ? CelOptional.None : CelOptional.Of(before));
        var at = path.Length == 0 ? "<nil>" : path;
        try
        {
            if (rule.Program(schema).Test(scope)) return;
            errors.Add(Failed(rule, schema, path + rule.FieldPath is var field && field.Length == 0 ? "<nil>" : field.TrimStart('.'), Message(rule, schema, scope)));
        }
        catch (CelBudgetException e)
        {
            errors.Add(FieldError.Invalid(at, TypeOf(schema), $"'{e.Message}': no further validation rules will be run due to call cost exceeds limit for rule: {rule.Title}"));
            throw;
        }
        catch (CelEvaluationException e) when (e.Message.StartsWith("no such overload", StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid(at, TypeOf(schema), $"'{e.Message}': call arguments did not match a supported operator, function or macro signature for rule: {rule.Title}"));
        }
        catch (CelEvaluationException e)
        {
            errors.Add(FieldError.Invalid(at, TypeOf(schema), $"{e.Message} evaluating rule: {rule.Title}"));
        }
        catch (CelSyntaxException)
        {
            errors.Add(FieldError.Invalid(at, TypeOf(schema), $"rule compile error: {rule.Title}"));
        }
    }

    /// <summary>The rule's own words; a message expression that fails or gives nothing printable leaves the message.</summary>
    private static string Message(CelRule rule, SchemaNode schema, CelScope scope)
    {
        if (rule.MessageExpression is { Length: > 0 })
        {
            try
            {
                if (rule.MessageProgram(schema).Evaluate(scope) is string text && text.Trim().Length > 0 && !text.Contains('\n', StringComparison.Ordinal)) return text;
            }
            catch (Exception e) when (e is CelEvaluationException and not CelBudgetException or CelSyntaxException)
            {
                // The message that follows will do.
            }
        }
        return rule.Message is { Length: > 0 } message ? message : $"failed rule: {rule.Rule.Trim()}";
    }

    private static FieldError Failed(CelRule rule, SchemaNode schema, string path, string message) => rule.Reason switch
    {
        "FieldValueForbidden" => FieldError.Forbidden(path, message),
        "FieldValueRequired" => FieldError.Required(path, message),
        "FieldValueDuplicate" => FieldError.Duplicate(path, TypeOf(schema)),
        _ => FieldError.Invalid(path, TypeOf(schema), message),
    };

    private static string TypeOf(SchemaNode schema) => schema.Type switch
    {
        SchemaType.Object or SchemaType.Map => "object",
        SchemaType.Array => "array",
        SchemaType.Integer => "integer",
        SchemaType.Number => "number",
        SchemaType.Boolean => "boolean",
        SchemaType.String => "string",
        _ => "",
    };
}
