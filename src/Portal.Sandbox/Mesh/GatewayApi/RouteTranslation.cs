using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh.GatewayApi;

/// <summary>An HTTPRoute's rules as routes of a VirtualService, one for each match, so that they can be put into the Gateway API's order.</summary>
internal sealed class RouteTranslation(StoreSnapshot snapshot, ReferenceGrants grants)
{
    /// <summary>A translated match with what its precedence depends on.</summary>
    internal sealed record Translated(JsonObject Http, GatewayResource Owner, int PathRank, int PathLength, bool Method, int Headers, int Query);

    /// <summary>The more specific first: exact paths, longer prefixes, a method, more headers, more parameters; then the older route.</summary>
    public static IEnumerable<Translated> Sort(IEnumerable<Translated> routes) => routes
        .OrderByDescending(r => r.PathRank).ThenByDescending(r => r.PathLength).ThenByDescending(r => r.Method).ThenByDescending(r => r.Headers).ThenByDescending(r => r.Query)
        .ThenBy(r => r.Owner.Created, StringComparer.Ordinal).ThenBy(r => $"{r.Owner.Namespace}/{r.Owner.Name}", StringComparer.Ordinal);

    public IEnumerable<Translated> Translate(GatewayResource route)
    {
        foreach (var rule in route.Spec.Objects("rules").DefaultIfEmpty([]))
        {
            foreach (var match in rule.Objects("matches").DefaultIfEmpty([]))
            {
                var http = Action(rule, route.Namespace);
                if (rule.Str("name") is { } name) http["name"] = name;
                var (type, value) = (match.Str("path", "type") ?? "PathPrefix", match.Str("path", "value") ?? "/");
                var condition = new JsonObject { ["uri"] = new JsonObject { [type switch { "Exact" => "exact", "RegularExpression" => "regex", _ => "segments" }] = type == "PathPrefix" ? value.TrimEnd('/') is { Length: > 0 } cut ? cut : "/" : value } };
                if (match.Str("method") is { } method) condition["method"] = new JsonObject { ["exact"] = method };
                Add(condition, "headers", match);
                Add(condition, "queryParams", match);
                http["match"] = new JsonArray(condition);
                yield return new(http, route, type switch { "Exact" => 3, "RegularExpression" => 1, _ => 2 }, value.TrimEnd('/').Length, match.Str("method") is not null, match.Objects("headers").Count(), match.Objects("queryParams").Count());
            }
        }
    }

    private static void Add(JsonObject condition, string field, JsonObject match)
    {
        // Of two conditions on one name the first counts.
        foreach (var item in match.Objects(field)) condition.Ensure(field).Default(item.Str("name") ?? "", new JsonObject { [item.Str("type") == "RegularExpression" ? "regex" : "exact"] = item.Str("value") ?? "" });
    }

    private JsonObject Action(JsonObject rule, string ns)
    {
        var http = new JsonObject();
        foreach (var filter in rule.Objects("filters")) Filter(http, filter, ns);
        if (http["redirect"] is not null) return http;
        var destinations = rule.Objects("backendRefs").Select(b => Backend(b, ns)).ToArray();
        if (destinations.Length == 0) http["directResponse"] = new JsonObject { ["status"] = 500 };
        else http["route"] = new JsonArray(destinations);
        if (rule.Str("timeouts", "request") is { } request) http["timeout"] = request;
        var perTry = rule.Str("timeouts", "backendRequest");
        if (rule.Obj("retry") is { } retry)
        {
            var retries = new JsonObject { ["attempts"] = retry.Int(2, "attempts") };
            if (retry.Arr("codes") is { Count: > 0 } codes) retries["retryOn"] = string.Join(',', codes.Select(c => c!.ToString())) + ",connect-failure,refused-stream,unavailable,cancelled";
            if (retry.Str("backoff") is { } backOff) retries["backoff"] = backOff;
            if (perTry is not null) retries["perTryTimeout"] = perTry;
            http["retries"] = retries;
        }
        else if (perTry is not null) http.Default("timeout", perTry);
        return http;
    }

