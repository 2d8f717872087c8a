using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Streaming;

/// <summary>
/// Where bytes from outside become requests to pods: a Kestrel whose connections are pipes in this process. So port-forward
/// speaks exactly the HTTP that a real server speaks, without a socket.
/// </summary>
internal sealed class PodEdge : IAsyncDisposable
{
    private static readonly object s_target = new();

    private readonly PipeListenerFactory _connections = new();
    private readonly WebApplication _app;

    public PodEdge()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore();
        builder.Services.AddSingleton<IConnectionListenerFactory>(_connections);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(PipeEndPoint.Instance);
        });
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    /// <summary>Opens a connection to a port of a pod; null when nothing listens there.</summary>
    public IDuplexPipe? Connect(PodInstance pod, int port)
    {
        if (pod.ListenerOn(port) is null) return null;
        var toPod = new Pipe();
        var fromPod = new Pipe();
        var context = new DefaultConnectionContext(Guid.NewGuid().ToString("N"), new DuplexPipe(toPod.Reader, fromPod.Writer), new DuplexPipe(fromPod.Reader, toPod.Writer));
        context.Items[s_target] = (pod, port);
        _connections.Offer(context);
        return context.Application;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync().ConfigureAwait(false);

    private static async Task HandleAsync(HttpContext http)
    {
        var (pod, port) = ((PodInstance, int))http.Features.Get<IConnectionItemsFeature>()!.Items[s_target]!;
        if (pod.ListenerOn(port) is not { } container)
        {
            http.Abort();
            return;
        }
        var call = await HttpExchange.ReadAsync(http.Request, http.Request.Path.Value + http.Request.QueryString.Value, http.RequestAborted).ConfigureAwait(false);
        var reply = await container.HandleAsync(port, call, http.RequestAborted).ConfigureAwait(false);
        if (reply.Failed) http.Abort();
        else await HttpExchange.WriteAsync(http.Response, reply, http.RequestAborted).ConfigureAwait(false);
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;
        public PipeWriter Output => output;
    }

    private sealed class PipeEndPoint : EndPoint
    {
        public static PipeEndPoint Instance { get; } = new();

        public override string ToString() => "pods";
    }

    private sealed class PipeListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
    {
        private readonly Channel<ConnectionContext> _waiting = Channel.CreateUnbounded<ConnectionContext>();

        public EndPoint EndPoint => PipeEndPoint.Instance;

        public bool CanBind(EndPoint endpoint) => endpoint is PipeEndPoint;

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(this);

        public void Offer(ConnectionContext connection) => _waiting.Writer.TryWrite(connection);

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await _waiting.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (_waiting.Reader.TryRead(out var connection)) return connection;
            }
            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _waiting.Writer.TryComplete();
            return default;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
