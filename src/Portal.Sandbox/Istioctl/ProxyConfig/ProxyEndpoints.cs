using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl;

/// <summary><c>proxy-config endpoints</c>: hosts as the proxy sees them now, ejected ones included.</summary>
internal static class ProxyEndpoints
{
    private static readonly (string Address, string Cluster)[] s_own =
    [
        ("127.0.0.1:15000", "prometheus_stats"), ("127.0.0.1:15020", "agent"), ("unix://./etc/istio/proxy/XDS", "xds-grpc"), ("unix://./var/run/secrets/workload-spiffe-uds/socket", "sds-grpc"),
    ];

    public static ProxyConfigDump Read(PodInstance pod, Invocation arguments)
    {
        var port = arguments.Number("port");
        var hosts = ProxyClusters.Outbound(pod)
            .Where(c => arguments["cluster"] is not { Length: > 0 } name || c.Cluster.Name == name)
            .SelectMany(c => c.Cluster.Endpoints.Select(e => (c.Cluster, Ip: e.Ip, Port: e.TargetPorts.GetValueOrDefault(c.Cluster.Port, c.Cluster.Port))))
            .Where(h => (port == 0 || h.Port == port) && (arguments["address"] is not { Length: > 0 } address || h.Ip == address))
            .Select(h => (h.Cluster.Name, h.Ip, h.Port, Ejected: pod.Upstreams.Find(h.Cluster.Name) is { } state && state.Policy.Text == h.Cluster.Policy.Text && state.IsEjected(h.Ip)))
            .Where(h => arguments["status"] is not { Length: > 0 } status || status.Equals(h.Ejected ? "unhealthy" : "healthy", StringComparison.OrdinalIgnoreCase))
            .OrderBy(h => h.Ip, StringComparer.Ordinal).ThenBy(h => h.Port).ThenBy(h => h.Name, StringComparer.Ordinal).ToList();
        // The proxy's own, which no service stands behind.
        var own = port == 0 && arguments["address"] is null && arguments["cluster"] is null && arguments["status"] is not "unhealthy" ? s_own : [];
        var json = hosts.GroupBy(h => h.Name).Select(g => (JsonNode)new JsonObject
        {
            ["name"] = g.Key,
            ["addedViaApi"] = true,
            ["hostStatuses"] = new JsonArray([.. g.Select(h => (JsonNode)new JsonObject
            {
                ["address"] = new JsonObject { ["socketAddress"] = new JsonObject { ["address"] = h.Ip, ["portValue"] = h.Port } },
                ["healthStatus"] = h.Ejected ? new JsonObject { ["failedOutlierCheck"] = true, ["edsHealthStatus"] = "HEALTHY" } : new JsonObject { ["edsHealthStatus"] = "HEALTHY" },
                ["weight"] = 1,
            })]),
        });
        return new(["ENDPOINT", "STATUS", "OUTLIER CHECK", "CLUSTER"],
            [.. hosts.Select(h => new[] { string.Create(CultureInfo.InvariantCulture, $"{h.Ip}:{h.Port}"), "HEALTHY", h.Ejected ? "FAILED" : "OK", h.Name }), .. own.Select(o => new[] { o.Address, "HEALTHY", "OK", o.Cluster })],
            new JsonArray([.. json]));
    }
}