    private JsonNode Backend(JsonObject backend, string ns)
    {
        var destination = new JsonObject { ["destination"] = Destination(backend, ns), ["weight"] = backend.Int(1, "weight") };
        if (BackendReferences.Check(backend, ns, snapshot, grants) is not null) destination["failure"] = 500;
        foreach (var filter in backend.Objects("filters"))
        {
            if (filter.Str("type") == "RequestHeaderModifier") destination.Ensure("headers")["request"] = Headers(filter.Obj("requestHeaderModifier"));
            if (filter.Str("type") == "ResponseHeaderModifier") destination.Ensure("headers")["response"] = Headers(filter.Obj("responseHeaderModifier"));
        }
        return destination;
    }

    private static JsonObject Destination(JsonObject backend, string ns) => new() { ["host"] = BackendReferences.Host(backend, ns), ["port"] = new JsonObject { ["number"] = backend.Int(0, "port") } };

    private static void Filter(JsonObject http, JsonObject filter, string ns)
    {
        switch (filter.Str("type"))
        {
            case "RequestHeaderModifier": http.Ensure("headers")["request"] = Headers(filter.Obj("requestHeaderModifier")); break;
            case "ResponseHeaderModifier": http.Ensure("headers")["response"] = Headers(filter.Obj("responseHeaderModifier")); break;
            case "RequestRedirect": http["redirect"] = Redirect(filter.Obj("requestRedirect") ?? []); break;
            case "URLRewrite":
                var rewrite = new JsonObject();
                if (filter.Str("urlRewrite", "hostname") is { } host) rewrite["authority"] = host;
                if (filter.Str("urlRewrite", "path", "replaceFullPath") is { } full) rewrite["uriRegexRewrite"] = new JsonObject { ["match"] = "^.*$", ["rewrite"] = full.Replace(@"\", @"\\", StringComparison.Ordinal) };
                else if (filter.Str("urlRewrite", "path", "replacePrefixMatch") is { } prefix) rewrite["uri"] = prefix.Length > 0 ? prefix : "/";
                http["rewrite"] = rewrite;
                break;
            case "RequestMirror":
                var mirror = filter.Obj("requestMirror") ?? [];
                var percent = mirror.Obj("fraction") is { } fraction ? fraction.Int(0, "numerator") * 100.0 / Math.Max(1, fraction.Int(100, "denominator")) : mirror.Int(100, "percent");
                http.EnsureArray("mirrors").Add(new JsonObject { ["destination"] = Destination(mirror.Obj("backendRef") ?? [], ns), ["percentage"] = new JsonObject { ["value"] = percent } });
                break;
            case "CORS": http["corsPolicy"] = Cors(filter.Obj("cors") ?? []); break;
        }
    }

    private static JsonObject Headers(JsonObject? modifier)
    {
        var operations = new JsonObject();
        foreach (var kind in new[] { "set", "add" }) foreach (var h in modifier.Objects(kind)) operations.Ensure(kind)[h.Str("name") ?? ""] = h.Str("value") ?? "";
        if (modifier.Arr("remove") is { Count: > 0 } remove) operations["remove"] = remove.DeepClone();
        return operations;
    }

    private static JsonObject Redirect(JsonObject filter)
    {
        var redirect = new JsonObject { ["redirectCode"] = filter.Int(302, "statusCode") };
        if (filter.Str("scheme") is { } scheme) redirect["scheme"] = scheme;
        if (filter.Str("hostname") is { } host) redirect["authority"] = host;
        if (filter.Num("port") is { } port) redirect["port"] = port;
        // Without a scheme of its own the listener's port stays.
        else if (filter.Str("scheme") is null) redirect["derivePort"] = "FROM_REQUEST_PORT";
        if (filter.Str("path", "replaceFullPath") is { } full) redirect["uri"] = full;
        else if (filter.Str("path", "replacePrefixMatch") is { } prefix) redirect["prefixRewrite"] = prefix.Length > 0 ? prefix : "/";
        return redirect;
    }

    private static JsonObject Cors(JsonObject filter)
    {
        var policy = new JsonObject { ["allowOrigins"] = new JsonArray([.. filter.Strings("allowOrigins").Select(o => (JsonNode)(o == "*" ? new JsonObject { ["regex"] = ".*" } : new JsonObject { ["exact"] = o }))]) };
        foreach (var list in new[] { "allowMethods", "allowHeaders", "exposeHeaders" }) if (filter[list] is { } value) policy[list] = value.DeepClone();
        if (filter.Flag("allowCredentials") is { } credentials) policy["allowCredentials"] = credentials;
        if (filter.Num("maxAge") is { } age) policy["maxAge"] = age.ToString(CultureInfo.InvariantCulture) + "s";
        return policy;
    }
}
