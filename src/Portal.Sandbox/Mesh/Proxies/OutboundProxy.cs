using System.Globalization;
using Portal.Sandbox.Mesh.Routing;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Proxies;

/// <summary>The client's sidecar: finds the destination's virtual host and the route, and carries it out.</summary>
internal static class OutboundProxy
{
    private static readonly HttpReply s_gone = new(0, new HttpHeaders(), default, "DC", "downstream_remote_disconnect");

    public static ValueTask<HttpReply> SendAsync(PodInstance client, HttpCall call, CancellationToken cancellationToken)
    {
        var config = client.Cluster.Mesh.Config;
        call = call with { Source = client };
        var host = call.TargetHost;
        if (host is "localhost" or "127.0.0.1" || host == client.Ip) return InboundProxy.LoopbackAsync(client, call.TargetPort, call, cancellationToken);
        // The name is looked up before the proxy sees a byte.
        if (DialTarget.Resolve(client, host) is not { } target) return new(HttpReply.Fail(ConnectionFailure.NameNotFound));
        var view = config.ViewOf(client);
        var port = call.TargetPort;
        var service = target.Service is { } dialed ? view.Find(dialed.Host) : config.Resolve(target.Ip, client.Namespace) ?? (target.External is { } external ? view.Find(external) : null);
        if (!call.IsPlainHttp || service?.FindPort(port) is { IsHttp: false } || view.HttpListener(port) is not { } listener)
            return StreamProxy.SendAsync(client, config, view, target, service, call, cancellationToken);
        return HttpAsync(client, config, view, listener, target, call, port, cancellationToken);
    }

    /// <summary>The virtual host for the name that the client wrote. Where the proxy looks at the bytes to know the protocol, the address that was dialled decides.</summary>
    private static VirtualHost? HostOf(ProxyView view, ProxyView.Listener listener, DialTarget target, HttpCall call, int port)
    {
        var dialed = target.Service ?? (target.Pod is { } pod ? view.HeadlessServiceOf(pod.Ip, port) : null);
        return (dialed?.FindPort(port) is { Protocol: ServicePort.Sniffed } ? listener.Hosts.Find(dialed.Host) : null) ?? listener.Hosts.Find(call.Host);
    }

    private static async ValueTask<HttpReply> HttpAsync(PodInstance client, MeshConfig config, ProxyView view, ProxyView.Listener listener, DialTarget target, HttpCall call, int port, CancellationToken cancellationToken)
    {
        var cluster = client.Cluster;
        var clock = RequestClock.Join(cluster.Time);
        var start = clock.Now;
        var began = cluster.Now;
        var headers = new HttpHeaders(call.Headers);
        headers["x-forwarded-proto"] = "http";
        if (headers["x-request-id"] is null) headers["x-request-id"] = Guid.NewGuid().ToString();
        var span = ActiveSpan.Begin(client, headers, server: false);
        call = call with { Headers = headers, Path = PathNormalization.Normalize(call.Path) };
        var router = new Router(client, config) { Dialed = target };
        HttpReply reply;
        try
        {
            reply = await RouteAsync(client, config, view, listener, router, target, call, port, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The caller hung up: code 0, flag DC.
            RequestRecorder.Outbound(client, router, call, s_gone, false, clock.Since(start));
            throw;
        }
        if (reply.Failed) return reply;
        var elapsed = clock.Since(start);
        if (reply.Details == HttpReply.ViaUpstream) reply.Headers["x-envoy-upstream-service-time"] ??= InboundProxy.Milliseconds(elapsed);
        reply.Headers["server"] = "envoy";
        RequestRecorder.Outbound(client, router, call, reply, false, elapsed);
        span?.Finish(call, reply, elapsed, router.Operation, router.ClusterName, router.UpstreamHost);
        if (config.Settings.LoggingOf(client)?.SideOf(client, true, call, reply, elapsed) is { } log)
        {
            AccessLog.Write(client.Sidecar, log.Format, began, call, reply, elapsed, new(
                router.UpstreamHost, router.ClusterName, router.UpstreamHost == "-" ? "-" : $"{client.Ip}:{AccessLog.EphemeralPort()}", $"{target.Ip}:{port}", $"{client.Ip}:{AccessLog.EphemeralPort()}", "-", router.RouteName));
        }
        return reply;
    }

    private static async ValueTask<HttpReply> RouteAsync(PodInstance client, MeshConfig config, ProxyView view, ProxyView.Listener listener, Router router, DialTarget target, HttpCall call, int port, CancellationToken cancellationToken)
    {
        if (InboundProxy.TooLarge(call.Headers) is { } refused) return refused;
        if (HostOf(view, listener, target, call, port) is not { } host)
        {
            if (view.Scope.IsRegistryOnly)
            {
                (router.ClusterName, router.RouteName) = ("BlackHoleCluster", "block_all");
                return HttpReply.Of(502, "", details: "direct_response");
            }
            (router.ClusterName, router.RouteName) = ("PassthroughCluster", "allow_any");
            router.UpstreamHost = string.Create(CultureInfo.InvariantCulture, $"{target.Ip}:{port}");
            return Passed(await StreamProxy.PassAsync(client, config, router, target, port, call, cancellationToken).ConfigureAwait(false));
        }
        if (host.Rule is not null)
        {
            var source = new RouteSource(RouteSource.Mesh, client.Namespace, client.Labels, port);
            foreach (var route in host.Routes)
            {
                if (route.TryMatch(call, source, out var match)) return await router.RunAsync(route, match, view, call, port, cancellationToken).ConfigureAwait(false);
            }
            // A rule of which nothing is for this proxy or port leaves the service as it is.
            if (host.Service is null || Array.Exists(host.Routes, r => r.AppliesTo(source))) return HttpReply.Of(404, "", flags: "NR", details: "route_not_found");
        }
        router.RouteName = "default";
        return await router.SendAsync(view.Cluster(host.Service!, port), call, null, config.Settings.DefaultRetries, cancellationToken).ConfigureAwait(false);
    }

    private static HttpReply Passed(HttpReply reply) => reply.Failed
        ? HttpReply.Of(503, $"upstream connect error or disconnect/reset before headers. reset reason: {(reply.Failure == ConnectionFailure.Reset ? "connection termination" : "remote connection failure, transport failure reason: delayed connect error: Connection refused")}", flags: reply.Failure == ConnectionFailure.Reset ? "UC" : "UF", details: reply.Failure == ConnectionFailure.Reset ? "upstream_reset_before_response_started{connection_termination}" : "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}")
        : reply;
}
