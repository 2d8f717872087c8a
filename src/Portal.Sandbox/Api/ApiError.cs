using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Api;

/// <summary>A request fails with a Kubernetes Status. Texts follow k8s.io/apimachinery/pkg/api/errors.</summary>
internal class ApiException(int code, string reason, string message, JsonObject? details = null, string? continuation = null) : Exception(message)
{
    public int Code { get; } = code;
    public string Reason { get; } = reason;

    /// <summary>Set when the object does not fit its kind's types.</summary>
    public Schema.SchemaDecodeException? Decoding { get; init; }

    /// <summary>How long the client is to wait before it comes again; null where that would not help.</summary>
    public long? RetryAfterSeconds => details.Num("retryAfterSeconds") is { } seconds and > 0 ? seconds : null;

    public JsonObject ToStatus()
    {
        var metadata = new JsonObject();
        if (continuation is not null) metadata["continue"] = continuation;
        var status = new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = metadata, ["status"] = "Failure", ["message"] = Message };
        if (Reason.Length > 0) status["reason"] = Reason;
        if (details is not null) status["details"] = details.DeepClone();
        status["code"] = Code;
        return status;
    }
}

internal static class ApiError
{
    public static ApiException NotFound(ResourceType type, string name) =>
        new(404, "NotFound", $"{type.Resource} \"{name}\" not found", Details(type.Group, type.Plural, name));

    public static ApiException PathNotFound() =>
        new(404, "NotFound", "the server could not find the requested resource", new JsonObject());

    public static ApiException AlreadyExists(ResourceType type, string name) =>
        new(409, "AlreadyExists", $"{type.Resource} \"{name}\" already exists", Details(type.Group, type.Plural, name));

    public static ApiException Conflict(ResourceType type, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {type.Resource} \"{name}\": {why}", Details(type.Group, type.Plural, name));

    public static ApiException ModifiedConflict(ResourceType type, string name) =>
        Conflict(type, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiException BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiException Forbidden(ResourceType type, string name, string why) =>
        Forbidden(type.Group, type.Plural, name, why);

    public static ApiException Forbidden(string group, string plural, string name, string why)
    {
        var resource = group.Length == 0 ? plural : $"{plural}.{group}";
        return new(403, "Forbidden", name.Length == 0 ? $"{resource} is forbidden: {why}" : $"{resource} \"{name}\" is forbidden: {why}", Details(group, plural, name));
    }

    /// <summary>The client is to come again in a second; client-go does so by itself.</summary>
    public static ApiException TooManyRequests() =>
        new(
            429,
            "TooManyRequests",
            "Too many requests, please try again later.",
            new JsonObject { ["retryAfterSeconds"] = 1 }
        );

    public static ApiException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static ApiException MethodNotAllowed() => new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", new JsonObject());

    public static ApiException UnsupportedMediaType(string got, params string[] accepted) =>
        new(415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", accepted)}", new JsonObject());

    /// <summary>A patch whose result does not fit the kind (apiserver/pkg/endpoints/handlers/patch.go).</summary>
    public static ApiException InvalidPatch(string value, string why)
    {
        var error = FieldError.Invalid("patch", value, why);
        return new(422, "Invalid", $" \"\" is invalid: {error}", new JsonObject { ["causes"] = new JsonArray(error.ToCause()) });
    }

    public static ApiException TooLarge(long limit) =>
        new(413, "RequestEntityTooLarge", $"Request entity too large: limit is {limit}");

    public static ApiException Expired(long revision, long oldest) =>
        new(410, "Expired", $"too old resource version: {revision} ({oldest})");

    public static ApiException InvalidContinue(string why) => BadRequest("invalid continue token: continue key is not valid: " + why);

    /// <summary>The pages after the first are no longer to be had; the token in the answer leads on through the present state.</summary>
    public static ApiException ContinueExpired(string token) => new(410, "Expired",
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
        + "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
        continuation: token);

    public static ApiException TooLargeResourceVersion(long wanted, long current) => new(504, "Timeout", $"Timeout: Too large resource version: {wanted}, current: {current}",
        new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }), ["retryAfterSeconds"] = 1 });

    /// <summary>422 with one cause per error; kubectl prints the causes as a list.</summary>
    public static ApiException Invalid(ResourceType type, string name, IReadOnlyList<FieldError> errors)
    {
        errors = [.. errors.Distinct()];
        var details = Details(type.Group, type.Kind, name);
        details["causes"] = new JsonArray([.. errors.Select(e => e.ToCause())]);
        var text = errors.Count == 1 ? errors[0].ToString() : "[" + string.Join(", ", errors.Select(e => e.ToString())) + "]";
        return new(422, "Invalid", $"{type.QualifiedKind} \"{name}\" is invalid: {text}", details);
    }

    public static ApiException InvalidOptions(string kind, FieldError error) => new(422, "Invalid", $"{kind}.meta.k8s.io \"\" is invalid: {error}",
        new JsonObject { ["group"] = "meta.k8s.io", ["kind"] = kind, ["causes"] = new JsonArray(error.ToCause()) });

    private static JsonObject Details(string group, string kind, string name)
    {
        var details = new JsonObject();
        if (name.Length > 0) details["name"] = name;
        if (group.Length > 0) details["group"] = group;
        details["kind"] = kind;
        return details;
    }
}

/// <summary>One invalid field. Texts follow k8s.io/apimachinery/pkg/util/validation/field/errors.go.</summary>
internal sealed record FieldError(string Reason, string Field, string Body)
{
    public static FieldError Required(string field, string detail = "") => new("FieldValueRequired", field, "Required value" + Suffix(detail));

    public static FieldError Invalid(string field, JsonNode? value, string detail) => new("FieldValueInvalid", field, $"Invalid value: {Show(value)}" + Suffix(detail));

    /// <summary>For values that Go prints with <c>%#v</c>, such as maps.</summary>
    public static FieldError InvalidRaw(string field, string value, string detail) => new("FieldValueInvalid", field, $"Invalid value: {value}" + Suffix(detail));

    public static FieldError NotSupported(string field, JsonNode? value, IEnumerable<string> supported) =>
        new("FieldValueNotSupported", field, $"Unsupported value: {Show(value)}: supported values: {string.Join(", ", supported.Select(s => $"\"{s}\""))}");

    public static FieldError Duplicate(string field, JsonNode? value) => new("FieldValueDuplicate", field, $"Duplicate value: {Show(value)}");

    public static FieldError Forbidden(string field, string detail) => new("FieldValueForbidden", field, "Forbidden" + Suffix(detail));

    public static FieldError NotFound(string field, JsonNode? value) => new("FieldValueNotFound", field, $"Not found: {Show(value)}");

    public static FieldError TooMany(string field, int actual, int max) => new("FieldValueTooMany", field, $"Too many: {actual}: must have at most {max} item{(max == 1 ? "" : "s")}");

    public static FieldError TooLong(string field, int max) => new("FieldValueTooLong", field, $"Too long: may not be more than {max} bytes");

    public static FieldError TypeInvalid(string field, JsonNode? value, string detail) => new("FieldValueTypeInvalid", field, $"Invalid value: {Show(value)}" + Suffix(detail));

    public JsonObject ToCause() => new() { ["reason"] = Reason, ["message"] = Body, ["field"] = Field };

    public override string ToString() => $"{Field}: {Body}";

    private static string Show(JsonNode? value) => value is null ? "null" : Json.JsonExtensions.ToText(value);

    private static string Suffix(string detail) => detail.Length == 0 ? "" : ": " + detail;
}
