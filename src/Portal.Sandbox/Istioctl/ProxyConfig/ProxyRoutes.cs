using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Routing;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl;

/// <summary><c>proxy-config routes</c></summary>
internal static class ProxyRoutes
{
    private sealed record Row(string Name, string VirtualHost, IReadOnlyList<string> Domains, string Match, string Owner, JsonObject Route);

    public static ProxyConfigDump Read(PodInstance pod, Invocation arguments)
    {
        var rows = (pod.HasSidecar ? Sidecar(pod) : Gateway(pod)).Append(Static("/stats/prometheus", "prometheus_stats")).Append(Static("/healthz/ready", "agent"))
            .Where(r => arguments["name"] is not { Length: > 0 } name || r.Name == name).ToList();
        var json = rows.GroupBy(r => r.Name).Select(g => (JsonNode)new JsonObject
        {
            ["name"] = g.Key,
            ["virtualHosts"] = new JsonArray([.. g.GroupBy(r => r.VirtualHost).Select(v => (JsonNode)new JsonObject
            {
                ["name"] = v.Key,
                ["domains"] = new JsonArray([.. v.First().Domains.Select(d => (JsonNode)d)]),
                ["routes"] = new JsonArray([.. v.Select(r => (JsonNode)r.Route.Copy())]),
                ["includeRequestAttemptCount"] = true,
            })]),
            ["validateClusters"] = false, ["maxDirectResponseBodySizeBytes"] = 1048576, ["ignorePortInHostMatching"] = true,
        });
        return arguments["verbose"] == "false"
            ? new(["NAME", "VIRTUAL HOSTS"], [.. rows.GroupBy(r => r.Name).Select(g => new[] { g.Key, g.Select(r => r.VirtualHost).Distinct().Count().ToString(CultureInfo.InvariantCulture) })], new JsonArray([.. json]))
            : new(["NAME", "VHOST NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE"], [.. rows.Select(r => new[] { r.Name, r.VirtualHost, Short(r), r.Match, r.Owner })], new JsonArray([.. json]));
    }

    private static IEnumerable<Row> Sidecar(PodInstance pod)
    {
        var view = pod.Cluster.Mesh.Config.ViewOf(pod);
        var retries = pod.Cluster.Mesh.Config.Settings.DefaultRetries;
        foreach (var port in view.Services.SelectMany(s => s.Ports.Where(p => p.IsHttp).Select(p => p.Port)).Append(80).Distinct().OrderBy(p => p.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal))
        {
            if (view.HttpListener(port) is not { } listener) continue;
            var source = new RouteSource(RouteSource.Mesh, pod.Namespace, pod.Labels, port);
            var name = port.ToString(CultureInfo.InvariantCulture);
            foreach (var host in listener.VirtualHosts.OrderBy(h => h.Name, StringComparer.Ordinal))
            {
                IReadOnlyList<string> domains = [.. host.Domains.Where(d => d.Length > 0)];
                if (host.Rule is null) yield return new(name, host.Name, domains, "/*", "", RouteJson.Default(view.Cluster(host.Service!, port), retries));
                foreach (var (match, route, owner) in Routes(host.Routes.Select(r => (r, source)), view, port)) yield return new(name, host.Name, domains, match, $"{owner.Name}.{owner.Namespace}", route);
            }
        }
        foreach (var port in ProxyClusters.InboundPorts(pod)) yield return new($"inbound|{port}||", $"inbound|http|{port}", ["*"], "/*", "", RouteJson.Fixed("/", $"inbound|{port}||"));
    }

    private static IEnumerable<Row> Gateway(PodInstance pod)
    {
        var config = pod.Cluster.Mesh.Config;
        var gateway = config.GatewayOf(pod);
        foreach (var server in gateway.Servers.Where(s => s.IsHttp).DistinctBy(s => s.RouteName))
        {
            var hosts = gateway.HostsOf(server).Hosts;
            if (hosts.Count == 0) yield return new(server.RouteName, $"blackhole:{server.Port}", ["*"], "/*", "404", RouteJson.NotFound());
            foreach (var host in hosts)
            {
                var routes = host.Routes.Select(r => (r.Route, new RouteSource(r.Server.Gateway.Id, pod.Namespace, pod.Labels, r.Server.Number)));
                foreach (var (match, route, owner) in Routes(routes, config.ViewOf(pod), server.Number)) yield return new(server.RouteName, $"{host.Domain}:{server.Port}", [host.Domain], match, $"{owner.Name}.{owner.Namespace}", route);
            }
        }
    }

    /// <summary>One row for each match of each route; what stands behind a catch-all is not sent to proxies.</summary>
    private static IEnumerable<(string Match, JsonObject Route, MeshObject Owner)> Routes(IEnumerable<(HttpRoute Route, RouteSource Source)> routes, ProxyView view, int port)
    {
        foreach (var (route, source) in routes)
        {
            foreach (var match in route.Matches.Cast<RouteMatch?>().DefaultIfEmpty(null))
            {
                if (match?.AppliesTo(source) == false) continue;
                yield return (match?.Uri?.ToString() ?? "/*", RouteJson.Of(route, match, view, port), route.Owner);
                if (match?.IsCatchAll != false) yield break;
            }
        }
    }

    private static Row Static(string path, string cluster) => new("", "backend", ["*"], path + "*", "", RouteJson.Fixed(path, cluster));

    /// <summary>At most two names; of a service neither its full one nor the one with only <c>.svc</c>, unless it has no other.</summary>
    private static string Short(Row row)
    {
        var shown = row.Domains.Count == 1 ? row.Domains : [.. row.Domains.Where(d => !row.VirtualHost.StartsWith(d + ":", StringComparison.Ordinal) && !d.EndsWith(".svc", StringComparison.Ordinal))];
        return shown.Count > 2 ? string.Create(CultureInfo.InvariantCulture, $"{shown[0]}, {shown[1]} + {shown.Count - 2} more...") : string.Join(", ", shown);
    }
}
