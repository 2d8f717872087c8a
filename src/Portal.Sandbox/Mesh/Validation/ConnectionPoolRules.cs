using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

internal static class ConnectionPoolRules
{
    private static readonly (string Field, string Name)[] s_limits =
    [
        ("http1MaxPendingRequests", "http1 max pending requests"), ("http2MaxRequests", "http2 max requests"), ("maxRequestsPerConnection", "max requests per connection"), ("maxRetries", "max retries"),
    ];

    public static void Check(JsonObject? pool, Findings f)
    {
        if (pool is null) return;
        var (http, tcp) = (pool.Obj("http"), pool.Obj("tcp"));
        if (http is null && tcp is null) f.Error("connection pool must have at least one field");
        if (http is not null) Http(http, f);
        if (tcp is not null) Tcp(tcp, f);
    }

    private static void Http(JsonObject http, Findings f)
    {
        foreach (var (field, name) in s_limits) NonNegative(http, field, name, f);
        DurationRules.Check(http, "idleTimeout", f);
        if (http.Str("h2UpgradePolicy") == "UPGRADE" && http.Flag("useClientProtocol") == true) f.Error("use client protocol must not be true when H2UpgradePolicy is UPGRADE");
        NonNegative(http, "maxConcurrentStreams", "max concurrent streams", f);
    }

    private static void Tcp(JsonObject tcp, Findings f)
    {
        NonNegative(tcp, "maxConnections", "max connections", f);
        DurationRules.Check(tcp, "connectTimeout", f);
        DurationRules.Check(tcp, "maxConnectionDuration", f);
        // Zero turns the timeout off.
        if (DurationRules.Read(tcp, "idleTimeout", f) is { } idle && idle / 1_000_000 != 0) f.Error(DurationRules.Problem(idle));
        DurationRules.Check(tcp.Obj("tcpKeepalive"), "time", f);
        DurationRules.Check(tcp.Obj("tcpKeepalive"), "interval", f);
    }

    private static void NonNegative(JsonObject settings, string field, string name, Findings f)
    {
        if (settings.Num(field) < 0) f.Error($"{name} must be non-negative");
    }
}
