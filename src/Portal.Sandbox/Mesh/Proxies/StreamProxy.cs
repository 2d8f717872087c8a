using System.Globalization;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Routing;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Mesh.Upstream;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Proxies;

/// <summary>The client's sidecar for what it does not read: TLS of the client's own, and protocols that are not HTTP.</summary>
internal static class StreamProxy
{
    private static readonly HttpReply s_reset = HttpReply.Fail(ConnectionFailure.Reset);

    /// <param name="service">What the address that the client chose stands for in the mesh; null for nothing.</param>
    public static async ValueTask<HttpReply> SendAsync(PodInstance client, MeshConfig config, ProxyView view, DialTarget target, MeshService? service, HttpCall call, CancellationToken cancellationToken)
    {
        var cluster = client.Cluster;
        var clock = RequestClock.Join(cluster.Time);
        var start = clock.Now;
        var began = cluster.Now;
        var port = call.TargetPort;
        var router = new Router(client, config) { Dialed = target };
        HttpReply reply;
        if (Choose(view, client, target, service, call, port) is { } upstream) reply = await ConnectAsync(client, config, router, upstream, call, cancellationToken).ConfigureAwait(false);
        else if (view.Scope.IsRegistryOnly)
        {
            router.ClusterName = "BlackHoleCluster";
            reply = s_reset with { Flags = "UH" };
        }
        else
        {
            router.ClusterName = "PassthroughCluster";
            router.UpstreamHost = string.Create(CultureInfo.InvariantCulture, $"{target.Ip}:{port}");
            reply = await PassAsync(client, config, router, target, port, call, cancellationToken).ConfigureAwait(false);
        }
        var elapsed = clock.Since(start);
        RequestRecorder.Outbound(client, router, call, reply, true, elapsed);
        if (config.Settings.LoggingOf(client)?.SideOf(client, true, call with { Raw = true }, reply, elapsed) is { } log)
        {
            AccessLog.Write(client.Sidecar, log.Format, began, call with { Raw = true }, reply, elapsed, new(
                router.UpstreamHost, router.ClusterName, router.UpstreamHost == "-" ? "-" : $"{client.Ip}:{AccessLog.EphemeralPort()}", $"{target.Ip}:{port}", $"{client.Ip}:{AccessLog.EphemeralPort()}", call.Tls?.ServerName is { Length: > 0 } name ? name : "-", "-"));
        }
        // The client has a connection, to its sidecar; all that it sees of trouble behind is that it ends.
        return reply.Failure is ConnectionFailure.Refused or ConnectionFailure.TimedOut ? reply with { Failure = ConnectionFailure.Reset } : reply;
    }

    /// <summary>On to the address that the client chose, without any rule.</summary>
    public static async ValueTask<HttpReply> PassAsync(PodInstance client, MeshConfig config, Router router, DialTarget target, int port, HttpCall call, CancellationToken cancellationToken)
    {
        var passed = call with { Headers = new HttpHeaders(call.Headers), Hops = call.Hops + 1, Source = client };
        if (target.External is { } external) return await client.Cluster.External.HandleAsync(external, port, passed, cancellationToken).ConfigureAwait(false);
        var endpoint = target.Service is { Endpoints.Count: > 0 } service ? service.Endpoints[Random.Shared.Next(service.Endpoints.Count)] : null;
        var server = endpoint is not null ? client.Cluster.Pods.FindByIp(endpoint.Ip) : target.Pod;
        if (server is null || (target.Service is not null && !target.Service.HasPort(port))) return HttpReply.Fail(ConnectionFailure.Refused);
        return await InboundProxy.ArriveAsync(config, router, client, server, false, endpoint?.PortFor(port) ?? port, new TlsPolicy(ClientTls.Disable, "", ""), passed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a connection to a cluster's endpoint; also for gateways.</summary>
    public static async ValueTask<HttpReply> ConnectAsync(PodInstance client, MeshConfig config, Router router, UpstreamCluster upstream, HttpCall call, CancellationToken cancellationToken)
    {
        router.ClusterName = upstream.Name;
        router.Describe(upstream);
        if (!upstream.Exists) return s_reset with { Flags = "NC" };
        return await router.ConnectAsync(upstream, call with { Headers = new HttpHeaders(call.Headers), Source = client }, cancellationToken).ConfigureAwait(false);
    }

    private static UpstreamCluster? Choose(ProxyView view, PodInstance client, DialTarget target, MeshService? service, HttpCall call, int port)
    {
        var source = new RouteSource(RouteSource.Mesh, client.Namespace, client.Labels, port);
        var stream = new StreamTarget(call.Tls?.ServerName, target.Ip);
        if (call.Tls is { ServerName: { Length: > 0 } name } && view.Services.Any(s => s.FindPort(port) is { IsTls: true } && s.Resolution is not null))
        {
            foreach (var route in view.VirtualServices.SelectMany(vs => vs.Tls))
                if (route.Matches(stream, source) && route.Pick(Random.Shared) is { } destination) return view.Cluster(destination, port);
            if (view.Services.FirstOrDefault(s => s.FindPort(port) is { IsTls: true } && s.Resolution is not null && MeshConfig.HostMatches(s.Host, name)) is { } named) return view.Cluster(named, port);
        }
        if (service?.FindPort(port) is not { IsHttp: false }) service = view.Services.FirstOrDefault(s => s.Resolution is not null && s.Addresses.Count == 0 && s.FindPort(port) is { IsHttp: false, IsTls: false });
        if (service is null) return null;
        foreach (var route in view.StreamRoutes(service, call.Tls is not null && service.FindPort(port)!.IsTls))
            if (route.Matches(stream, source)) return route.Pick(Random.Shared) is { } destination ? view.Cluster(destination, port) : null;
        return view.Cluster(service, port);
    }
}
