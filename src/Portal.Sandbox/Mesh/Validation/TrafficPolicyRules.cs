using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>How calls of a host are made: a DestinationRule's policy, that of a subset, that of a port.</summary>
internal static class TrafficPolicyRules
{
    private static readonly string[] s_ofPorts = ["outlierDetection", "connectionPool", "loadBalancer", "tls"];
    private static readonly string[] s_others = ["portLevelSettings", "tunnel", "proxyProtocol", "retryBudget"];

    public static void Check(JsonObject? policy, string ns, Findings f)
    {
        if (policy is null) return;
        if (!s_ofPorts.Concat(s_others).Any(p => policy[p] is JsonObject or JsonArray { Count: > 0 }))
        {
            f.Error("traffic policy must have at least one field");
            return;
        }
        if (policy.Obj("tunnel") is not null && policy.Obj("proxyProtocol") is not null)
        {
            f.Error("tunnel and proxyProtocol must not be set together");
            return;
        }
        Settings(policy, ns, f);
        foreach (var port in policy.Objects("portLevelSettings")) f.ErrorsOf(g => Port(port, ns, g));
        Tunnel(policy.Obj("tunnel"), f);
    }

    private static void Port(JsonObject settings, string ns, Findings f)
    {
        if (settings.Obj("port") is null) f.Error("portTrafficPolicy must have valid port");
        if (s_ofPorts.Any(p => settings.Obj(p) is not null)) Settings(settings, ns, f);
        else f.Error("port traffic policy must have at least one field");
    }

    private static void Settings(JsonObject policy, string ns, Findings f)
    {
        OutlierDetection(policy.Obj("outlierDetection"), f);
        ConnectionPoolRules.Check(policy.Obj("connectionPool"), f);
        LoadBalancerRules.Check(policy.Obj("loadBalancer"), policy.Obj("outlierDetection") is not null, f);
        ClientTlsRules.Check(policy.Obj("tls"), ns, f);
    }

    private static void OutlierDetection(JsonObject? outlier, Findings f)
    {
        if (outlier is null) return;
        DurationRules.Check(outlier, "baseEjectionTime", f);
        if ((outlier.Num("consecutiveErrors") ?? 0) != 0) f.Warn("outlier detection consecutive errors is deprecated, use consecutiveGatewayErrors or consecutive5xxErrors instead");
        if (outlier.Flag("splitExternalLocalOriginErrors") != true && outlier.Num("consecutiveLocalOriginFailures") > 0)
            f.Error("outlier detection consecutive local origin failures is specified, but split external local origin errors is set to false");
        DurationRules.Check(outlier, "interval", f);
        foreach (var field in (ReadOnlySpan<string>)["maxEjectionPercent", "minHealthPercent"])
        {
            if (outlier.Num(field) is < 0 or > 100) f.Error($"percentage {outlier.Num(field)} is not in range 0..100");
        }
    }

    private static void Tunnel(JsonObject? tunnel, Findings f)
    {
        if (tunnel is null) return;
        if (tunnel.Str("protocol") is not (null or "" or "CONNECT" or "POST")) f.Error("tunnel protocol must be \"CONNECT\" or \"POST\"");
        var host = tunnel.Str("targetHost") ?? "";
        if (HostRules.Fqdn(host) is { } notName && AddressRules.Address(host) is { } notAddress) f.Error($"tunnel target host must be valid FQDN or IP address: {notName}; {notAddress}");
        if (AddressRules.Port(tunnel.Num("targetPort") ?? 0) is { } problem) f.Error("tunnel target port is invalid: " + problem);
    }
}
