using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of config maps and secrets.</summary>
internal static class ConfigurationValidation
{
    private const int Limit = 1024 * 1024;
    private const string Frozen = "field is immutable when `immutable` is set";

    public static void ConfigMap(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        Immutable(obj, old, errors, "data", "binaryData");
        long size = 0;
        foreach (var (key, value) in obj.Obj("data") ?? [])
        {
            errors.Invalid($"data[{key}]", key, NameRules.ConfigKey(key));
            if (obj.Obj("binaryData")?.ContainsKey(key) == true) errors.Invalid($"data[{key}]", key, "duplicate of key present in binaryData");
            size += System.Text.Encoding.UTF8.GetByteCount(value.Str() ?? "");
        }
        foreach (var (key, value) in obj.Obj("binaryData") ?? [])
        {
            errors.Invalid($"binaryData[{key}]", key, NameRules.ConfigKey(key));
            size += Length(value);
        }
        if (size > Limit) errors.TooLong("[]", Limit);
    }

    public static void Secret(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var type = obj.Str("type") ?? "";
        if (old is not null) errors.Immutable("type", type, old.Str("type") ?? "");
        Immutable(obj, old, errors, "data");
        long size = 0;
        var data = obj.Obj("data");
        foreach (var (key, value) in data ?? [])
        {
            errors.Invalid($"data[{key}]", key, NameRules.ConfigKey(key));
            size += Length(value);
        }
        if (size > Limit) errors.TooLong("data", Limit);
        bool Has(string key) => data?.ContainsKey(key) == true;
        switch (type)
        {
            case "kubernetes.io/service-account-token":
                if (string.IsNullOrEmpty(obj.Str("metadata", "annotations", "kubernetes.io/service-account.name"))) errors.Required("metadata.annotations[kubernetes.io/service-account.name]");
                break;
            case "kubernetes.io/dockercfg": Json(data, ".dockercfg", errors); break;
            case "kubernetes.io/dockerconfigjson": Json(data, ".dockerconfigjson", errors); break;
            case "kubernetes.io/basic-auth":
                if (Has("username") || Has("password")) break;
                errors.Required("data[%s][username]");
                errors.Required("data[%s][password]");
                break;
            case "kubernetes.io/ssh-auth":
                if (string.IsNullOrEmpty(data.Str("ssh-privatekey"))) errors.Required("data[%s][ssh-privatekey]");
                break;
            case "kubernetes.io/tls":
                if (!Has("tls.crt")) errors.Required("data[tls.crt]");
                if (!Has("tls.key")) errors.Required("data[tls.key]");
                break;
        }
    }

    private static void Immutable(JsonObject obj, JsonObject? old, ErrorList errors, params ReadOnlySpan<string> fields)
    {
        if (old.Flag("immutable") != true) return;
        if (obj.Flag("immutable") != true) errors.Forbidden("immutable", Frozen);
        foreach (var field in fields)
        {
            if (!JsonExtensions.Same(obj[field], old![field])) errors.Forbidden(field, Frozen);
        }
    }

    private static void Json(JsonObject? data, string key, ErrorList errors)
    {
        if (data.Str(key) is not { } encoded)
        {
            errors.Required($"data[{key}]");
            return;
        }
        var bytes = Decode(encoded);
        try
        {
            using var document = JsonDocument.Parse(bytes);
            if (document.RootElement.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
                errors.Invalid($"data[{key}]", "<secret contents redacted>", $"json: cannot unmarshal {document.RootElement.ValueKind.ToString().ToLowerInvariant()} into Go value of type map[string]interface {{}}");
        }
        catch (JsonException)
        {
            var first = System.Text.Encoding.UTF8.GetString(bytes).TrimStart();
            errors.Invalid($"data[{key}]", "<secret contents redacted>", first.Length == 0 || first[0] is '{' or '[' or '"' ? "unexpected end of JSON input" : $"invalid character '{first[0]}' looking for beginning of value");
        }
    }

    private static byte[] Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var n) ? bytes[..n] : [];
    }

    private static long Length(JsonNode? base64) => base64.Str() is { } s ? s.Length / 4 * 3 - (s.EndsWith("==", StringComparison.Ordinal) ? 2 : s.EndsWith('=') ? 1 : 0) : 0;
}
