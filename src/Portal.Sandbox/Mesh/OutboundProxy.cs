using System.Globalization;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh;

/// <summary>The client's sidecar: finds the destination's virtual host, the route, and carries it out.</summary>
internal static class OutboundProxy
{
    private static readonly HttpReply s_gone = new(0, new HttpHeaders(), default, "DC", "downstream_remote_disconnect");

    public static async Task<HttpReply> SendAsync(PodInstance client, HttpCall call, CancellationToken cancellationToken)
    {
        var cluster = client.Cluster;
        if (call.Host is "localhost" or "127.0.0.1" || call.Host == client.Ip) return await ServerSide.ProgramAsync(client, call.Port, call, null, false, cancellationToken).ConfigureAwait(false);
        // The name is looked up before the proxy sees a byte.
        if (ServiceRegistry.Of(cluster.Store.Snapshot).Resolve(call.Host, client.Namespace) is null && cluster.Pods.FindByIp(call.Host) is null && !cluster.External.Exists(call.Host)) return HttpReply.Fail(ConnectionFailure.NameNotFound);
        var start = cluster.Time.GetTimestamp();
        var began = cluster.Now;
        var headers = new HttpHeaders(call.Headers);
        headers["x-request-id"] ??= Guid.NewGuid().ToString();
        var span = ActiveSpan.Begin(client, headers, server: false);
        call = call with { Headers = headers };
        var config = cluster.Mesh.Config;
        var execution = new RouteExecution(cluster, config, client, client.Namespace);
        HttpReply reply;
        string routeName;
        try
        {
            (reply, routeName) = await RouteAsync(cluster, config, execution, client, call, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The caller hung up: code 0, flag DC.
            RequestRecorder.Outbound(client, execution, call, s_gone, cluster.Time.GetElapsedTime(start));
            throw;
        }
        if (reply.Failed) return reply;
        var elapsed = cluster.Time.GetElapsedTime(start);
        reply.Headers["x-envoy-upstream-service-time"] ??= ((long)elapsed.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        reply.Headers["server"] = "envoy";
        RequestRecorder.Outbound(client, execution, call, reply, elapsed);
        span?.Finish(call, reply, execution.Operation, execution.ClusterName, execution.UpstreamHost);
        if (config.Settings.HasAccessLog(client.Namespace)) AccessLog.Write(client.Sidecar, began, call, reply, elapsed, execution.ClusterName, execution.UpstreamHost, routeName);
        return reply;
    }

    private static async Task<(HttpReply, string)> RouteAsync(SandboxCluster cluster, MeshConfig config, RouteExecution execution, PodInstance client, HttpCall call, CancellationToken cancellationToken)
    {
        if (config.Resolve(call.Host, client.Namespace) is not { } service || !service.HasPort(call.Port))
        {
            if (config.Settings.IsRegistryOnly(client.Namespace))
            {
                execution.ClusterName = "BlackHoleCluster";
                return (HttpReply.Of(502, "", details: "direct_response"), "block_all");
            }
            // Unknown to the mesh: passed through to the address that the name had (outboundTrafficPolicy ALLOW_ANY).
            execution.ClusterName = "PassthroughCluster";
            if (cluster.External.Exists(call.Host))
            {
                execution.UpstreamHost = $"{ExternalServices.AddressOf(call.Host)}:{call.Port}";
                return (await cluster.External.HandleAsync(call.Host, call, cancellationToken).ConfigureAwait(false), "allow_any");
            }
            if (cluster.Pods.FindByIp(call.Host) is not { } target) return (HttpReply.Of(503, "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure", flags: "UF"), "allow_any");
            var endpoint = new ServiceEndpoint(target.Ip, target.Name, target.Namespace, target.Labels, new Dictionary<int, int>(), false);
            return (await ServerSide.DeliverAsync(cluster, config, client, endpoint, call.Port, "DISABLE", call, cancellationToken).ConfigureAwait(false), "allow_any");
        }
        if (config.VirtualServiceFor(service, client.Namespace) is { } vs && vs.Spec.Arr("http") is { Count: > 0 })
        {
            var source = new RouteSource("mesh", client.Namespace, client.Labels, call.Port);
            if (RouteMatcher.Find(vs, call, source) is not { } found) return (HttpReply.Of(404, "", flags: "NR", details: "route_not_found"), "-");
            return (await execution.RunAsync(found.Route, found.Match, vs.Namespace, call, call.Port, cancellationToken).ConfigureAwait(false), found.Route.Str("name") ?? "-");
        }
        var upstream = config.Cluster(service, service.Host, call.Port, null, client.Namespace);
        return (await execution.SendAsync(upstream, call, null, null, cancellationToken).ConfigureAwait(false), "default");
    }
}
