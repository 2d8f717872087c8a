using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh;

/// <summary>Who asks: what a match may look at besides the request.</summary>
/// <param name="Gateway">Id of the gateway whose listener got the request, or <c>mesh</c>.</param>
internal sealed record RouteSource(string Gateway, string Namespace, IReadOnlyDictionary<string, string> Labels, int Port);

/// <summary>Finds the HTTP route of a VirtualService for a request; conditions of a match are ANDed, matches are ORed, the first route wins.</summary>
internal static class RouteMatcher
{
    /// <summary>Envoy's regular expressions are linear-time; a pattern that takes this long here counts as no match.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(50);
    private static readonly ConcurrentDictionary<string, Regex?> s_regexes = new(StringComparer.Ordinal);

    /// <summary>The route and the match that chose it (null for a route without matches).</summary>
    public static (JsonObject Route, JsonObject? Match)? Find(MeshObject virtualService, HttpCall call, RouteSource source)
    {
        foreach (var route in virtualService.Spec.Objects("http"))
        {
            if (route.Arr("match") is not { Count: > 0 }) return (route, null);
            foreach (var match in route.Objects("match"))
            {
                if (Matches(match, virtualService, call, source)) return (route, match);
            }
        }
        return null;
    }

    /// <summary>A route that takes every request: what follows it is never reached.</summary>
    public static bool IsCatchAll(JsonObject route) => route.Arr("match") is not { Count: > 0 } || route.Objects("match").Any(m =>
        m.Count == 0 || (m.Count == 1 && (m.Str("uri", "prefix") == "/" || m.Str("uri", "regex") == ".*")));

    private static bool Matches(JsonObject m, MeshObject vs, HttpCall call, RouteSource source)
    {
        var ignoreCase = m.Flag("ignoreUriCase") == true;
        if (m.Arr("gateways") is { Count: > 0 } gateways)
        {
            if (!gateways.Any(g => g.Str() is { } name && (name == "mesh" ? source.Gateway == "mesh" : MeshConfig.QualifyGateway(name, vs.Namespace) == source.Gateway))) return false;
        }
        else if (m.Map("sourceLabels") is { Count: > 0 } labels && labels.Any(l => !source.Labels.TryGetValue(l.Key, out var v) || v != l.Value)) return false;
        if (m.Str("sourceNamespace") is { Length: > 0 } ns && ns != source.Namespace) return false;
        if (m.Num("port") is { } port && port != source.Port) return false;
        if (!Text(m.Obj("uri"), call.PathOnly, ignoreCase) || !Text(m.Obj("method"), call.Method, false) || !Text(m.Obj("authority"), call.Authority, false) || !Text(m.Obj("scheme"), "http", false)) return false;
        foreach (var (name, condition) in m.Obj("headers") ?? []) if (!Header(condition as JsonObject, name, call)) return false;
        foreach (var (name, condition) in m.Obj("withoutHeaders") ?? []) if (!WithoutHeader(condition as JsonObject, name, call)) return false;
        foreach (var (name, condition) in m.Obj("queryParams") ?? []) if (!Query(condition as JsonObject, name, call.Query)) return false;
        return true;
    }

    private static bool Header(JsonObject? condition, string name, HttpCall call)
    {
        // These are matched by their own fields; as headers they are ignored.
        if (name is "uri" or "scheme" or "method" or "authority") return true;
        var value = HeaderValue(name, call);
        if (IsPresence(condition)) return value is not null;
        return value is not null && Text(condition, value, false);
    }

    private static bool WithoutHeader(JsonObject? condition, string name, HttpCall call)
    {
        var value = HeaderValue(name, call);
        return IsPresence(condition) ? value is null : !Text(condition, value ?? "", false);
    }

    private static string? HeaderValue(string name, HttpCall call) => name switch
    {
        ":method" => call.Method,
        ":path" => call.Path,
        ":authority" => call.Authority,
        ":scheme" => "http",
        _ => call.Headers[name],
    };

    private static bool Query(JsonObject? condition, string name, string query)
    {
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var i = pair.IndexOf('=', StringComparison.Ordinal);
            if (Uri.UnescapeDataString(i < 0 ? pair : pair[..i]) != name) continue;
            return IsPresence(condition) || Text(condition, i < 0 ? "" : Uri.UnescapeDataString(pair[(i + 1)..]), false);
        }
        return false;
    }

    private static bool IsPresence(JsonObject? condition) => condition is null or { Count: 0 } || condition.Str("regex") == "*";

    private static bool Text(JsonObject? condition, string value, bool ignoreCase)
    {
        if (condition is null or { Count: 0 }) return true;
        var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (condition.Str("exact") is { } exact) return value.Equals(exact, comparison);
        if (condition.Str("prefix") is { } prefix) return value.StartsWith(prefix, comparison);
        return condition.Str("regex") is { } regex && FullMatch(regex, value);
    }

    private static bool FullMatch(string pattern, string value)
    {
        var regex = s_regexes.GetOrAdd(pattern, static p =>
        {
            try
            {
                return new Regex($@"\A(?:{p})\z", RegexOptions.CultureInvariant, s_timeout);
            }
            catch (ArgumentException)
            {
                return null;
            }
        });
        try
        {
            return regex?.IsMatch(value) == true;
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
