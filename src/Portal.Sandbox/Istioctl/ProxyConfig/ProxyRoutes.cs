using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;

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
        var config = pod.Cluster.Mesh.Config;
        var services = config.ServicesFor(pod.Namespace).SelectMany(s => s.Ports.Where(p => p.Protocol is "HTTP" or "HTTP2" or "GRPC").Select(p => (Service: s, p.Port))).ToList();
        foreach (var (service, port) in services.OrderBy(s => s.Port.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal).ThenBy(s => s.Service.Host, StringComparer.Ordinal))
        {
            var name = port.ToString(CultureInfo.InvariantCulture);
            var domains = string.Join(", ", Domains(service, pod.Namespace));
            var vs = config.VirtualServiceFor(service, pod.Namespace);
            var routes = vs is { } owner && owner.Spec.Arr("http") is { Count: > 0 } ? Routes(config, owner, "mesh", port, pod.Namespace).ToList() : [];
            if (routes.Count == 0 && vs is null) yield return new(name, $"{service.Host}:{name}", domains, "/*", "", Route("/*", new JsonObject { ["cluster"] = $"outbound|{port}||{service.Host}" }, null));
            foreach (var (match, route) in routes) yield return new(name, $"{service.Host}:{name}", domains, match, $"{vs!.Name}.{vs.Namespace}", route);
        }
        foreach (var port in ProxyClusters.InboundPorts(pod)) yield return new($"inbound|{port}||", $"inbound|http|{port}", "*", "/*", "", Route("/*", new JsonObject { ["cluster"] = $"inbound|{port}||" }, null));
    }

    private static IEnumerable<Row> Gateway(PodInstance pod)
    {
        var config = pod.Cluster.Mesh.Config;
        var targets = config.Services.Services.SelectMany(s => s.Endpoints.Where(e => e.Ip == pod.Ip).SelectMany(e => e.TargetPorts)).DistinctBy(t => t.Key).ToDictionary();
        foreach (var gateway in config.Gateways.Where(g => g.Spec.Map("selector") is var s && (s.Count == 0 || Selectors.Matches(s, pod.Labels))))
        {
            foreach (var server in gateway.Spec.Objects("servers").Where(s => s.Str("port", "protocol") is "HTTP" or "HTTP2" or "GRPC"))
            {
                var number = server.Int(0, "port", "number");
                var port = targets.GetValueOrDefault(number, number);
                var found = false;
                foreach (var vs in config.VirtualServicesOf(gateway))
                {
                    foreach (var host in vs.Spec.Strings("hosts"))
                    {
                        foreach (var (match, route) in Routes(config, vs, gateway.Id, number, pod.Namespace))
                        {
                            found = true;
                            yield return new($"http.{port}", $"{host}:{port}", host, match, $"{vs.Name}.{vs.Namespace}", route);
                        }
                    }
                }
                if (!found) yield return new($"http.{port}", $"blackhole:{port}", "*", "/*", "404", Route("/*", null, null));
            }
        }
    }

    /// <summary>One row for each match of each route; what stands behind a catch-all is not sent to proxies.</summary>
    private static IEnumerable<(string Match, JsonObject Route)> Routes(MeshConfig config, MeshObject vs, string gateway, int port, string clientNamespace)
    {
        foreach (var http in vs.Spec.Objects("http"))
        {
            foreach (var match in http.Objects("match").DefaultIfEmpty([]))
            {
                if (match.Arr("gateways") is { Count: > 0 } gateways && !gateways.Any(g => g.Str() is { } n && (n == gateway || MeshConfig.QualifyGateway(n, vs.Namespace) == gateway))) continue;
                if (match.Num("port") is { } only && only != port) continue;
                var text = Describe(match.Obj("uri"));
                yield return (text, Route(text, Action(config, http, vs, port, clientNamespace), vs));
            }
            if (RouteMatcher.IsCatchAll(http)) yield break;
        }
    }

    private static JsonObject? Action(MeshConfig config, JsonObject http, MeshObject vs, int port, string clientNamespace)
    {
        string Name(JsonObject d) => UpstreamCluster.Find(config, d.Str("destination", "host") ?? "", d.At("destination", "port", "number") is { } p ? (int?)p.Num() : null, port, d.Str("destination", "subset"), vs.Namespace, clientNamespace).Name;
        var destinations = http.Objects("route").ToList();
        if (destinations.Count == 0) return null;
        var action = destinations.Count == 1 ? new JsonObject { ["cluster"] = Name(destinations[0]) }
            : new JsonObject { ["weightedClusters"] = new JsonObject { ["clusters"] = new JsonArray([.. destinations.Where(d => d.Int(0, "weight") > 0).Select(d => (JsonNode)new JsonObject { ["name"] = Name(d), ["weight"] = d.Int(0, "weight") })]) } };
        action["timeout"] = http.Str("timeout") ?? "0s";
        var retries = http.Obj("retries");
        if (retries is null || retries.Int(0, "attempts") > 0)
        {
            var policy = new JsonObject { ["retryOn"] = retries.Str("retryOn") is { Length: > 0 } on ? on : "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes", ["numRetries"] = retries.Int(2, "attempts") };
            if (retries.Str("perTryTimeout") is { } perTry) policy["perTryTimeout"] = perTry;
            action["retryPolicy"] = policy;
        }
        return action;
    }

    private static JsonObject Route(string match, JsonObject? action, MeshObject? owner)
    {
        var route = new JsonObject { ["match"] = match.EndsWith('*') ? new JsonObject { ["prefix"] = match[..^1] } : new JsonObject { ["path"] = match } };
        if (action is not null) route["route"] = action;
        if (owner is not null) route["metadata"] = new JsonObject { ["filterMetadata"] = new JsonObject { ["istio"] = new JsonObject { ["config"] = $"/apis/networking.istio.io/v1/namespaces/{owner.Namespace}/virtual-service/{owner.Name}" } } };
        return route;
    }

    private static string Describe(JsonObject? uri) =>
        uri.Str("exact") is { } exact ? exact : uri.Str("prefix") is { } prefix ? prefix + "*" : uri.Str("regex") is { } regex ? "regex " + regex : "/*";

    private static IEnumerable<string> Domains(MeshService service, string ns)
    {
        if (service.Resolution is not null) return [service.Host];
        var names = new List<string> { $"{service.Name}.{service.Namespace}" };
        if (service.Namespace == ns) names.Insert(0, service.Name);
        if (service.ClusterIp is { Length: > 0 } ip and not "None") names.Add(ip);
        return names;
    }

    private static string Short(string domains) => domains.Split(", ") is { Length: > 2 } all ? $"{all[0]}, {all[1]} + {all.Length - 2} more..." : domains;
}
