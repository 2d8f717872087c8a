using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Upstream;

internal enum LoadBalancing { LeastRequest, RoundRobin, Random, Passthrough }

/// <summary>How a proxy talks to one cluster: what a DestinationRule says for its port and subset.</summary>
/// <param name="Text">The policy as text; state of a cluster lives as long as this stays the same.</param>
internal sealed record TrafficPolicy(LoadBalancing LoadBalancing, ConsistentHash? Hash, ConnectionLimits Connections, OutlierDetection? Outliers, TlsPolicy? Tls, string Text)
{
    private static readonly string[] s_fields = ["loadBalancer", "connectionPool", "outlierDetection", "tls"];

    public static TrafficPolicy Default { get; } = Of(null, null, 0);

    /// <summary>
    /// The rule's policy, then the subset's, field by field. A port-level setting replaces all fields of its level:
    /// what it leaves out is the default, not what stands above it.
    /// </summary>
    public static TrafficPolicy Of(JsonObject? rule, JsonObject? subset, int port)
    {
        var effective = new JsonObject();
        foreach (var policy in new[] { rule, subset })
        {
            if (policy is null) continue;
            var level = policy.Objects("portLevelSettings").FirstOrDefault(p => p.Num("port", "number") == port);
            foreach (var field in s_fields)
            {
                if (level is not null) effective[field] = level[field]?.DeepClone();
                else if (policy[field] is { } value) effective[field] = value.DeepClone();
            }
        }
        var balancing = effective.Str("loadBalancer", "simple") switch
        {
            "ROUND_ROBIN" => LoadBalancing.RoundRobin,
            "RANDOM" => LoadBalancing.Random,
            "PASSTHROUGH" => LoadBalancing.Passthrough,
            _ => LoadBalancing.LeastRequest,
        };
        return new(balancing, ConsistentHash.Of(effective.Obj("loadBalancer", "consistentHash")), ConnectionLimits.Of(effective.Obj("connectionPool")), OutlierDetection.Of(effective.Obj("outlierDetection")), TlsPolicy.Of(effective.Obj("tls")), effective.ToText());
    }
}

internal enum ClientTls { Disable, Simple, Mutual, IstioMutual }

/// <summary>The TLS that a rule wants towards the servers.</summary>
/// <param name="ServerName">The name to ask for; empty where the request's host is.</param>
/// <param name="Credential">Name of the secret with the client's certificate; empty for none.</param>
internal sealed record TlsPolicy(ClientTls Mode, string ServerName, string Credential)
{
    public static TlsPolicy? Of(JsonObject? tls) => tls is null ? null : new(
        tls.Str("mode") switch { "SIMPLE" => ClientTls.Simple, "MUTUAL" => ClientTls.Mutual, "ISTIO_MUTUAL" => ClientTls.IstioMutual, _ => ClientTls.Disable }, tls.Str("sni") ?? "", tls.Str("credentialName") ?? tls.Str("clientCertificate") ?? "");
}

/// <summary>Limits of a connection pool; null where nothing limits.</summary>
/// <param name="MaxRetries">Requests that are being tried again at the same time.</param>
internal sealed record ConnectionLimits(int? MaxConnections, int? MaxPending, int? MaxRequests, int? PerConnection, int? MaxRetries = null)
{
    /// <summary>Whether anything limits connections.</summary>
    public bool Any => MaxConnections is not null || MaxPending is not null || MaxRequests is not null || PerConnection is not null;

    public static ConnectionLimits Of(JsonObject? pool) => new(Limit(pool, "tcp", "maxConnections"), Limit(pool, "http", "http1MaxPendingRequests"), Limit(pool, "http", "http2MaxRequests"), Limit(pool, "http", "maxRequestsPerConnection"), Limit(pool, "http", "maxRetries"));

    // Zero means the default, which is no limit.
    private static int? Limit(JsonObject? pool, params ReadOnlySpan<string> path) => pool.Int(0, path) is > 0 and var n ? n : null;
}

/// <summary>When a host is taken out of the pool, and for how long.</summary>
internal sealed record OutlierDetection(int Consecutive5xx, int ConsecutiveGateway, int ConsecutiveLocal, TimeSpan Interval, TimeSpan BaseEjection, int MaxEjectionPercent, bool SplitLocalErrors, int MinHealthPercent)
{
    public static OutlierDetection? Of(JsonObject? o) => o is null ? null : new(
        Count(o, "consecutive5xxErrors", 5),
        Count(o, "consecutiveGatewayErrors", 0),
        Count(o, "consecutiveLocalOriginFailures", 5),
        EnvoyDuration.Parse(o.Str("interval")) ?? TimeSpan.FromSeconds(10),
        EnvoyDuration.Parse(o.Str("baseEjectionTime")) ?? TimeSpan.FromSeconds(30),
        o.Int(10, "maxEjectionPercent") is > 0 and var percent ? percent : 10,
        o.Flag("splitExternalLocalOriginErrors") == true,
        o.Int(0, "minHealthPercent"));

    /// <summary>Counts are wrapped numbers, which people also write as text.</summary>
    private static int Count(JsonObject o, string field, int fallback) =>
        o.Num(field) is { } n ? (int)n : int.TryParse(o.Str(field), CultureInfo.InvariantCulture, out var parsed) ? parsed : fallback;
}
