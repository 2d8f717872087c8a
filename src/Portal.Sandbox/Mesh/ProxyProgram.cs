using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Mesh;

/// <summary>
/// The proxy image. In a pod of its own it is a gateway: it listens where Gateway objects that select its pod say, and
/// routes by the VirtualServices attached to them. As a sidecar it only answers its health port.
/// </summary>
internal sealed class ProxyProgram : IPodProgram
{
    private const int HealthPort = 15021;
    private const int AgentPort = 15020;
    private const int EnvoyMetricsPort = 15090;

    public bool AnswersProbesAlike => true;

    public long BaseMemory => 45 << 20;

    public bool Listens(ContainerInstance container, int port) =>
        port is HealthPort or AgentPort or EnvoyMetricsPort || (!container.Pod.HasSidecar && Servers(container, port).Any());

    public async ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        if (port == HealthPort) return call.PathOnly == "/healthz/ready" ? HttpReply.Of(200, "") : HttpReply.Of(404, "");
        var pod = container.Pod;
        var cluster = pod.Cluster;
        if (port is AgentPort or EnvoyMetricsPort)
            return call.PathOnly is "/stats/prometheus" or "/metrics" ? HttpReply.Of(200, cluster.Telemetry.Expose(pod), "text/plain; version=0.0.4; charset=utf-8") : HttpReply.Of(call.PathOnly == "/healthz/ready" ? 200 : 404, "");
        var start = cluster.Time.GetTimestamp();
        var began = cluster.Now;
        var headers = new HttpHeaders(call.Headers);
        headers["x-request-id"] ??= Guid.NewGuid().ToString();
        headers["x-forwarded-proto"] = "http";
        headers["x-forwarded-for"] ??= pod.Ip;
        var span = ActiveSpan.Begin(pod, headers, server: true);
        call = call with { Headers = headers };
        var execution = new RouteExecution(cluster, cluster.Mesh.Config, pod, pod.Namespace);
        var (reply, route) = AuthorizationEngine.Check(cluster.Mesh.Config, pod, port, call, null) is { } refused ? (refused, "-") : await RouteAsync(container, execution, port, call, cancellationToken).ConfigureAwait(false);
        var elapsed = cluster.Time.GetElapsedTime(start);
        if (reply.Details == "via_upstream") reply.Headers["x-envoy-upstream-service-time"] = ((long)elapsed.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        reply.Headers["server"] = "istio-envoy";
        RequestRecorder.Outbound(pod, execution, call, reply, elapsed);
        span?.Finish(call, reply, execution.Operation, execution.ClusterName, execution.UpstreamHost);
        if (cluster.Mesh.Config.Settings.HasAccessLog(pod.Namespace)) AccessLog.Write(container, began, call, reply, elapsed, execution.ClusterName, execution.UpstreamHost, route);
        return reply;
    }

    private static async Task<(HttpReply, string)> RouteAsync(ContainerInstance container, RouteExecution execution, int port, HttpCall call, CancellationToken cancellationToken)
    {
        var config = container.Pod.Cluster.Mesh.Config;
        foreach (var (gateway, server) in Servers(container, port).OrderByDescending(s => Specificity(s.Server, call.Host)))
        {
            if (Specificity(server, call.Host) < 0) continue;
            if (server.Flag("tls", "httpsRedirect") == true)
            {
                var redirect = HttpReply.Of(301, "", details: "direct_response");
                redirect.Headers["location"] = $"https://{call.Host}{call.Path}";
                return (redirect, "-");
            }
            // The most specific host takes the request. Routes of all VirtualServices of that host stand in one table:
            // specific ones first, catch-alls last.
            var bound = config.VirtualServicesOf(gateway).ToList();
            var host = bound.SelectMany(vs => vs.Spec.Strings("hosts")).Where(h => MeshConfig.HostMatches(h, call.Host)).MaxBy(h => h == "*" ? 0 : h.StartsWith("*.", StringComparison.Ordinal) ? h.Length : int.MaxValue);
            var owners = bound.Where(vs => vs.Spec.Strings("hosts").Contains(host)).ToList();
            var source = new RouteSource(gateway.Id, container.Pod.Namespace, container.Pod.Labels, server.Int(port, "port", "number"));
            var hits = owners.Select(vs => (Owner: vs, Hit: RouteMatcher.Find(vs, call, source))).Where(h => h.Hit is not null).ToList();
            if (hits.Count == 0) continue;
            var (owner, hit) = hits.Find(h => !RouteMatcher.IsCatchAll(h.Hit!.Value.Route)) is { Hit: not null } specific ? specific : hits[0];
            return (await execution.RunAsync(hit!.Value.Route, hit.Value.Match, owner.Namespace, call, source.Port, cancellationToken).ConfigureAwait(false), hit.Value.Route.Str("name") ?? "-");
        }
        return (HttpReply.Of(404, "", flags: "NR", details: "route_not_found"), "-");
    }

    private static int Specificity(JsonObject server, string host) => server.Strings("hosts").Select(h => h[(h.IndexOf('/', StringComparison.Ordinal) + 1)..])
        .Where(h => MeshConfig.HostMatches(h, host)).Select(h => h == "*" ? 0 : h.Length).DefaultIfEmpty(-1).Max();

    /// <summary>The Gateway servers whose listener is this pod port. A server's number is a service port (then its target port listens) or the pod port itself.</summary>
    private static IEnumerable<(MeshObject Gateway, JsonObject Server)> Servers(ContainerInstance container, int port)
    {
        var pod = container.Pod;
        var config = pod.Cluster.Mesh.Config;
        var targets = config.Services.Services.SelectMany(s => s.Endpoints.Where(e => e.Ip == pod.Ip).SelectMany(e => e.TargetPorts)).GroupBy(t => t.Key).ToDictionary(g => g.Key, g => g.First().Value);
        foreach (var gateway in config.Gateways)
        {
            var selector = gateway.Spec.Map("selector");
            if (selector.Count > 0 && !Selectors.Matches(selector, pod.Labels)) continue;
            foreach (var server in gateway.Spec.Objects("servers"))
            {
                var number = server.Int(0, "port", "number");
                if (targets.GetValueOrDefault(number, number) == port) yield return (gateway, server);
            }
        }
    }
}
