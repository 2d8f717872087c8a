using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Pieces of Envoy's configuration, as far as they can be judged without its messages: names of filters and of types.</summary>
internal static class EnvoyConfigRules
{
    /// <summary>Packages of which istiod knows the messages.</summary>
    private static readonly string[] s_packages = ["envoy.", "udpa.", "xds.", "google.", "istio.", "io.istio.", "stats.", "opencensus.", "opentelemetry."];

    private static readonly Dictionary<string, string> s_newNames = new(StringComparer.Ordinal)
    {
        ["envoy.buffer"] = "envoy.filters.http.buffer", ["envoy.cors"] = "envoy.filters.http.cors", ["envoy.csrf"] = "envoy.filters.http.csrf", ["envoy.http_dynamo_filter"] = "envoy.filters.http.dynamo",
        ["envoy.ext_authz"] = "envoy.filters.http.ext_authz", ["envoy.fault"] = "envoy.filters.http.fault", ["envoy.grpc_http1_bridge"] = "envoy.filters.http.grpc_http1_bridge",
        ["envoy.grpc_json_transcoder"] = "envoy.filters.http.grpc_json_transcoder", ["envoy.grpc_web"] = "envoy.filters.http.grpc_web", ["envoy.gzip"] = "envoy.filters.http.gzip",
        ["envoy.health_check"] = "envoy.filters.http.health_check", ["envoy.ip_tagging"] = "envoy.filters.http.ip_tagging", ["envoy.lua"] = "envoy.filters.http.lua", ["envoy.rate_limit"] = "envoy.filters.http.ratelimit",
        ["envoy.router"] = "envoy.filters.http.router", ["envoy.squash"] = "envoy.filters.http.squash", ["envoy.listener.http_inspector"] = "envoy.filters.listener.http_inspector",
        ["envoy.listener.original_dst"] = "envoy.filters.listener.original_dst", ["envoy.listener.original_src"] = "envoy.filters.listener.original_src", ["envoy.listener.proxy_protocol"] = "envoy.filters.listener.proxy_protocol",
        ["envoy.listener.tls_inspector"] = "envoy.filters.listener.tls_inspector", ["envoy.client_ssl_auth"] = "envoy.filters.network.client_ssl_auth", ["envoy.http_connection_manager"] = "envoy.filters.network.http_connection_manager",
        ["envoy.mongo_proxy"] = "envoy.filters.network.mongo_proxy", ["envoy.ratelimit"] = "envoy.filters.network.ratelimit", ["envoy.redis_proxy"] = "envoy.filters.network.redis_proxy", ["envoy.tcp_proxy"] = "envoy.filters.network.tcp_proxy",
    };

    public static string? NewName(string filter) => s_newNames.GetValueOrDefault(filter);

    public static void Check(string applyTo, JsonObject value, Findings f)
    {
        if (UnknownType(value) is { } type)
        {
            f.Error($"referenced type unknown{(type.Contains(".v2.", StringComparison.Ordinal) ? " (hint: try using the v3 XDS API)" : "")}: could not resolve Any message type: {type}");
            return;
        }
        var isExtension = applyTo is "NETWORK_FILTER" or "HTTP_FILTER" or "LISTENER_FILTER" or "EXTENSION_CONFIG";
        var untyped = isExtension && !Has(value, "typedConfig", "typed_config") && !Has(value, "configDiscovery", "config_discovery") ? value : value.Obj("transport_socket") is { } socket && !Has(socket, "typedConfig", "typed_config") ? socket : null;
        if (untyped is not null) f.Warn($"using deprecated types by name without typed_config; {untyped.Str("name")}");
    }

    private static bool Has(JsonObject o, string name, string protoName) => o[name] is not null || o[protoName] is not null;

    /// <summary>The first type that no message of istiod has.</summary>
    private static string? UnknownType(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject o:
                if (o.Str("@type") is { } type)
                {
                    var name = type[(type.LastIndexOf('/') + 1)..];
                    if (name.Contains(".v2.", StringComparison.Ordinal) || name.StartsWith("envoy.api.", StringComparison.Ordinal) || !s_packages.Any(p => name.StartsWith(p, StringComparison.Ordinal))) return type;
                }
                return o.Select(p => UnknownType(p.Value)).FirstOrDefault(t => t is not null);
            case JsonArray a: return a.Select(UnknownType).FirstOrDefault(t => t is not null);
            default: return null;
        }
    }
}
