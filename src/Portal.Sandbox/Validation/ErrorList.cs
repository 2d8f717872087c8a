using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Validation;

/// <summary>The errors of one object, in the order in which upstream finds them.</summary>
internal sealed class ErrorList : List<FieldError>
{
    public void Required(string path, string detail = "") => Add(FieldError.Required(path, detail));

    public void Invalid(string path, JsonNode? value, string detail) => Add(FieldError.Invalid(path, value, detail));

    /// <summary>One error for each thing that is wrong with the value.</summary>
    public void Invalid(string path, string value, IEnumerable<string> details)
    {
        foreach (var detail in details) Add(FieldError.Invalid(path, value, detail));
    }

    /// <summary>For values that Go prints with <c>%#v</c>.</summary>
    public void InvalidGo(string path, string value, string detail) => Add(FieldError.InvalidRaw(path, value, detail));

    public void NotSupported(string path, JsonNode? value, params IEnumerable<string> supported) => Add(FieldError.NotSupported(path, value, supported));

    public void Duplicate(string path, JsonNode? value) => Add(FieldError.Duplicate(path, value));

    public void Forbidden(string path, string detail) => Add(FieldError.Forbidden(path, detail));

    public void NotFound(string path, JsonNode? value) => Add(FieldError.NotFound(path, value));

    public void TooLong(string path, int max) => Add(FieldError.TooLong(path, max));

    public void TooMany(string path, int actual, int max) => Add(FieldError.TooMany(path, actual, max));

    /// <summary>A number that is absent counts as zero.</summary>
    public void NonNegative(string path, JsonNode? value)
    {
        if (value.Num() is < 0 and var n) Invalid(path, n, "must be greater than or equal to 0");
    }

    /// <summary>One of a few words; an empty one is a missing one.</summary>
    public void OneOf(string path, string? value, params IReadOnlyList<string> supported)
    {
        if (string.IsNullOrEmpty(value)) Required(path);
        else if (!supported.Contains(value)) NotSupported(path, value, supported);
    }

    /// <summary>One of a few words, when it is there.</summary>
    public void OptionalOneOf(string path, string? value, params IReadOnlyList<string> supported)
    {
        if (value is not null && !supported.Contains(value)) NotSupported(path, value, supported);
    }

    public void Immutable(string path, JsonNode? value, JsonNode? old, Func<JsonNode?, string>? show = null)
    {
        if (JsonExtensions.Same(value, old)) return;
        if (value is JsonObject or JsonArray) InvalidGo(path, show?.Invoke(value) ?? GoSyntax.Value(value), "field is immutable");
        else Invalid(path, value, "field is immutable");
    }
}
