using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

internal static class RequestAuthenticationRules
{
    public static void Check(MeshObject o, Findings f)
    {
        TargetRules.Policy(o.Spec, f);
        foreach (var rule in o.Spec.Objects("jwtRules")) Rule(rule, f);
    }

    private static void Rule(JsonObject rule, Findings f)
    {
        foreach (var _ in rule.Strings("audiences").Where(a => a.Length == 0)) f.ListError("audience must be non-empty string");
        var uri = rule.Str("jwksUri") ?? rule.Str("jwks_uri") ?? "";
        if (string.IsNullOrEmpty(rule.Str("issuer")) && uri.Length == 0) f.ListError("issuer or jwksUri must be non-empty string");
        if (uri.Length > 0) f.ListError(UriProblem(uri));
        if (rule.Str("jwks") is { Length: > 0 } keys && JsonWebKeyRules.Problem(keys) is { } problem) f.ListError($"jwks parse error: {problem}");
        foreach (var _ in rule.Objects("fromHeaders").Where(h => string.IsNullOrEmpty(h.Str("name")))) f.ListError("location header name must be non-empty string");
        foreach (var _ in rule.Strings("fromParams").Where(p => p.Length == 0)) f.ListError("location query must be non-empty string");
        foreach (var _ in rule.Strings("fromCookies").Where(c => c.Length == 0)) f.ListError("cookie name must be non-empty string");
        foreach (var copy in rule.Objects("outputClaimToHeaders"))
        {
            if (string.IsNullOrEmpty(copy.Str("claim")) || copy.Str("header") is not { Length: > 0 } header) f.ListError("outputClaimToHeaders header and claim value must be non-empty string");
            else f.ListError(HeaderRules.Plain(header));
        }
        if (DurationRules.Read(rule, "timeout", f) is { } timeout) f.ListError(DurationRules.Problem(timeout));
    }

    private static string? UriProblem(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        var scheme = colon > 0 && char.IsAsciiLetter(uri[0]) && uri[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.') ? uri[..colon].ToLowerInvariant() : "";
        if (colon == 0) return $"parse {GoText.Quote(uri)}: missing protocol scheme";
        return scheme is "http" or "https" ? null : $"URI scheme {GoText.Quote(scheme)} is not supported";
    }
}
