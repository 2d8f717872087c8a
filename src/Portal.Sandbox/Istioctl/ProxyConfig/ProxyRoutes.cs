using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Routing;
using Portal.Sandbox.Mesh.Upstream;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl;

/// <summary><c>proxy-config routes</c></summary>
internal static class ProxyRoutes
{
    private sealed record Row(string Name, string VirtualHost, string Domains, string Match, string Owner, JsonObject Route);

    public static ProxyConfigDump Read(PodInstance pod, IstioctlArguments arguments)
    {
        var rows = (pod.HasSidecar ? Sidecar(pod) : Gateway(pod)).Append(new("", "backend", "*", "/stats/prometheus*", "", [])).Append(new("", "backend", "*", "/healthz/ready*", "", []))
            .Where(r => arguments["name"] is not { Length: > 0 } name || r.Name == name).ToList();
        var json = rows.GroupBy(r => r.Name).Select(g => (JsonNode)new JsonObject
        {
            ["name"] = g.Key,
            ["virtualHosts"] = new JsonArray([.. g.GroupBy(r => r.VirtualHost).Select(v => (JsonNode)new JsonObject
            {
                ["name"] = v.Key,
                ["domains"] = new JsonArray([.. v.First().Domains.Split(", ").Select(d => (JsonNode)d)]),
                ["routes"] = new JsonArray([.. v.Select(r => (JsonNode)r.Route.Copy())]),
            })]),
        });
        return new(["NAME", "VHOST NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE"], [.. rows.Select(r => new[] { r.Name, r.VirtualHost, Short(r.Domains), r.Match, r.Owner })], new JsonArray([.. json]));
    }

    private static IEnumerable<Row> Sidecar(PodInstance pod)
    {
        var view = pod.Cluster.Mesh.Config.ViewOf(pod);
        foreach (var port in view.Services.SelectMany(s => s.Ports.Where(p => p.IsHttp).Select(p => p.Port)).Append(80).Distinct().OrderBy(p => p.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal))
        {
            if (view.HttpListener(port) is not { } listener) continue;
            var source = new RouteSource(RouteSource.Mesh, pod.Namespace, pod.Labels, port);
            foreach (var host in listener.VirtualHosts.OrderBy(h => h.Name, StringComparer.Ordinal))
            {
                var domains = string.Join(", ", host.Domains.Where(d => d.Length > 0 && (host.Service is null || host.Domains.Count == 1 || d != host.Service.Host) && !d.EndsWith(".svc", StringComparison.Ordinal)));
                var name = port.ToString(CultureInfo.InvariantCulture);
                if (host.Rule is null) yield return new(name, host.Name, domains, "/*", "", Route("/*", Default(pod, view.Cluster(host.Service!, port)), null));
                foreach (var (match, route, owner) in Routes(host.Routes.Select(r => (r, source)), view, port)) yield return new(name, host.Name, domains, match, $"{owner.Name}.{owner.Namespace}", route);
            }
        }
        foreach (var port in ProxyClusters.InboundPorts(pod)) yield return new($"inbound|{port}||", $"inbound|http|{port}", "*", "/*", "", Route("/*", new JsonObject { ["cluster"] = $"inbound|{port}||" }, null));
    }

    private static IEnumerable<Row> Gateway(PodInstance pod)
    {
        var config = pod.Cluster.Mesh.Config;
        var gateway = config.GatewayOf(pod);
        foreach (var server in gateway.Servers.Where(s => s.IsHttp).DistinctBy(s => s.RouteName))
        {
            var hosts = gateway.HostsOf(server).Hosts;
            if (hosts.Count == 0) yield return new(server.RouteName, $"blackhole:{server.Port}", "*", "/*", "404", Route("/*", null, null));
            foreach (var host in hosts)
            {
                var routes = host.Routes.Select(r => (r.Route, new RouteSource(r.Server.Gateway.Id, pod.Namespace, pod.Labels, r.Server.Number)));
                foreach (var (match, route, owner) in Routes(routes, config.ViewOf(pod), server.Number)) yield return new(server.RouteName, $"{host.Domain}:{server.Port}", host.Domain, match, $"{owner.Name}.{owner.Namespace}", route);
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
                var text = match?.Uri?.ToString() ?? "/*";
                yield return (text, Route(text, Action(route, view, port), route), route.Owner);
                if (match?.IsCatchAll != false) yield break;
            }
        }
    }

    private static JsonObject Default(PodInstance pod, UpstreamCluster cluster) => Policies(new JsonObject { ["cluster"] = cluster.Name }, null, pod.Cluster.Mesh.Config.Settings.DefaultRetries);

    private static JsonObject? Action(HttpRoute route, ProxyView view, int port)
    {
        if (route.Destinations.Length == 0) return null;
        var action = route.Destinations.Length == 1 ? new JsonObject { ["cluster"] = view.Cluster(route.Destinations[0].Destination, port).Name }
            : new JsonObject { ["weightedClusters"] = new JsonObject { ["clusters"] = new JsonArray([.. route.Destinations.Select(d => (JsonNode)new JsonObject { ["name"] = view.Cluster(d.Destination, port).Name, ["weight"] = d.Weight })]) } };
        return Policies(action, route.Timeout, route.Retries ?? RetryPolicy.Default);
    }

    private static JsonObject Policies(JsonObject action, TimeSpan? timeout, RetryPolicy retries)
    {
        action["timeout"] = Seconds(timeout ?? TimeSpan.Zero);
        if (retries.Attempts == 0) return action;
        var policy = new JsonObject { ["retryOn"] = retries.RetryOn, ["numRetries"] = retries.Attempts };
        if (retries.PerTry is { } perTry) policy["perTryTimeout"] = Seconds(perTry);
        action["retryPolicy"] = policy;
        return action;
    }

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###}s");

    private static JsonObject Route(string match, JsonObject? action, HttpRoute? source)
    {
        var route = new JsonObject { ["match"] = match.EndsWith('*') ? new JsonObject { ["prefix"] = match[..^1] } : new JsonObject { ["path"] = match } };
        if (source?.Name is { } name) route["name"] = name;
        if (action is not null) route["route"] = action;
        if (source is not null) route["metadata"] = new JsonObject { ["filterMetadata"] = new JsonObject { ["istio"] = new JsonObject { ["config"] = $"/apis/networking.istio.io/v1/namespaces/{source.Owner.Namespace}/virtual-service/{source.Owner.Name}" } } };
        return route;
    }

    private static string Short(string domains) => domains.Split(", ") is { Length: > 2 } all ? $"{all[0]}, {all[1]} + {all.Length - 2} more..." : domains;
}
