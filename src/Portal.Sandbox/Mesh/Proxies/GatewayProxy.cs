using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Routing;
using Portal.Sandbox.Mesh.Security;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Proxies;

/// <summary>What a gateway does with a connection: find the server, end TLS or pass it through, then route.</summary>
internal static class GatewayProxy
{
    private static readonly HttpReply s_reset = HttpReply.Fail(ConnectionFailure.Reset);

    public static ValueTask<HttpReply> HandleAsync(ContainerInstance container, GatewayView view, int port, HttpCall call, CancellationToken cancellationToken)
    {
        var servers = view.On(port).ToList();
        if (call.Mutual && servers.Find(s => s.IsMeshTls) is { } mesh) return mesh.IsHttps || mesh.IsHttp ? HttpAsync(container, view, mesh, port, call, null, cancellationToken) : StreamAsync(container, view, mesh, port, call, cancellationToken);
        if (call.Mutual) return new(HttpReply.Fail(ConnectionFailure.TlsMismatch));
        if (call.Tls is { } hello)
        {
            if (!servers.Exists(s => s.IsTls)) return new(servers.Exists(s => s.Protocol == "TCP") ? StreamAsync(container, view, servers[0], port, call, cancellationToken).AsTask() : Task.FromResult(HttpReply.Fail(ConnectionFailure.TlsMismatch)));
            if (view.ForName(port, hello.ServerName) is not { } named) return new(s_reset);
            if (named.IsPassthrough) return StreamAsync(container, view, named, port, call, cancellationToken);
            if (view.Credential(named) is not { } tls || !Accepts(tls, hello)) return new(named.IsMeshTls ? s_reset : HttpReply.Fail(ConnectionFailure.TlsRefused));
            return EndTlsAsync(container, view, named, port, call, tls, cancellationToken);
        }
        if (call.IsPlainHttp && servers.Find(s => s.IsHttp && !s.IsTls) is { } http) return HttpAsync(container, view, http, port, call, null, cancellationToken);
        return servers.Find(s => s.Protocol is "TCP" or "MONGO" or "MYSQL" or "REDIS") is { } stream ? StreamAsync(container, view, stream, port, call, cancellationToken) : new(s_reset);
    }

    /// <summary>Who answers a TLS client whose connection a gateway passes through: the server behind it.</summary>
    public static TlsServer? Beyond(PodInstance gateway, GatewayServer server, string serverName)
    {
        var config = gateway.Cluster.Mesh.Config;
        if (Choose(gateway, config, server, new StreamTarget(serverName, gateway.Ip)) is not { } destination) return null;
        var upstream = config.ViewOf(gateway).Cluster(destination, server.Number);
        if (upstream.Endpoints is not [var endpoint, ..] || gateway.Cluster.Pods.FindByIp(endpoint.Ip) is not { } pod) return null;
        var port = endpoint.PortFor(upstream.Port);
        return pod.ListenerOn(port) is { } container && container.Program.CertificateFor(container, port, serverName) is { } certificate ? new(certificate, null, false) : null;
    }

    private static async ValueTask<HttpReply> EndTlsAsync(ContainerInstance container, GatewayView view, GatewayServer server, int port, HttpCall call, TlsServer tls, CancellationToken cancellationToken)
    {
        var plain = call with { Tls = null };
        var reply = server.IsHttps ? await HttpAsync(container, view, server, port, plain, call.Tls, cancellationToken).ConfigureAwait(false) : await StreamAsync(container, view, server, port, plain, cancellationToken).ConfigureAwait(false);
        return reply with { Certificate = tls.Certificate };
    }

    private static bool Accepts(TlsServer server, TlsClient client)
    {
        if (server.ClientAuthority is null) return true;
        return client.Certificate is null ? !server.ClientRequired : PemCertificate.IsSignedBy(client.Certificate, server.ClientAuthority);
    }

    private static async ValueTask<HttpReply> HttpAsync(ContainerInstance container, GatewayView view, GatewayServer server, int port, HttpCall call, TlsClient? tls, CancellationToken cancellationToken)
    {
        var pod = container.Pod;
        var cluster = pod.Cluster;
        var config = cluster.Mesh.Config;
        var clock = RequestClock.Join(cluster.Time);
        var start = clock.Now;
        var began = cluster.Now;
        var from = call.Source?.Ip ?? pod.Ip;
        var headers = new HttpHeaders(call.Headers);
        if (headers["x-request-id"] is null) headers["x-request-id"] = Guid.NewGuid().ToString();
        ClientAddress.Note(headers, from, tls is not null || server.IsTls, config.Settings.TrustedProxies);
        if (tls is null) headers.Remove("x-forwarded-client-cert");
        var span = ActiveSpan.Begin(pod, headers, server: true);
        call = call with { Headers = headers, ServerName = tls?.ServerName ?? call.ServerName, Path = PathNormalization.Normalize(call.Path) };
        var router = new Router(pod, config);
        var security = config.SecurityOf(pod);
        var (reply, token) = await GuardAsync(pod, security, port, call, tls, cancellationToken).ConfigureAwait(false);
        if (reply is null) reply = await RouteAsync(pod, config, view, server, router, call, token, cancellationToken).ConfigureAwait(false);
        if (reply.Failed) return reply;
        var elapsed = clock.Since(start);
        if (reply.Details == HttpReply.ViaUpstream) reply.Headers["x-envoy-upstream-service-time"] = InboundProxy.Milliseconds(elapsed);
        reply.Headers["server"] = "istio-envoy";
        RequestRecorder.Outbound(pod, router, call, reply, false, elapsed);
        span?.Finish(call, reply, elapsed, router.Operation, router.ClusterName, router.UpstreamHost);
        if (config.Settings.LoggingOf(pod)?.SideOf(pod, true, call, reply, elapsed) is { } log)
        {
            AccessLog.Write(container, log.Format, began, call, reply, elapsed, new(
                router.UpstreamHost, router.ClusterName, router.UpstreamHost == "-" ? "-" : $"{pod.Ip}:{AccessLog.EphemeralPort()}", $"{(call.Source is null ? "127.0.0.1" : pod.Ip)}:{port}", $"{(call.Source is null ? "127.0.0.1" : from)}:{AccessLog.EphemeralPort()}", tls?.ServerName is { Length: > 0 } name ? name : "-", router.RouteName));
        }
        return reply;
    }

