using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Mesh.Proxies;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl;

/// <summary><c>proxy-config listeners</c></summary>
internal static class ProxyListeners
{
    private const string Http = "Trans: raw_buffer; App: http/1.1,h2c";

    private sealed record Row(string Address, int Port, string Match, string Destination);

    public static ProxyConfigDump Read(PodInstance pod, IstioctlArguments arguments)
    {
        var rows = (pod.HasSidecar ? Sidecar(pod) : Gateway(pod)).Append(new("0.0.0.0", 15021, "ALL", "Inline Route: /healthz/ready*")).Append(new("0.0.0.0", 15090, "ALL", "Inline Route: /stats/prometheus*"))
            .Where(r => (arguments.Port == 0 || r.Port == arguments.Port) && (arguments["address"] is not { Length: > 0 } address || r.Address == address))
            .OrderBy(r => r.Port).ThenBy(r => r.Address, StringComparer.Ordinal).ToList();
        var json = rows.GroupBy(r => (r.Address, r.Port)).Select(g => (JsonNode)new JsonObject
        {
            ["name"] = $"{g.Key.Address}_{g.Key.Port}",
            ["address"] = new JsonObject { ["socketAddress"] = new JsonObject { ["address"] = g.Key.Address, ["portValue"] = g.Key.Port } },
            ["filterChains"] = new JsonArray([.. g.Select(r => (JsonNode)new JsonObject { ["filterChainMatch"] = r.Match, ["destination"] = r.Destination })]),
        });
        return new(["ADDRESSES", "PORT", "MATCH", "DESTINATION"], [.. rows.Select(r => new[] { r.Address, r.Port.ToString(CultureInfo.InvariantCulture), r.Match, r.Destination })], new JsonArray([.. json]), Padding: 1);
    }

    private static IEnumerable<Row> Sidecar(PodInstance pod)
    {
        var ports = pod.Cluster.Mesh.Config.ViewOf(pod).Services.SelectMany(s => s.Ports.Select(p => (Service: s, Port: p))).ToList();
        foreach (var port in ports.Where(p => p.Port.IsHttp).Select(p => p.Port.Port).Distinct())
        {
            yield return new("0.0.0.0", port, Http, $"Route: {port}");
            yield return new("0.0.0.0", port, "ALL", "PassthroughCluster");
        }
        foreach (var (service, port) in ports.Where(p => !p.Port.IsHttp))
            yield return new(service.ClusterIp is { Length: > 0 } ip and not "None" ? ip : "0.0.0.0", port.Port, "ALL", $"Cluster: outbound|{port.Port}||{service.Host}");
        yield return new("0.0.0.0", 15001, "ALL", "PassthroughCluster");
        foreach (var port in ProxyClusters.InboundPorts(pod)) yield return new("0.0.0.0", 15006, $"Addr: *:{port}", $"Cluster: inbound|{port}||");
        yield return new("0.0.0.0", 15006, "Addr: *", "InboundPassthroughCluster");
    }

    private static IEnumerable<Row> Gateway(PodInstance pod) => pod.Cluster.Mesh.Config.GatewayOf(pod).Servers.Select(s => new Row(
        "0.0.0.0", s.Port, s.IsTls && !(s.Hosts.Count == 1 && s.Hosts[0] == "*") ? "SNI: " + string.Join(',', s.Hosts.Select(GatewayServer.WithoutNamespace)) : "ALL",
        s.IsHttp ? "Route: " + s.RouteName : "Non-HTTP/Non-TCP")).Distinct();
}
