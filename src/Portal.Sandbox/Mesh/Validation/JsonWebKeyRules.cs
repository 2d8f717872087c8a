using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>A set of keys in JSON (RFC 7517), or one of them.</summary>
internal static class JsonWebKeyRules
{
    /// <summary>What a key of each type has to have.</summary>
    private static readonly Dictionary<string, string[]> s_types = new(StringComparer.Ordinal)
    {
        ["RSA"] = ["n", "e"], ["EC"] = ["crv", "x", "y"], ["OKP"] = ["crv", "x"], ["oct"] = ["k"],
    };

    public static string? Problem(string text)
    {
        try
        {
            if (JsonNode.Parse(text) is not JsonObject set) return "failed to unmarshal JWK set: json: cannot unmarshal value into Go value of type jwk.keyProbe";
            return set.TryGetPropertyValue("keys", out var keys)
                ? keys is JsonArray list ? list.Select(Key).FirstOrDefault(p => p is not null) : "failed to unmarshal JWK set: failed to parse keys"
                : Key(set);
        }
        catch (JsonException e)
        {
            return "failed to unmarshal JWK set: " + GoJson.Describe(Encoding.UTF8.GetBytes(text), e);
        }
    }

    private static string? Key(JsonNode? key)
    {
        var type = key.Str("kty") ?? "";
        if (!s_types.TryGetValue(type, out var fields)) return $"failed to unmarshal JWK set: invalid key type from JSON ({type})";
        return Array.Find(fields, f => string.IsNullOrEmpty(key.Str(f))) is { } missing ? $"failed to unmarshal JWK set: required field {missing} is missing" : null;
    }
}
