using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Routing;
using Portal.Sandbox.Mesh.Upstream;

namespace Portal.Sandbox.Istioctl;

/// <summary>Routes as Envoy's configuration writes them.</summary>
internal static class RouteJson
{
    public static JsonObject Default(UpstreamCluster cluster, RetryPolicy retries) => new()
    {
        ["name"] = "default", ["match"] = new JsonObject { ["prefix"] = "/" }, ["route"] = Policies(new JsonObject { ["cluster"] = cluster.Name }, null, retries), ["decorator"] = Decorator(cluster.Host, cluster.Port),
    };

    public static JsonObject Fixed(string prefix, string cluster) => new() { ["match"] = new JsonObject { ["prefix"] = prefix }, ["route"] = new JsonObject { ["cluster"] = cluster, ["timeout"] = "0s" } };

    public static JsonObject NotFound() => new() { ["match"] = new JsonObject { ["prefix"] = "/" }, ["directResponse"] = new JsonObject { ["status"] = 404 } };

    public static JsonObject Of(HttpRoute route, RouteMatch? match, ProxyView view, int port)
    {
        var json = new JsonObject();
        if (match?.Name is { } part || route.Name is not null) json["name"] = string.Join('.', new[] { route.Name, match?.Name }.Where(n => n is { Length: > 0 }));
        json["match"] = RouteMatchJson.Of(match);
        if (route.Redirect is { } redirect) json["redirect"] = Redirect(redirect);
        else if (route.Direct is { } direct) json["directResponse"] = new JsonObject { ["status"] = direct.Status, ["body"] = new JsonObject { ["inlineString"] = System.Text.Encoding.UTF8.GetString(direct.Body) } };
        else if (route.Destinations.Length > 0)
        {
            json["route"] = Action(route, view, port);
            if (route.Destinations is [var only]) json["decorator"] = Decorator(only.Destination.Host, only.Destination.Port ?? port, match);
        }
        json["metadata"] = new JsonObject { ["filterMetadata"] = new JsonObject { ["istio"] = new JsonObject { ["config"] = $"/apis/networking.istio.io/v1/namespaces/{route.Owner.Namespace}/virtual-service/{route.Owner.Name}" } } };
        if (route.Faults is { } faults) json["typedPerFilterConfig"] = new JsonObject { ["envoy.filters.http.fault"] = Fault(faults) };
        if (route.Cors is not null && route.Json.Obj("corsPolicy") is { } cors) json.Ensure("typedPerFilterConfig")["envoy.filters.http.cors"] = Cors(cors);
        Headers(json, route.Json.Obj("headers"));
        return json;
    }

    private static JsonObject Action(HttpRoute route, ProxyView view, int port)
    {
        var action = new JsonObject();
        if (route.Destinations is [var only]) action["cluster"] = view.Cluster(only.Destination, port).Name;
        else
        {
            action["weightedClusters"] = new JsonObject { ["clusters"] = new JsonArray([.. route.Destinations.Select(d => (JsonNode)new JsonObject { ["name"] = view.Cluster(d.Destination, port).Name, ["weight"] = d.Weight })]), ["totalWeight"] = route.Destinations.Sum(d => d.Weight) };
        }
        if (route.Rewrite is { } rewrite)
        {
            if (rewrite.Uri is { } uri) action["prefixRewrite"] = uri;
            if (rewrite.Authority is { } authority) action["hostRewriteLiteral"] = authority;
            if (route.Json.Obj("rewrite", "uriRegexRewrite") is { } regex) action["regexRewrite"] = new JsonObject { ["pattern"] = new JsonObject { ["regex"] = regex.Str("match") }, ["substitution"] = regex.Str("rewrite") };
        }
        if (route.Mirrors.Length > 0)
        {
            action["requestMirrorPolicies"] = new JsonArray([.. route.Mirrors.Select(m => (JsonNode)new JsonObject
            {
                ["cluster"] = view.Cluster(m.Destination, port).Name, ["runtimeFraction"] = new JsonObject { ["defaultValue"] = Fraction(m.Share) }, ["traceSampled"] = false, ["disableShadowHostSuffixAppend"] = true,
            })]);
        }
        return Policies(action, route.Timeout, route.Retries ?? RetryPolicy.Default);
    }

