using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Upstream;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl;

/// <summary><c>proxy-config clusters</c></summary>
internal static class ProxyClusters
{
    private const long NoLimit = uint.MaxValue;

    private static readonly (string Name, string Type)[] s_fixed =
        [("BlackHoleCluster", "STATIC"), ("InboundPassthroughCluster", "ORIGINAL_DST"), ("PassthroughCluster", "ORIGINAL_DST"), ("agent", "STATIC"), ("prometheus_stats", "STATIC"), ("sds-grpc", "STATIC"), ("xds-grpc", "STATIC")];

    private sealed record Row(string Host, int Port, string Subset, string Direction, string Type, string Rule, JsonObject Json);

    /// <summary>The outbound clusters of a proxy: each port of each service, and each subset of its rule.</summary>
    public static IEnumerable<(UpstreamCluster Cluster, MeshService Service, MeshObject? Rule)> Outbound(PodInstance pod)
    {
        var view = pod.Cluster.Mesh.Config.ViewOf(pod);
        foreach (var service in view.Services)
        {
            var rules = view.DestinationRulesFor(service);
            var merged = MeshConfig.Merge(rules);
            foreach (var port in service.Ports.DistinctBy(p => p.Port))
            {
                foreach (var subset in merged.Objects("subsets").Select(s => s.Str("name")).Prepend(null))
                    yield return (view.Cluster(service, service.Host, port.Port, subset), service, rules.FirstOrDefault());
            }
        }
    }

    public static ProxyConfigDump Read(PodInstance pod, Invocation arguments)
    {
        var port = arguments.Number("port");
        var automatic = pod.Cluster.Mesh.Config.Settings.AutomaticTls;
        var rows = Outbound(pod).Select(c => new Row(c.Service.Host, c.Cluster.Port, c.Cluster.Subset ?? "", "outbound", TypeOf(c.Service), c.Rule is null ? "" : $"{c.Rule.Name}.{c.Rule.Namespace}", Json(c.Cluster, c.Service, c.Rule, automatic)))
            .Concat(pod.HasSidecar ? InboundPorts(pod).Select(p => new Row("", p, "", "inbound", "ORIGINAL_DST", "", new JsonObject { ["name"] = $"inbound|{p}||", ["type"] = "ORIGINAL_DST", ["connectTimeout"] = "10s" })) : [])
            .Concat(s_fixed.Select(f => new Row(f.Name, 0, "", "", f.Type, "", new JsonObject { ["name"] = f.Name, ["type"] = f.Type, ["connectTimeout"] = "10s" })))
            .Where(r => (arguments["fqdn"] is not { Length: > 0 } fqdn || r.Host.Contains(fqdn, StringComparison.Ordinal)) && (port == 0 || r.Port == port) && (arguments["subset"] is not { Length: > 0 } subset || r.Subset.Contains(subset, StringComparison.Ordinal)) && (arguments["direction"] is not { Length: > 0 } direction || r.Direction == direction))
            .OrderBy(r => r.Host, StringComparer.Ordinal).ThenBy(r => r.Subset, StringComparer.Ordinal).ThenBy(r => r.Port).ThenBy(r => r.Direction, StringComparer.Ordinal).ToList();
        static string Dash(string s) => s.Length == 0 ? "-" : s;
        return new(["SERVICE FQDN", "PORT", "SUBSET", "DIRECTION", "TYPE", "DESTINATION RULE"],
            [.. rows.Select(r => new[] { r.Host, r.Port == 0 ? "-" : r.Port.ToString(CultureInfo.InvariantCulture), Dash(r.Subset), Dash(r.Direction), r.Type, r.Rule })],
            new JsonArray([.. rows.Select(r => r.Json)]));
    }

    /// <summary>Ports of a pod that services lead to.</summary>
    public static IEnumerable<int> InboundPorts(PodInstance pod) => pod.Cluster.Mesh.Config.Services.Services.SelectMany(s => s.Endpoints.Where(e => e.Ip == pod.Ip).SelectMany(e => e.TargetPorts.Values)).Distinct().Order();

