using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl.Security;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl;

/// <summary>Filter chains as Envoy's configuration writes them.</summary>
internal static class ListenerJson
{
    private const string Extensions = "type.googleapis.com/envoy.extensions.filters.";
    private const string Manager = "envoy.filters.network.http_connection_manager";

    public static JsonObject Match(string? transport, IReadOnlyList<string>? protocols, IReadOnlyList<string>? names = null, int? port = null)
    {
        var match = new JsonObject();
        if (port is { } p) match["destinationPort"] = p;
        if (names is not null) match["serverNames"] = new JsonArray([.. names.Select(n => (JsonNode)n)]);
        if (transport is not null) match["transportProtocol"] = transport;
        if (protocols is not null) match["applicationProtocols"] = new JsonArray([.. protocols.Select(n => (JsonNode)n)]);
        return match;
    }

    /// <summary>Reads requests and finds their routes by a route configuration's name.</summary>
    public static JsonObject Http(JsonObject? match, string route, string statistics) => Chain(match, null, new JsonObject
    {
        ["name"] = Manager,
        ["typedConfig"] = new JsonObject
        {
            ["@type"] = Extensions + "network.http_connection_manager.v3.HttpConnectionManager", ["statPrefix"] = statistics,
            ["rds"] = new JsonObject { ["configSource"] = new JsonObject { ["ads"] = new JsonObject(), ["initialFetchTimeout"] = "0s", ["resourceApiVersion"] = "V3" }, ["routeConfigName"] = route },
            ["httpFilters"] = Filters("istio.alpn", "envoy.filters.http.fault", "envoy.filters.http.cors", "istio.stats", "envoy.filters.http.router"),
            ["normalizePath"] = true,
        },
    });

    public static JsonObject Inline(string path, string cluster) => Chain(null, null, new JsonObject
    {
        ["name"] = Manager,
        ["typedConfig"] = new JsonObject
        {
            ["@type"] = Extensions + "network.http_connection_manager.v3.HttpConnectionManager", ["statPrefix"] = cluster,
            ["routeConfig"] = new JsonObject { ["virtualHosts"] = new JsonArray(new JsonObject { ["name"] = "backend", ["domains"] = new JsonArray("*"), ["routes"] = new JsonArray(new JsonObject { ["match"] = new JsonObject { ["prefix"] = path.TrimEnd('*') }, ["route"] = new JsonObject { ["cluster"] = cluster } }) }) },
            ["httpFilters"] = Filters("envoy.filters.http.router"),
        },
    });

    /// <summary>Requests to the workload itself: guarded by its policies.</summary>
    public static JsonObject Inbound(PodInstance pod, JsonObject match, string cluster, JsonObject? tls)
    {
        var filters = new JsonArray();
        foreach (var policy in AppliedPolicies.Filters(pod)) filters.Add((JsonNode)policy);
        foreach (var filter in Filters("istio_authn", "envoy.filters.http.fault", "envoy.filters.http.cors", "istio.stats", "envoy.filters.http.router").ToList()) filters.Add(filter!.DeepClone());
        return Chain(match, cluster.Contains('|', StringComparison.Ordinal) ? "0.0.0.0_" + match.Num("destinationPort") : "virtualInbound", new JsonObject
        {
            ["name"] = Manager,
            ["typedConfig"] = new JsonObject
            {
                ["@type"] = Extensions + "network.http_connection_manager.v3.HttpConnectionManager", ["statPrefix"] = "inbound_" + cluster,
                ["routeConfig"] = new JsonObject { ["name"] = cluster, ["virtualHosts"] = new JsonArray(new JsonObject { ["name"] = "inbound|http|" + match.Num("destinationPort"), ["domains"] = new JsonArray("*"), ["routes"] = new JsonArray(new JsonObject { ["name"] = "default", ["match"] = new JsonObject { ["prefix"] = "/" }, ["route"] = new JsonObject { ["cluster"] = cluster, ["timeout"] = "0s" } }) }) },
                ["httpFilters"] = filters, ["forwardClientCertDetails"] = "APPEND_FORWARD",
            },
        }, tls);
    }

    public static JsonObject Tcp(JsonObject? match, (string Name, int Weight)[] clusters)
    {
        var config = new JsonObject { ["@type"] = Extensions + "network.tcp_proxy.v3.TcpProxy", ["statPrefix"] = clusters.Length == 0 ? "" : clusters[0].Name };
        if (clusters is [var only]) config["cluster"] = only.Name;
        else config["weightedClusters"] = new JsonObject { ["clusters"] = new JsonArray([.. clusters.Select(c => (JsonNode)new JsonObject { ["name"] = c.Name, ["weight"] = c.Weight })]) };
        return Chain(match, null, new JsonObject { ["name"] = "envoy.filters.network.tcp_proxy", ["typedConfig"] = config });
    }

    private static JsonObject Chain(JsonObject? match, string? name, JsonObject filter, JsonObject? tls = null)
    {
        var chain = new JsonObject();
        if (match is not null) chain["filterChainMatch"] = match;
        chain["filters"] = new JsonArray(filter);
        if (tls is not null) chain["transportSocket"] = tls;
        if (name is not null) chain["name"] = name;
        return chain;
    }

    private static JsonArray Filters(params string[] names) => new([.. names.Select(n => (JsonNode)new JsonObject { ["name"] = n })]);
}
