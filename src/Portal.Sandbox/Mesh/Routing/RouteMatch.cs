using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Routing;

/// <summary>Who asks: what a match may look at besides the request.</summary>
/// <param name="Gateway">Id of the gateway whose listener got the request, or <c>mesh</c>.</param>
/// <param name="Claims">The payload of the request's token, when one was verified.</param>
internal sealed record RouteSource(string Gateway, string Namespace, IReadOnlyDictionary<string, string> Labels, int Port, JsonObject? Claims = null)
{
    public const string Mesh = "mesh";
}

/// <summary>Conditions on a request, all of which have to hold (HTTPMatchRequest).</summary>
internal sealed class RouteMatch
{
    private const string ClaimPrefix = "@request.auth.claims";

    private readonly StringMatch? _scheme;
    private readonly StringMatch? _method;
    private readonly StringMatch? _authority;
    private readonly (string Name, StringMatch Match)[] _headers;
    private readonly (string Name, StringMatch Match)[] _withoutHeaders;
    private readonly (string Name, StringMatch Match)[] _query;
    private readonly IReadOnlyDictionary<string, string> _sourceLabels;
    private readonly string? _sourceNamespace;
    private readonly string[] _gateways;
    private readonly long? _port;

    public RouteMatch(JsonObject match, string ruleNamespace)
    {
        Json = match;
        Name = match.Str("name");
        var ignoreCase = match.Flag("ignoreUriCase") == true;
        Uri = match.Obj("uri") is { Count: > 0 } uri ? StringMatch.Of(uri, ignoreCase) : null;
        _scheme = Part(match, "scheme");
        _method = Part(match, "method");
        _authority = Part(match, "authority");
        // These have fields of their own; as headers they are ignored.
        _headers = [.. Named(match, "headers").Where(h => h.Name is not ("uri" or "scheme" or "method" or "authority"))];
        _withoutHeaders = Named(match, "withoutHeaders");
        _query = Named(match, "queryParams");
        _gateways = [.. match.Strings("gateways").Select(g => g == RouteSource.Mesh ? g : MeshConfig.QualifyGateway(g, ruleNamespace))];
        // Who names gateways says nothing about labels of sidecars.
        _sourceLabels = _gateways.Length > 0 ? JsonExtensions.EmptyMap : match.Map("sourceLabels");
        _sourceNamespace = match.Str("sourceNamespace") is { Length: > 0 } ns ? ns : null;
        _port = match.Num("port") is > 0 and var port ? port : null;
    }

    public JsonObject Json { get; }
    public string? Name { get; }
    public StringMatch? Uri { get; init; }

    /// <summary>Whether every request that comes here matches; a gateway sorts such routes last.</summary>
    public bool IsCatchAll => (Uri is null or { Kind: StringMatchKind.Prefix, Value: "/" } or { Kind: StringMatchKind.PathSegments, Value: "/" } or { Kind: StringMatchKind.Regex, Value: ".*" } or { IsPresence: true })
        && _headers.Length == 0 && _withoutHeaders.Length == 0 && _query.Length == 0 && _method is null && _authority is null && _scheme is null;

    /// <summary>The match as its proxy knows it: conditions on the proxy and its listener are decided when configuration is made.</summary>
    public bool AppliesTo(RouteSource source)
    {
        if (_gateways.Length > 0 && Array.IndexOf(_gateways, source.Gateway) < 0) return false;
        if (_port is { } port && port != source.Port) return false;
        if (_sourceNamespace is not null && _sourceNamespace != source.Namespace) return false;
        foreach (var (key, value) in _sourceLabels) if (!source.Labels.TryGetValue(key, out var own) || own != value) return false;
        return true;
    }

    public bool Matches(HttpCall call, RouteSource source)
    {
        if (Uri is not null && !Uri.Matches(call.PathOnly)) return false;
        if (_method?.Matches(call.Method) == false || _authority?.Matches(call.Authority) == false) return false;
        if (_scheme?.Matches(call.Headers["x-forwarded-proto"] ?? "http") == false) return false;
        foreach (var (name, condition) in _headers)
        {
            if (name.StartsWith(ClaimPrefix, StringComparison.Ordinal) ? !Claim(source.Claims, name, condition) : Value(name, call) is not { } value || !condition.Matches(value)) return false;
        }
        foreach (var (name, condition) in _withoutHeaders)
        {
            if (name.StartsWith(ClaimPrefix, StringComparison.Ordinal) ? Claim(source.Claims, name, condition) : !Lacks(condition, Value(name, call))) return false;
        }
        foreach (var (name, condition) in _query) if (!Query(condition, name, call.Query)) return false;
        return AppliesTo(source);
    }

    // A missing header counts as an empty one, unless only its absence is asked for.
    private static bool Lacks(StringMatch condition, string? value) => condition.IsPresence ? value is null : !condition.Matches(value ?? "");

    private static string? Value(string name, HttpCall call) => name switch
    {
        ":method" => call.Method,
        ":path" => call.Path,
        ":authority" => call.Authority,
        ":scheme" => call.Headers["x-forwarded-proto"] ?? "http",
        _ => call.Headers[name],
    };

    /// <summary><c>@request.auth.claims.a.b</c> or <c>@request.auth.claims[a][b]</c>: a claim that is, or whose list has, the value.</summary>
    private static bool Claim(JsonObject? claims, string name, StringMatch condition)
    {
        var path = name[ClaimPrefix.Length..];
        var parts = path.StartsWith('[') ? path.Trim('[', ']').Split("][") : path.Split('.', StringSplitOptions.RemoveEmptyEntries);
        return claims.At(parts) switch
        {
            JsonArray list => list.Any(v => v.Str() is { } s && condition.Matches(s)),
            JsonValue v => condition.Matches(v.ToString()),
            _ => false,
        };
    }

    private static bool Query(StringMatch condition, string name, string query)
    {
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var i = pair.IndexOf('=', StringComparison.Ordinal);
            if (System.Uri.UnescapeDataString(i < 0 ? pair : pair[..i]) == name) return condition.Matches(i < 0 ? "" : System.Uri.UnescapeDataString(pair[(i + 1)..]));
        }
        return false;
    }

    private static StringMatch? Part(JsonObject match, string name) => match.Obj(name) is { Count: > 0 } part ? StringMatch.Of(part) : null;

    private static (string Name, StringMatch Match)[] Named(JsonObject match, string name) => match.Obj(name) is { } map ? [.. map.Select(m => (m.Key, StringMatch.Of(m.Value)))] : [];
}
