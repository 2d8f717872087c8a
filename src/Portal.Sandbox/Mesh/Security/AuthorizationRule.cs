using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Routing;
using Portal.Sandbox.Text;

namespace Portal.Sandbox.Mesh.Security;

/// <summary>
/// A rule of an AuthorizationPolicy: one of its sources, one of its operations and all of its conditions have to match. Inside each, fields are
/// ANDed and values ORed.
/// </summary>
internal sealed class AuthorizationRule
{
    /// <summary>A field's test. What only HTTP has cannot be asked of bare connections.</summary>
    private readonly record struct Test(bool HttpOnly, Func<AuthorizationRequest, bool> Holds);

    private readonly Test[][] _sources;
    private readonly Test[][] _operations;
    private readonly Test[] _conditions;

    public AuthorizationRule(JsonObject rule)
    {
        _sources = [.. rule.Objects("from").Select(f => Source(f.Obj("source") ?? []).ToArray())];
        _operations = [.. rule.Objects("to").Select(t => Operation(t.Obj("operation") ?? []).ToArray())];
        _conditions = [.. rule.Objects("when").SelectMany(Condition)];
    }

    /// <param name="strict">Whether fields that a bare connection does not have make the rule fail (ALLOW), or are passed over (DENY).</param>
    public bool Matches(AuthorizationRequest request, bool strict) =>
        (_sources.Length == 0 || Array.Exists(_sources, s => All(s, request, strict)))
        && (_operations.Length == 0 || Array.Exists(_operations, o => All(o, request, strict)))
        && All(_conditions, request, strict);

    private static bool All(Test[] tests, AuthorizationRequest request, bool strict)
    {
        var http = request.Call.IsPlainHttp;
        foreach (var test in tests)
        {
            if (test.HttpOnly && !http)
            {
                if (strict) return false;
                continue;
            }
            if (!test.Holds(request)) return false;
        }
        return true;
    }

    private static IEnumerable<Test> Source(JsonObject s) =>
    [
        .. Field(s, "principals", false, v => Text(v, r => r.Principal)),
        .. Field(s, "namespaces", false, v => Text(v, r => r.Identity?.Namespace ?? "")),
        .. Field(s, "serviceAccounts", false, v => r => r.Identity is { } i && v == (v.Contains('/', StringComparison.Ordinal) ? $"{i.Namespace}/{i.ServiceAccount}" : i.Namespace == r.Server.Namespace ? i.ServiceAccount : "")),
        .. Field(s, "trustDomains", false, v => Text(v, r => r.Identity is null ? "" : AuthorizationRequest.TrustDomain)),
        .. Field(s, "ipBlocks", false, v => Block(v, r => r.SourceIp)),
        .. Field(s, "remoteIpBlocks", false, v => Block(v, r => r.RemoteIp)),
        .. Field(s, "requestPrincipals", true, v => Text(v, r => r.Token?.Principal ?? "")),
    ];

    private static IEnumerable<Test> Operation(JsonObject o) =>
    [
        .. Field(o, "hosts", true, v => Text(v.ToLowerInvariant(), r => r.Call.Authority.ToLowerInvariant())),
        .. Field(o, "ports", false, v => r => v == r.Port.ToString(CultureInfo.InvariantCulture)),
        .. Field(o, "methods", true, v => Text(v, r => r.Call.Method)),
        .. Field(o, "paths", true, Path),
    ];

