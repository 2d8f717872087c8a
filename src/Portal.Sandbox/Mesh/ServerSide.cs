using System.Globalization;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh;

/// <summary>What happens at the pod that a request reaches: transport security, then the program.</summary>
internal static class ServerSide
{
    /// <param name="client">The calling pod; null for callers outside the mesh such as the API server's proxy.</param>
    /// <param name="secured">Told whether the connection is mutual TLS.</param>
    /// <param name="tlsMode">The client's DestinationRule TLS mode; null means automatic.</param>
    public static async Task<HttpReply> DeliverAsync(SandboxCluster cluster, MeshConfig config, PodInstance? client, ServiceEndpoint endpoint, int port, string? tlsMode, HttpCall call, CancellationToken cancellationToken, Action<bool>? secured = null)
    {
        if (endpoint.ExternalHost is { } external)
            return tlsMode is "ISTIO_MUTUAL" ? HttpReply.Fail(ConnectionFailure.Refused) : await cluster.External.HandleAsync(external, call, cancellationToken).ConfigureAwait(false);
        if (cluster.Pods.FindByIp(endpoint.Ip) is not { } server) return HttpReply.Fail(ConnectionFailure.Refused);
        var mode = PeerAuthenticationPolicy.ModeOf(config, server.Namespace, server.Labels, port);
        var clientHasProxy = client is not null && (client.HasSidecar || client.Sidecar is not null);
        // Automatic: TLS when both ends can and the server does not refuse it.
        var mutual = clientHasProxy && (tlsMode switch
        {
            "ISTIO_MUTUAL" => true,
            "DISABLE" => false,
            _ => endpoint.MutualTls && mode != MutualTlsMode.Disable,
        });
        secured?.Invoke(mutual);
        if (server.HasSidecar)
        {
            if (!mutual && mode == MutualTlsMode.Strict) return HttpReply.Fail(ConnectionFailure.Reset);
            if (mutual && mode == MutualTlsMode.Disable) return HttpReply.Fail(ConnectionFailure.Reset);
        }
        else if (mutual) return HttpReply.Fail(ConnectionFailure.Refused);
        return await ProgramAsync(server, port, call, client, mutual, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The program's answer, through the server's sidecar when it has one.</summary>
    public static async Task<HttpReply> ProgramAsync(PodInstance server, int port, HttpCall call, PodInstance? client, bool mutual, CancellationToken cancellationToken)
    {
        if (server.ListenerOn(port) is not { } container) return server.HasSidecar ? HttpReply.Of(503, "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused", flags: "UF") : HttpReply.Fail(ConnectionFailure.Refused);
        var start = server.Cluster.Time.GetTimestamp();
        var began = server.Cluster.Now;
        var headers = new HttpHeaders(call.Headers);
        if (server.HasSidecar)
        {
            headers["x-forwarded-proto"] = "http";
            headers["x-request-id"] ??= Guid.NewGuid().ToString();
            if (mutual && client is not null)
                headers["x-forwarded-client-cert"] = $"By=spiffe://cluster.local/ns/{server.Namespace}/sa/{server.ServiceAccount};Hash=0;Subject=\"\";URI=spiffe://cluster.local/ns/{client.Namespace}/sa/{client.ServiceAccount}";
        }
        var config = server.Cluster.Mesh.Config;
        var refused = server.HasSidecar ? AuthorizationEngine.Check(config, server, port, call, mutual ? client : null, client) : null;
        var span = server.HasSidecar && client is not null ? ActiveSpan.Begin(server, headers, server: true) : null;
        var reply = refused ?? await container.HandleAsync(port, call with { Headers = headers }, cancellationToken).ConfigureAwait(false);
        if (!server.HasSidecar || reply.Failed) return reply;
        var elapsed = server.Cluster.Time.GetElapsedTime(start);
        reply.Headers["x-envoy-upstream-service-time"] = ((long)elapsed.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        reply.Headers["server"] = "istio-envoy";
        if (client is not null)
        {
            var service = config.InboundService(server.Ip, port);
            RequestRecorder.Inbound(server, client, service, call, reply, mutual, elapsed);
            span?.Finish(call, reply, string.Create(CultureInfo.InvariantCulture, $"{service?.Host ?? call.Host}:{port}/*"), $"inbound|{port}||", client.Ip);
        }
        if (config.Settings.HasAccessLog(server.Namespace)) AccessLog.Write(server.Sidecar, began, call, reply, elapsed, $"inbound|{port}||", $"{server.Ip}:{port}", "default");
        return reply;
    }
}
