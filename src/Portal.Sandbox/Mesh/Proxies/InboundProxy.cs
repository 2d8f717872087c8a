using System.Globalization;
using Portal.Sandbox.Mesh.Security;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Mesh.Upstream;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Proxies;

/// <summary>What happens at the pod that a connection reaches: transport security, then tokens, policies and the program.</summary>
internal static class InboundProxy
{
    /// <summary>Requests that go round in circles end here; Envoy ends them when their headers have grown too large.</summary>
    private const int MaxHops = 300;

    /// <summary>In one process hops would pile up on one stack.</summary>
    private const int HopsPerStack = 12;

    /// <summary>Envoy's limits of a request's headers.</summary>
    private const int MaxHeaderBytes = 60 * 1024;
    private const int MaxHeaders = 100;

    private const int OutboundPort = 15001;
    private const int InboundPort = 15006;

    private static readonly HttpReply s_refused = HttpReply.Fail(ConnectionFailure.Refused);
    private static readonly HttpReply s_reset = HttpReply.Fail(ConnectionFailure.Reset);

    /// <param name="router">Told whether the connection is mutual TLS; null where nobody asks.</param>
    /// <param name="client">The calling pod; null for callers outside the mesh such as the API server's proxy.</param>
    /// <param name="tls">The client's DestinationRule; null means automatic.</param>
    public static async ValueTask<HttpReply> DeliverAsync(MeshConfig config, Router? router, PodInstance? client, ServiceEndpoint endpoint, int port, TlsPolicy? tls, HttpCall call, CancellationToken cancellationToken)
    {
        if (call.Hops > MaxHops) return HeadersTooLarge();
        if (call.Hops % HopsPerStack == HopsPerStack - 1) await Task.Yield();
        var cluster = client?.Cluster;
        if (endpoint.ExternalHost is { } external) return await OutsideAsync(client!, external, port, tls, call, cancellationToken).ConfigureAwait(false);
        if (cluster?.Pods.FindByIp(endpoint.Ip) is not { } server) return s_refused;
        return await ArriveAsync(config, router, client, server, endpoint.MutualTls, port, tls, call, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A connection to a pod.</summary>
    /// <param name="capable">Whether the client's proxy believes that the pod accepts mesh TLS.</param>
    public static ValueTask<HttpReply> ArriveAsync(MeshConfig config, Router? router, PodInstance? client, PodInstance server, bool capable, int port, TlsPolicy? tls, HttpCall call, CancellationToken cancellationToken)
    {
        var security = server.Sidecar is null ? null : config.SecurityOf(server);
        var mode = server.HasSidecar ? security!.ModeOf(port) : MutualTlsMode.Permissive;
        // Automatic: TLS when both ends can and the server does not refuse it.
        var mutual = router is not null && (tls?.Mode switch
        {
            ClientTls.IstioMutual => true,
            null => capable && mode != MutualTlsMode.Disable && config.Settings.AutomaticTls,
            _ => false,
        });
        if (router is not null) router.Mutual = mutual;
        if (tls?.Mode is ClientTls.Simple or ClientTls.Mutual && call.Tls is null) call = call with { Tls = Originate(tls, call) };
        call = call with { Mutual = mutual, ServerName = mutual ? router!.Upstream?.ServerName : null };
        if (!server.HasSidecar)
        {
            // Only a gateway can be the other end of the mesh's TLS; whether its listener is, the gateway knows.
            if (mutual && server.Sidecar is null) return new(HttpReply.Fail(ConnectionFailure.TlsMismatch));
            return ProgramAsync(config, server, security, port, call, cancellationToken);
        }
        // What is meant for the proxy's own listeners would go round in circles.
        if (port is OutboundPort or InboundPort && server.HasSidecar) return new(s_reset);
        // The proxy's own ports are not redirected.
        if (server.Redirection?.TakesInbound(port) == false) return mutual ? new(HttpReply.Fail(ConnectionFailure.TlsMismatch)) : AnswerAsync(server, port, call, cancellationToken);
        if (port is 15020 or 15021 or 15090) return AnswerAsync(server, port, call with { Mutual = false }, cancellationToken);
        if (mutual ? mode == MutualTlsMode.Disable : mode == MutualTlsMode.Strict) return new(s_reset);
        return ProgramAsync(config, server, security, port, call, cancellationToken);
    }

    /// <summary>The program's answer, through the server's sidecar when it has one.</summary>
    public static ValueTask<HttpReply> ProgramAsync(MeshConfig config, PodInstance server, WorkloadSecurity? security, int port, HttpCall call, CancellationToken cancellationToken)
    {
        if (!server.HasSidecar) return AnswerAsync(server, port, call, cancellationToken);
        return SidecarAsync(config, server, security ?? config.SecurityOf(server), port, call, cancellationToken);
    }

    /// <summary>A pod that talks to itself by its own address: no proxy sees it.</summary>
    public static ValueTask<HttpReply> LoopbackAsync(PodInstance pod, int port, HttpCall call, CancellationToken cancellationToken) => AnswerAsync(pod, port, call, cancellationToken);

    private static async ValueTask<HttpReply> SidecarAsync(MeshConfig config, PodInstance server, WorkloadSecurity security, int port, HttpCall call, CancellationToken cancellationToken)
    {
        var cluster = server.Cluster;
        var clock = RequestClock.Join(cluster.Time);
        var start = clock.Now;
        var began = cluster.Now;
        var client = call.Source;
        var service = config.InboundService(server.Ip, port);
        var http = call.IsPlainHttp && (service is null || IsHttp(service, server.Ip, port));
        var scope = config.ViewOf(server).Scope;
        var behind = scope.Behind(port);
        var headers = call.Headers;
        ActiveSpan? span = null;
        if (http)
        {
            headers["x-forwarded-proto"] ??= "http";
            if (headers["x-request-id"] is null) headers["x-request-id"] = Guid.NewGuid().ToString();
            headers.Remove("x-envoy-expected-rq-timeout-ms");
            if (call.Mutual) headers["x-forwarded-client-cert"] = $"By=spiffe://cluster.local/ns/{server.Namespace}/sa/{server.ServiceAccount};Hash={client!.Fingerprint};Subject=\"\";URI=spiffe://cluster.local/ns/{client.Namespace}/sa/{client.ServiceAccount}";
            span = ActiveSpan.Begin(server, headers, server: true);
        }
        var reply = await GuardAsync(server, security, port, http, call, cancellationToken).ConfigureAwait(false);
        if (reply is null)
        {
            reply = scope.Inbound(port) is { } limited
                ? await LimitedAsync(server, limited, behind, http, call, cancellationToken).ConfigureAwait(false)
                : await AnswerAsync(server, behind, call, cancellationToken).ConfigureAwait(false);
            // The sidecar is there, its program is not.
            if (http && reply.Failure == ConnectionFailure.Refused) reply = HttpReply.Of(503, "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused", flags: "UF", details: "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}");
        }
        if (http && reply.Failed) return reply;
        var elapsed = clock.Since(start);
        if (http)
        {
            if (reply.Details == HttpReply.ViaUpstream) reply.Headers["x-envoy-upstream-service-time"] = Milliseconds(elapsed);
            reply.Headers["server"] = "istio-envoy";
        }
        RequestRecorder.Inbound(server, client, service, call, reply, !http, elapsed);
        span?.Finish(
            call,
            reply,
            elapsed,
            string.Create(CultureInfo.InvariantCulture, $"{service?.Host ?? call.Host}:{port}/*"),
            string.Create(CultureInfo.InvariantCulture, $"inbound|{port}||"),
            client?.Ip ?? "-"
        );
        if (
            config
                .Settings.LoggingOf(server)
                ?.SideOf(server, false, http ? call : call with { Raw = true }, reply, elapsed) is
            { } log
        )
        {
            AccessLog.Write(server.Sidecar, log.Format, began, http ? call : call with { Raw = true }, reply, elapsed, new(
                reply.Details == HttpReply.ViaUpstream || !http ? $"{server.Ip}:{behind}" : "-", $"inbound|{port}||", reply.Details == HttpReply.ViaUpstream ? $"127.0.0.6:{AccessLog.EphemeralPort()}" : "-", $"{server.Ip}:{port}", $"{client?.Ip ?? "172.18.0.2"}:{AccessLog.EphemeralPort()}",
                call.ServerName ?? call.Tls?.ServerName ?? "-", "default"));
        }
        // Why a proxy answered is known to that proxy alone; to its caller the answer is one from upstream.
        return http && reply.Details != HttpReply.ViaUpstream ? reply with { Flags = "-", Details = HttpReply.ViaUpstream } : reply;
    }

    /// <summary>Tokens and policies of a workload; null when the request may pass.</summary>
    public static async ValueTask<HttpReply?> GuardAsync(PodInstance server, WorkloadSecurity security, int port, bool http, HttpCall call, CancellationToken cancellationToken)
    {
        if (security.Tokens is null && security.Authorization.IsEmpty) return null;
        var request = new AuthorizationRequest(server, port, http ? call : call with { Raw = true }, call.Mutual ? call.Source : null, null);
        var refused = await security.Authorization.CheckCustomAsync(request, cancellationToken).ConfigureAwait(false);
        VerifiedToken? token = null;
        if (http) refused ??= security.Tokens?.Check(call, server.Cluster.Now, out token);
        refused ??= security.Authorization.Check(request with { Token = token });
        // A connection that is not HTTP can only be closed.
        return refused is null || http ? refused : s_reset;
    }

    /// <summary>The program's answer, if the connections that the workload's Sidecar allows leave room.</summary>
    private static async ValueTask<HttpReply> LimitedAsync(PodInstance server, UpstreamCluster inbound, int port, bool http, HttpCall call, CancellationToken cancellationToken)
    {
        var pool = server.Upstreams.For(inbound, server.Cluster.Time).Pool;
        if (!await pool.EnterAsync(cancellationToken).ConfigureAwait(false)) return http ? Router.Overflow() : s_reset;
        try
        {
            return await AnswerAsync(server, port, call, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            pool.Leave();
        }
    }

    private static ValueTask<HttpReply> AnswerAsync(PodInstance server, int port, HttpCall call, CancellationToken cancellationToken)
    {
        if (server.ListenerOn(port) is not { } container) return new(s_refused);
        // A gateway's proxy ends TLS itself.
        if (container.Program is IEndsTls) return container.HandleAsync(port, call, cancellationToken);
        var certificate = container.Program.CertificateFor(container, port, call.Tls?.ServerName ?? "");
        if (call.Tls is null) return certificate is null ? container.HandleAsync(port, call, cancellationToken) : new(call.Raw ? s_reset : HttpReply.Of(400, "Client sent an HTTP request to an HTTPS server.\n"));
        return certificate is null ? new(HttpReply.Fail(ConnectionFailure.TlsMismatch)) : EndTlsAsync(container, port, call, certificate, cancellationToken);
    }

    private static async ValueTask<HttpReply> EndTlsAsync(ContainerInstance container, int port, HttpCall call, string certificate, CancellationToken cancellationToken) =>
        (await container.HandleAsync(port, call with { Tls = null }, cancellationToken).ConfigureAwait(false)) with { Certificate = certificate };

    private static async ValueTask<HttpReply> OutsideAsync(PodInstance client, string host, int port, TlsPolicy? tls, HttpCall call, CancellationToken cancellationToken)
    {
        if (tls?.Mode == ClientTls.IstioMutual) return HttpReply.Fail(ConnectionFailure.TlsMismatch);
        if (tls?.Mode is ClientTls.Simple or ClientTls.Mutual && call.Tls is null) call = call with { Tls = Originate(tls, call) };
        // A name that the cluster itself knows is no host outside.
        if (ServiceRegistry.Of(client.Cluster.Store.Snapshot).FindHost(host) is { Endpoints: { Count: > 0 } endpoints } service && !service.External)
        {
            var endpoint = endpoints[Random.Shared.Next(endpoints.Count)];
            return client.Cluster.Pods.FindByIp(endpoint.Ip) is { } server ? await ArriveAsync(client.Cluster.Mesh.Config, null, client, server, false, endpoint.PortFor(port), null, call, cancellationToken).ConfigureAwait(false) : s_refused;
        }
        return await client.Cluster.External.HandleAsync(host, port, call, cancellationToken).ConfigureAwait(false);
    }

    private static TlsClient Originate(TlsPolicy tls, HttpCall call) => new(tls.ServerName.Length > 0 ? tls.ServerName : call.Host, Insecure: true, Certificate: tls.Credential.Length > 0 ? tls.Credential : null);

    private static bool IsHttp(MeshService service, string ip, int port)
    {
        foreach (var endpoint in service.Endpoints)
        {
            if (endpoint.Ip != ip) continue;
            foreach (var (number, target) in endpoint.TargetPorts) if (target == port) return service.FindPort(number) is not { } declared || declared.IsHttp;
        }
        return true;
    }

    private static HttpReply HeadersTooLarge() => HttpReply.Of(431, "", flags: "DPE", details: "http1.headers_too_large");

    /// <summary>The answer to a request with more headers than a proxy reads; null for others.</summary>
    internal static HttpReply? TooLarge(HttpHeaders headers) => headers.Items.Count > MaxHeaders || headers.Size > MaxHeaderBytes ? HeadersTooLarge() : null;

    internal static string Milliseconds(TimeSpan elapsed) => (long)elapsed.TotalMilliseconds switch { 0 => "0", 1 => "1", var ms => ms.ToString(CultureInfo.InvariantCulture) };
}