    private static IEnumerable<Test> Condition(JsonObject condition)
    {
        var key = condition.Str("key") ?? "";
        var http = key.StartsWith("request.", StringComparison.Ordinal);
        Func<string, Func<AuthorizationRequest, bool>> test = key switch
        {
            "source.ip" => v => Block(v, r => r.SourceIp),
            "remote.ip" => v => Block(v, r => r.RemoteIp),
            "source.namespace" => v => Text(v, r => r.Identity?.Namespace ?? ""),
            "source.principal" => v => Text(v, r => r.Principal),
            "source.serviceAccount" => v => r => r.Identity is { } i && (v == $"{i.Namespace}/{i.ServiceAccount}" || (v == i.ServiceAccount && i.Namespace == r.Server.Namespace)),
            "destination.ip" => v => Block(v, r => r.Server.Ip),
            "destination.port" => v => r => v == r.Port.ToString(CultureInfo.InvariantCulture),
            "connection.sni" => v => Text(v, r => r.Call.ServerName ?? r.Call.Tls?.ServerName ?? ""),
            "request.auth.principal" => v => Text(v, r => r.Token?.Principal ?? ""),
            "request.auth.presenter" => v => Text(v, r => r.Claims.Str("azp") ?? ""),
            "request.auth.audiences" => v => r => Values(r.Claims?["aud"]).Any(a => Text(v, a)),
            _ when Key(key, "request.headers") is [var header] => v => Text(v, r => r.Call.Headers[header] ?? ""),
            _ when Key(key, "request.auth.claims") is { Length: > 0 } path => v => r => Values(r.Claims.At(path)).Any(a => Text(v, a)),
            _ => _ => _ => false,
        };
        return Field(condition, "values", http, test, "notValues");
    }

    /// <summary>The names in brackets behind a key: <c>request.auth.claims[a][b]</c>.</summary>
    private static string[] Key(string key, string prefix) =>
        key.StartsWith(prefix + "[", StringComparison.Ordinal) && key.EndsWith(']') ? key[(prefix.Length + 1)..^1].Split("][") : [];

    /// <summary>Text, list, or a text of words (as <c>scope</c> is): each value for itself.</summary>
    private static IEnumerable<string> Values(JsonNode? node) => node switch
    {
        JsonArray list => list.Select(v => v?.ToString() ?? ""),
        JsonValue value => value.ToString().Split(' '),
        _ => [],
    };

    private static IEnumerable<Test> Field(JsonObject o, string name, bool http, Func<string, Func<AuthorizationRequest, bool>> test, string? inverse = null)
    {
        if (o.Strings(name).Select(test).ToArray() is { Length: > 0 } any) yield return new(http, r => Array.Exists(any, t => t(r)));
        if (o.Strings(inverse ?? "not" + char.ToUpperInvariant(name[0]) + name[1..]).Select(test).ToArray() is { Length: > 0 } none) yield return new(http, r => !Array.Exists(none, t => t(r)));
    }

    private static Func<AuthorizationRequest, bool> Text(string pattern, Func<AuthorizationRequest, string> read) => r => Text(pattern, read(r));

    /// <summary>Exact, <c>abc*</c>, <c>*abc</c>, <c>*abc*</c>, or <c>*</c> for anything that is there.</summary>
    private static bool Text(string pattern, string value) => pattern switch
    {
        "*" => value.Length > 0,
        ['*', .. { Length: > 1 } inner] when inner[^1] == '*' => value.Contains(inner[..^1], StringComparison.Ordinal),
        _ when pattern.EndsWith('*') => value.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal),
        _ when pattern.StartsWith('*') => value.EndsWith(pattern.AsSpan(1), StringComparison.Ordinal),
        _ => value == pattern,
    };

    /// <summary>A path as text, or as a template: <c>{*}</c> is one element, <c>{**}</c> any number of them.</summary>
    private static Func<AuthorizationRequest, bool> Path(string pattern)
    {
        if (!pattern.Contains("{*}", StringComparison.Ordinal) && !pattern.Contains("{**}", StringComparison.Ordinal)) return Text(pattern, r => r.Call.PathOnly);
        var template = Regex.Escape(pattern).Replace(@"\{\*\*}", ".*", StringComparison.Ordinal).Replace(@"\{\*}", "[^/]+", StringComparison.Ordinal);
        return r => Re2.FullMatch(template, r.Call.PathOnly);
    }

    private static Func<AuthorizationRequest, bool> Block(string block, Func<AuthorizationRequest, string> read)
    {
        if (!IPNetwork.TryParse(block.Contains('/', StringComparison.Ordinal) ? block : block + (block.Contains(':', StringComparison.Ordinal) ? "/128" : "/32"), out var network)) return _ => false;
        return r => IPAddress.TryParse(read(r), out var address) && network.Contains(address);
    }
}
