using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh;

/// <summary>How a proxy talks to one cluster: what a DestinationRule says for its port and subset.</summary>
/// <param name="Text">The policy as text; state of a cluster lives as long as this stays the same.</param>
internal sealed record TrafficPolicy(JsonObject? LoadBalancer, ConnectionLimits Connections, OutlierDetection? Outliers, string? TlsMode, string Text)
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
        return new(effective.Obj("loadBalancer"), ConnectionLimits.Of(effective.Obj("connectionPool")), OutlierDetection.Of(effective.Obj("outlierDetection")), effective.Str("tls", "mode"), effective.ToText());
    }
}

/// <summary>Limits of a connection pool; null where nothing limits.</summary>
internal sealed record ConnectionLimits(int? MaxConnections, int? MaxPending, int? MaxRequests, int? PerConnection)
{
    public bool Any => MaxConnections is not null || MaxPending is not null || MaxRequests is not null || PerConnection is not null;

    public static ConnectionLimits Of(JsonObject? pool) => new(Limit(pool, "tcp", "maxConnections"), Limit(pool, "http", "http1MaxPendingRequests"), Limit(pool, "http", "http2MaxRequests"), Limit(pool, "http", "maxRequestsPerConnection"));

    // Zero means the default, which is no limit.
    private static int? Limit(JsonObject? pool, params ReadOnlySpan<string> path) => pool.Int(0, path) is > 0 and var n ? n : null;
}

/// <summary>When a host is taken out of the pool, and for how long.</summary>
internal sealed record OutlierDetection(int Consecutive5xx, int ConsecutiveGateway, TimeSpan Interval, TimeSpan BaseEjection, int MaxEjectionPercent, bool SplitLocalErrors, int MinHealthPercent)
{
    public static OutlierDetection? Of(JsonObject? o) => o is null ? null : new(
        Count(o, "consecutive5xxErrors", 5),
        Count(o, "consecutiveGatewayErrors", 0),
        EnvoyDuration.Parse(o.Str("interval")) ?? TimeSpan.FromSeconds(10),
        EnvoyDuration.Parse(o.Str("baseEjectionTime")) ?? TimeSpan.FromSeconds(30),
        o.Int(10, "maxEjectionPercent") is > 0 and var percent ? percent : 10,
        o.Flag("splitExternalLocalOriginErrors") == true,
        o.Int(0, "minHealthPercent"));

    /// <summary>Counts are wrapped numbers, which people also write as text.</summary>
    private static int Count(JsonObject o, string field, int fallback) =>
        o.Num(field) is { } n ? (int)n : int.TryParse(o.Str(field), CultureInfo.InvariantCulture, out var parsed) ? parsed : fallback;
}