    private static JsonObject Policies(JsonObject action, TimeSpan? timeout, RetryPolicy retries)
    {
        action["timeout"] = Seconds(timeout ?? TimeSpan.Zero);
        if (retries.Attempts > 0)
        {
            var policy = new JsonObject { ["retryOn"] = retries.RetryOn, ["numRetries"] = retries.Attempts };
            if (retries.PerTry is { } perTry) policy["perTryTimeout"] = Seconds(perTry);
            if (retries.IgnorePreviousHosts)
            {
                policy["retryHostPredicate"] = new JsonArray(new JsonObject { ["name"] = "envoy.retry_host_predicates.previous_hosts", ["typedConfig"] = new JsonObject { ["@type"] = "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate" } });
                policy["hostSelectionRetryMaxAttempts"] = "5";
            }
            action["retryPolicy"] = policy;
        }
        action["maxStreamDuration"] = new JsonObject { ["maxStreamDuration"] = Seconds(timeout ?? TimeSpan.Zero), ["grpcTimeoutHeaderMax"] = Seconds(timeout ?? TimeSpan.Zero) };
        return action;
    }

    private static JsonObject Decorator(string host, int port, RouteMatch? match = null) => new() { ["operation"] = string.Create(CultureInfo.InvariantCulture, $"{host}:{port}{match?.Uri?.ToString() ?? "/*"}") };

    private static JsonObject Fault(Faults faults)
    {
        var json = new JsonObject { ["@type"] = "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault" };
        if (faults.Delay is { } delay) json["delay"] = new JsonObject { ["fixedDelay"] = Seconds(delay), ["percentage"] = Fraction(faults.DelayShare) };
        if (faults.AbortStatus is { } status) json["abort"] = new JsonObject { ["httpStatus"] = status, ["percentage"] = Fraction(faults.AbortShare) };
        else if (faults.AbortGrpcStatus is { } grpc) json["abort"] = new JsonObject { ["grpcStatus"] = grpc, ["percentage"] = Fraction(faults.AbortShare) };
        return json;
    }

    private static JsonObject Fraction(Share share) => new() { ["numerator"] = (int)(share.Percent * 10_000), ["denominator"] = "MILLION" };

    private static JsonObject Redirect(Redirect redirect)
    {
        var json = new JsonObject();
        if (redirect.Uri is { } uri) json["pathRedirect"] = uri;
        if (redirect.Prefix is { } prefix) json["prefixRewrite"] = prefix;
        if (redirect.Authority is { } authority) json["hostRedirect"] = authority;
        if (redirect.Scheme is { } scheme) json["schemeRedirect"] = scheme;
        if (redirect.Port is { } port) json["portRedirect"] = port;
        if (redirect.Code != 301) json["responseCode"] = redirect.Code switch { 302 => "FOUND", 303 => "SEE_OTHER", 307 => "TEMPORARY_REDIRECT", _ => "PERMANENT_REDIRECT" };
        return json;
    }

    private static JsonObject Cors(JsonObject cors)
    {
        var json = new JsonObject { ["@type"] = "type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy" };
        if (cors.Arr("allowOrigins") is { } origins) json["allowOriginStringMatch"] = new JsonArray([.. origins.Select(o => (JsonNode)RouteMatchJson.Text(o.Obj() ?? []))]);
        foreach (var list in new[] { "allowMethods", "allowHeaders", "exposeHeaders" }) if (cors.Strings(list).ToList() is { Count: > 0 } values) json[list] = string.Join(',', values);
        if (cors.Str("maxAge") is { } age) json["maxAge"] = EnvoyDuration.Parse(age)?.TotalSeconds.ToString("0", CultureInfo.InvariantCulture) ?? age;
        if (cors.Flag("allowCredentials") is { } credentials) json["allowCredentials"] = credentials;
        return json;
    }

    private static void Headers(JsonObject json, JsonObject? headers)
    {
        foreach (var side in new[] { "request", "response" })
        {
            var operations = headers.Obj(side);
            var add = operations.Map("add").Select(h => (h.Key, h.Value, Append: "APPEND_IF_EXISTS_OR_ADD")).Concat(operations.Map("set").Select(h => (h.Key, h.Value, Append: "OVERWRITE_IF_EXISTS_OR_ADD"))).ToList();
            if (add.Count > 0) json[side + "HeadersToAdd"] = new JsonArray([.. add.Select(h => (JsonNode)new JsonObject { ["header"] = new JsonObject { ["key"] = h.Key, ["value"] = h.Value }, ["appendAction"] = h.Append })]);
            if (operations.Strings("remove").ToList() is { Count: > 0 } remove) json[side + "HeadersToRemove"] = new JsonArray([.. remove.Select(n => (JsonNode)n)]);
        }
    }

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###}s");
}
