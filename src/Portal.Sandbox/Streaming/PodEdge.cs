using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Sandbox.Mesh.Proxies;
using Portal.Sandbox.Mesh.Security;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Streaming;

/// <summary>
/// Where bytes from outside become requests to pods: a Kestrel whose connections are pipes in this process. So port-forward
/// speaks exactly the HTTP and TLS that a real server speaks, without a socket.
/// </summary>
internal sealed class PodEdge : IAsyncDisposable
{
    private static readonly object s_target = new();
    private static readonly object s_tls = new();

    private readonly PipeListenerFactory _connections = new();
    private readonly WebApplication _app;

    public PodEdge()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton<IConnectionListenerFactory>(_connections);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            // Envoy's limit is 60 KiB of headers, 100 of them.
            kestrel.Limits.MaxRequestHeadersTotalSize = 60 * 1024;
            kestrel.Limits.MaxRequestLineSize = 60 * 1024;
            kestrel.Listen(PipeEndPoint.Plain);
            kestrel.Listen(PipeEndPoint.Tls, listen => listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = HandshakeAsync }));
        });
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    /// <summary>Opens a connection to a port of a pod; null when nothing listens there.</summary>
    public IDuplexPipe? Connect(PodInstance pod, int port)
    {
        if (pod.ListenerOn(port) is not { } container || !pod.Cluster.Connections.TryOpen(out var open)) return null;
        var toPod = new Pipe();
        var fromPod = new Pipe();
        var context = new PipeConnection(
            Guid.NewGuid().ToString("N"),
            open,
            new DuplexPipe(toPod.Reader, fromPod.Writer),
            new DuplexPipe(fromPod.Reader, toPod.Writer)
        );
        context.Items[s_target] = (pod, port);
        if (container.Program.IsRaw(container, port))
            pod.Cluster.Guarded.Start(
                "raw connection",
                () => RawEdge.RunAsync(container, port, context.Transport),
                open.Dispose
            );
        else
            _connections.Offer(context, IsTls(container, port) ? PipeEndPoint.Tls : PipeEndPoint.Plain);
        return context.Application;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync().ConfigureAwait(false);

    private static bool IsTls(ContainerInstance container, int port) =>
        container.Program is IEndsTls ends ? ends.IsTls(container, port) : container.Program.CertificateFor(container, port, "") is not null;

    /// <summary>The certificate for the name that a client asks for; without one the handshake fails.</summary>
    private static ValueTask<SslServerAuthenticationOptions> HandshakeAsync(TlsHandshakeCallbackContext context)
    {
        var (pod, port) = ((PodInstance, int))context.Connection.Items[s_target]!;
        var name = context.ClientHelloInfo.ServerName;
        var container = pod.ListenerOn(port) ?? throw new IOException("nothing listens there any more");
        var server = container.Program is IEndsTls ends ? ends.Handshake(container, port, name) : container.Program.CertificateFor(container, port, name) is { } certificate ? new TlsServer(certificate, null, false) : null;
        if (server is null) throw new IOException($"no certificate for \"{name}\"");
        context.Connection.Items[s_tls] = name;
        return new(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = ServerCertificates.For(server.Certificate),
            ClientCertificateRequired = server.ClientAuthority is not null,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 shown ? server.ClientAuthority is not null && PemCertificate.IsSignedBy(shown, server.ClientAuthority) : !server.ClientRequired,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        });
    }

    private static async Task HandleAsync(HttpContext http)
    {
        var items = http.Features.Get<IConnectionItemsFeature>()!.Items;
        var (pod, port) = ((PodInstance, int))items[s_target]!;
        if (pod.ListenerOn(port) is not { } container)
        {
            http.Abort();
            return;
        }
        var path = http.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } raw && raw[0] == '/' ? raw : http.Request.Path.Value + http.Request.QueryString.Value;
        var bodies = pod.Cluster.Programs.Bodies;
        var call = await HttpExchange.ReadAsync(http.Request, path, bodies, http.RequestAborted).ConfigureAwait(false);
        try
        {
            if (items.TryGetValue(s_tls, out var name) && container.Program is IEndsTls)
                call = call with
                {
                    Tls = new TlsClient(
                        (string)name!,
                        Certificate: http.Connection.ClientCertificate?.ExportCertificatePem()
                    ),
                };
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, pod.Cluster.Stopping);
            RequestClock.Begin(pod.Cluster.Time);
            var reply = await container.HandleAsync(port, call, stop.Token).ConfigureAwait(false);
            if (reply.Failed) http.Abort();
            else await HttpExchange.WriteAsync(http.Response, reply, stop.Token).ConfigureAwait(false);
        }
        finally
        {
            bodies.Give(call.Body.Length);
        }
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;
        public PipeWriter Output => output;
    }
}
