using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Security;

/// <summary>A token whose signature, times, issuer and audience are right.</summary>
internal sealed record VerifiedToken(JsonObject Claims)
{
    public string Principal { get; } = $"{Claims.Str("iss")}/{Claims.Str("sub")}";
}

/// <summary>
/// The JWT rules of a workload's RequestAuthentications. A request without a token passes without an identity; one with a bad token is refused.
/// Errors read as Envoy's jwt_authn filter writes them.
/// </summary>
internal sealed class TokenAuthentication
{
    private const int MaxRemembered = 500;

    private readonly Rule[] _rules;

    public TokenAuthentication(IEnumerable<JsonObject> rules) => _rules = [.. rules.Select(r => new Rule(r))];

    /// <summary>Looks for tokens and verifies them. On success the request's headers are changed as the rule says.</summary>
    public HttpReply? Check(HttpCall call, DateTimeOffset now, out VerifiedToken? token)
    {
        token = null;
        string? error = null;
        foreach (var rule in _rules)
        {
            foreach (var (text, take) in rule.Find(call))
            {
                if (rule.Verify(text, now, out var claims) is { } wrong)
                {
                    // What another rule may accept is no error of this one.
                    if (error is null || error == JwtError.UnknownIssuer) error = wrong;
                    continue;
                }
                token ??= new VerifiedToken(claims!);
                rule.Output(call.Headers, text, claims!, take);
            }
        }
        if (token is not null) return null;
        if (error is null && !Array.Exists(_rules, r => r.Required)) return null;
        return Refuse(call, error ?? JwtError.Missing);
    }

    private static HttpReply Refuse(HttpCall call, string error)
    {
        var reply = HttpReply.Of(error == JwtError.Audience ? 403 : 401, error, details: $"jwt_authn_access_denied{{{error.Replace(' ', '_')}}}");
        if (reply.Status == 401) reply.Headers["www-authenticate"] = $"Bearer realm=\"{call.Headers["x-forwarded-proto"] ?? "http"}://{call.Authority}{call.PathOnly}\"{(error == JwtError.Missing ? "" : ", error=\"invalid_token\"")}";
        return reply;
    }

    private sealed class Rule
    {
        private readonly JsonWebKeys _keys;
        private readonly string _issuer;
        private readonly HashSet<string> _audiences;
        private readonly (string Name, string Prefix)[] _headers;
        private readonly string[] _parameters;
        private readonly string[] _cookies;
        private readonly bool _forward;
        private readonly string? _payloadHeader;
        private readonly (string Header, string Claim)[] _claimHeaders;
        private readonly ConcurrentDictionary<string, (string? Error, JsonObject? Claims)> _known = new(StringComparer.Ordinal);

        public Rule(JsonObject rule)
        {
            _issuer = rule.Str("issuer") ?? "";
            _keys = JsonWebKeys.Parse(rule.Str("jwks"));
            _audiences = [.. rule.Strings("audiences")];
            _headers = [.. rule.Objects("fromHeaders").Select(h => (h.Str("name") ?? "", h.Str("prefix") ?? ""))];
            _parameters = [.. rule.Strings("fromParams")];
            _cookies = [.. rule.Strings("fromCookies")];
            if (_headers.Length + _parameters.Length + _cookies.Length == 0) (_headers, _parameters) = ([("authorization", "Bearer ")], ["access_token"]);
            _forward = rule.Flag("forwardOriginalToken") == true;
            _payloadHeader = rule.Str("outputPayloadToHeader") is { Length: > 0 } header ? header : null;
            _claimHeaders = [.. rule.Objects("outputClaimToHeaders").Select(o => (o.Str("header") ?? "", o.Str("claim") ?? ""))];
            Required = rule.Str("presence") == "REQUIRED";
        }

        public bool Required { get; }

        /// <summary>The tokens where the rule looks for them, each with what takes it out of the request.</summary>
        public IEnumerable<(string Token, Action Take)> Find(HttpCall call)
        {
            foreach (var (name, prefix) in _headers)
            {
                if (call.Headers[name] is { } value && value.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && value.Length > prefix.Length) yield return (value[prefix.Length..].Trim(), () => call.Headers.Remove(name));
            }
            foreach (var parameter in _parameters)
            {
                foreach (var pair in call.Query.Split('&'))
                    if (pair.StartsWith(parameter + "=", StringComparison.Ordinal)) yield return (Uri.UnescapeDataString(pair[(parameter.Length + 1)..]), () => { });
            }
            foreach (var cookie in _cookies)
            {
                foreach (var pair in (call.Headers["cookie"] ?? "").Split(';', StringSplitOptions.TrimEntries))
                    if (pair.StartsWith(cookie + "=", StringComparison.Ordinal)) yield return (pair[(cookie.Length + 1)..], () => { });
            }
        }

        public string? Verify(string token, DateTimeOffset now, out JsonObject? claims)
        {
            if (!_known.TryGetValue(token, out var result))
            {
                if (_known.Count >= MaxRemembered) _known.Clear();
                _known[token] = result = (JsonWebToken.Verify(token, _issuer, _keys, out var read), read);
            }
            claims = result.Claims;
            if (result.Error is not null) return result.Error;
            if (JsonWebToken.CheckTimes(claims!, now) is { } late) return late;
            if (_audiences.Count == 0) return null;
            var said = claims!["aud"] is JsonArray list ? list.Select(a => a.Str() ?? "") : [claims.Str("aud") ?? ""];
            return said.Any(_audiences.Contains) ? null : JwtError.Audience;
        }

        public void Output(HttpHeaders headers, string token, JsonObject claims, Action take)
        {
            if (_payloadHeader is not null) headers[_payloadHeader] = token.Split('.')[1];
            foreach (var (header, claim) in _claimHeaders)
            {
                // What the client wrote there itself must not pass for a claim.
                headers.Remove(header);
                var value = claims.At(claim.Split('.')) ?? claims[claim];
                if (value is JsonValue v) headers[header] = v.ToString();
                else if (value is not null) headers[header] = Convert.ToBase64String(value.ToUtf8());
            }
            if (!_forward) take();
        }
    }
}

/// <summary>What can be wrong with a token, in the words of Envoy's jwt_verify_lib.</summary>
internal static class JwtError
{
    public const string Missing = "Jwt is missing";
    public const string Form = "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections";
    public const string Header = "Jwt header is an invalid Base64url encoded";
    public const string Payload = "Jwt payload is an invalid Base64url encoded";
    public const string HeaderJson = "Jwt header is an invalid JSON";
    public const string PayloadJson = "Jwt payload is an invalid JSON";
    public const string Algorithm = "Jwt header [alg] is not supported";
    public const string UnknownIssuer = "Jwt issuer is not configured";
    public const string Expired = "Jwt is expired";
    public const string NotYet = "Jwt not yet valid";
    public const string Audience = "Audiences in Jwt are not allowed";
    public const string NoKey = "Jwks doesn't have key to match kid or alg from Jwt";
    public const string Signature = "Jwt verification fails";
    public const string SignatureForm = "Jwt signature is an invalid Base64url encoded";
}