    private static async ValueTask<(HttpReply? Refused, VerifiedToken? Token)> GuardAsync(PodInstance pod, WorkloadSecurity security, int port, HttpCall call, TlsClient? tls, CancellationToken cancellationToken)
    {
        if (security.Tokens is null && security.Authorization.IsEmpty) return default;
        var request = new AuthorizationRequest(pod, port, call, call.Mutual ? call.Source : null, null);
        if (await security.Authorization.CheckCustomAsync(request, cancellationToken).ConfigureAwait(false) is { } denied) return (denied, null);
        VerifiedToken? token = null;
        if (security.Tokens?.Check(call, pod.Cluster.Now, out token) is { } invalid) return (invalid, null);
        return (security.Authorization.Check(request with { Token = token }), token);
    }

    private static async ValueTask<HttpReply> RouteAsync(PodInstance pod, MeshConfig config, GatewayView view, GatewayServer server, Router router, HttpCall call, VerifiedToken? token, CancellationToken cancellationToken)
    {
        if (InboundProxy.TooLarge(call.Headers) is { } refused) return refused;
        if (view.HostsOf(server).Table.Find(call.Host) is not { } host) return HttpReply.Of(404, "", flags: "NR", details: "route_not_found");
        if (host.RedirectsToHttps && call.Headers["x-forwarded-proto"] != "https")
        {
            var redirect = HttpReply.Of(301, "", details: "direct_response");
            redirect.Headers["location"] = $"https://{(call.Authority.EndsWith(":80", StringComparison.Ordinal) ? call.Host : call.Authority)}{call.Path}";
            return redirect;
        }
        foreach (var (route, bound) in host.Routes)
        {
            var source = new RouteSource(bound.Gateway.Id, pod.Namespace, pod.Labels, bound.Number, token?.Claims);
            if (route.TryMatch(call, source, out var match)) return await router.RunAsync(route, match, config.ViewOf(pod), call, bound.Number, cancellationToken).ConfigureAwait(false);
        }
        return HttpReply.Of(404, "", flags: "NR", details: "route_not_found");
    }

    private static async ValueTask<HttpReply> StreamAsync(ContainerInstance container, GatewayView view, GatewayServer server, int port, HttpCall call, CancellationToken cancellationToken)
    {
        var pod = container.Pod;
        var cluster = pod.Cluster;
        var config = cluster.Mesh.Config;
        var clock = RequestClock.Join(cluster.Time);
        var start = clock.Now;
        var began = cluster.Now;
        var router = new Router(pod, config);
        var security = config.SecurityOf(pod);
        var reply = await InboundProxy.GuardAsync(pod, security, port, false, call, cancellationToken).ConfigureAwait(false);
        if (reply is null)
        {
            reply = Choose(pod, config, server, new StreamTarget(call.Tls?.ServerName, pod.Ip)) is { } destination
                ? await StreamProxy.ConnectAsync(pod, config, router, config.ViewOf(pod).Cluster(destination, server.Number), call with { Mutual = false, Hops = call.Hops + 1 }, cancellationToken).ConfigureAwait(false)
                : s_reset with { Flags = "NR" };
        }
        var elapsed = clock.Since(start);
        RequestRecorder.Outbound(pod, router, call, reply, true, elapsed);
        if (config.Settings.LoggingOf(pod)?.SideOf(pod, true, call, reply, elapsed) is { } log)
            AccessLog.Write(container, log.Format, began, call with { Raw = true }, reply, elapsed, new(router.UpstreamHost, router.ClusterName, $"{pod.Ip}:{AccessLog.EphemeralPort()}", $"{pod.Ip}:{port}", $"{call.Source?.Ip ?? "127.0.0.1"}:{AccessLog.EphemeralPort()}", call.Tls?.ServerName is { Length: > 0 } name ? name : "-", "-"));
        return reply.Failure == ConnectionFailure.Refused ? s_reset with { Flags = reply.Flags } : reply;
    }

    private static Destination? Choose(PodInstance pod, MeshConfig config, GatewayServer server, StreamTarget target)
    {
        var source = new RouteSource(server.Gateway.Id, pod.Namespace, pod.Labels, server.Number);
        foreach (var route in config.GatewayOf(pod).StreamRoutes(server)) if (route.Matches(target, source)) return route.Pick(Random.Shared);
        return null;
    }
}