    private static string TypeOf(MeshService service) => service.Resolution switch
    {
        "DNS" => "STRICT_DNS",
        "DNS_ROUND_ROBIN" => "LOGICAL_DNS",
        "NONE" => "ORIGINAL_DST",
        null when service.ClusterIp == "None" => "ORIGINAL_DST",
        _ => "EDS",
    };

    private static JsonObject Json(UpstreamCluster cluster, MeshService service, MeshObject? rule, bool automatic)
    {
        var limits = cluster.Policy.Connections;
        var json = new JsonObject { ["name"] = cluster.Name, ["type"] = TypeOf(service) };
        if (TypeOf(service) == "EDS") json["edsClusterConfig"] = new JsonObject { ["edsConfig"] = new JsonObject { ["ads"] = new JsonObject(), ["initialFetchTimeout"] = "0s", ["resourceApiVersion"] = "V3" }, ["serviceName"] = cluster.Name };
        var policy = (JsonObject)JsonNode.Parse(cluster.Policy.Text)!;
        json["connectTimeout"] = EnvoyDuration.Parse(policy.Str("connectionPool", "tcp", "connectTimeout")) is { } connect ? Seconds(connect) : "10s";
        json["lbPolicy"] = cluster.Policy.Hash is not null ? "RING_HASH" : cluster.Policy.LoadBalancing switch { LoadBalancing.RoundRobin => "ROUND_ROBIN", LoadBalancing.Random => "RANDOM", LoadBalancing.Passthrough => "CLUSTER_PROVIDED", _ => "LEAST_REQUEST" };
        json["circuitBreakers"] = new JsonObject
        {
            ["thresholds"] = new JsonArray(new JsonObject
            {
                ["maxConnections"] = limits.MaxConnections ?? NoLimit, ["maxPendingRequests"] = limits.MaxPending ?? NoLimit, ["maxRequests"] = limits.MaxRequests ?? NoLimit, ["maxRetries"] = policy.Int(0, "connectionPool", "http", "maxRetries") is > 0 and var retries ? retries : NoLimit, ["trackRemaining"] = true,
            }),
        };
        if (limits.PerConnection is { } most) json["typedExtensionProtocolOptions"] = new JsonObject { ["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"] = new JsonObject { ["@type"] = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions", ["commonHttpProtocolOptions"] = new JsonObject { ["maxRequestsPerConnection"] = most } } };
        if (cluster.Policy.Outliers is { } o)
        {
            var detection = new JsonObject();
            if (o.Consecutive5xx > 0) detection["consecutive5xx"] = o.Consecutive5xx;
            detection["interval"] = Seconds(o.Interval);
            detection["baseEjectionTime"] = Seconds(o.BaseEjection);
            detection["maxEjectionPercent"] = o.MaxEjectionPercent;
            detection["enforcingConsecutive5xx"] = o.Consecutive5xx > 0 ? 100 : 0;
            detection["enforcingSuccessRate"] = 0;
            if (o.ConsecutiveGateway > 0) (detection["consecutiveGatewayFailure"], detection["enforcingConsecutiveGatewayFailure"]) = (o.ConsecutiveGateway, 100);
            json["outlierDetection"] = detection;
            json["commonLbConfig"] = new JsonObject { ["healthyPanicThreshold"] = new JsonObject() };
        }
        TlsContext.Upstream(json, cluster, service, automatic);
        var istio = new JsonObject { ["services"] = new JsonArray(new JsonObject { ["host"] = service.Host, ["name"] = service.Name, ["namespace"] = service.Namespace }) };
        if (rule is not null) istio["config"] = $"/apis/networking.istio.io/v1/namespaces/{rule.Namespace}/destination-rule/{rule.Name}";
        if (cluster.Subset is not null) istio["subset"] = cluster.Subset;
        json["metadata"] = new JsonObject { ["filterMetadata"] = new JsonObject { ["istio"] = istio } };
        return json;
    }

    private static string Seconds(TimeSpan t) => string.Create(CultureInfo.InvariantCulture, $"{t.TotalSeconds:0.###}s");
}
