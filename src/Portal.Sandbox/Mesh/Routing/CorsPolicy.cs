using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Routing;

/// <summary>Which other origins' pages may call, as the proxy tells browsers.</summary>
internal sealed class CorsPolicy
{
    private readonly StringMatch[] _origins;
    private readonly string _methods;
    private readonly string _headers;
    private readonly string _expose;
    private readonly TimeSpan? _maxAge;
    private readonly bool _credentials;
    private readonly bool _forwardUnmatched;

    private CorsPolicy(JsonObject policy)
    {
        _origins = [.. policy.Objects("allowOrigins").Select(o => StringMatch.Of(o)), .. policy.Strings("allowOrigin").Select(o => o == "*" ? StringMatch.Present : new StringMatch(StringMatchKind.Exact, o))];
        _methods = string.Join(',', policy.Strings("allowMethods"));
        _headers = string.Join(',', policy.Strings("allowHeaders"));
        _expose = string.Join(',', policy.Strings("exposeHeaders"));
        _maxAge = EnvoyDuration.Parse(policy.Str("maxAge"));
        _credentials = policy.Flag("allowCredentials") == true;
        _forwardUnmatched = policy.Str("unmatchedPreflights") != "IGNORE";
    }

    public static CorsPolicy? Of(JsonObject? policy) => policy is null ? null : new(policy);

    /// <summary>The answer to a browser's question before the request; null when this is none, or goes on to the server.</summary>
    public HttpReply? Preflight(HttpCall call)
    {
        if (call.Method != "OPTIONS" || call.Headers["origin"] is not { } origin || call.Headers["access-control-request-method"] is null) return null;
        if (!Allows(origin)) return _forwardUnmatched ? null : HttpReply.Of(200, "", details: "cors_response");
        var reply = HttpReply.Of(200, "", details: "cors_response");
        reply.Headers["access-control-allow-origin"] = origin;
        if (_credentials) reply.Headers["access-control-allow-credentials"] = "true";
        if (_methods.Length > 0) reply.Headers["access-control-allow-methods"] = _methods;
        if (_headers.Length > 0) reply.Headers["access-control-allow-headers"] = _headers;
        if (_maxAge is { } age) reply.Headers["access-control-max-age"] = ((long)age.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return reply;
    }

    /// <summary>Tells the browser that it may show the answer to its page.</summary>
    public void Mark(HttpCall call, HttpReply reply)
    {
        if (call.Headers["origin"] is not { } origin || !Allows(origin)) return;
        reply.Headers["access-control-allow-origin"] = origin;
        if (_credentials) reply.Headers["access-control-allow-credentials"] = "true";
        if (_expose.Length > 0) reply.Headers["access-control-expose-headers"] = _expose;
    }

    private bool Allows(string origin) => Array.Exists(_origins, o => o.Matches(origin));
}
