using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Portal.Sandbox.Streaming;

/// <summary>The two doors of the edge: connections that speak HTTP at once, and those that begin with TLS.</summary>
internal sealed class PipeEndPoint(string name) : EndPoint
{
    public static PipeEndPoint Plain { get; } = new("pods");
    public static PipeEndPoint Tls { get; } = new("pods-tls");

    public override string ToString() => name;
}

/// <summary>A connection of two pipes. Its end is the end of both, also where it ends before anything was understood, as a failed handshake does.</summary>
internal sealed class PipeConnection : DefaultConnectionContext
{
    // The property of the base class is another pipe while TLS is spoken.
    private readonly IDuplexPipe _pipes;

    private readonly IDisposable _open;

    /// <param name="open">What the connection counts as while it lasts.</param>
    public PipeConnection(string id, IDisposable open, IDuplexPipe transport, IDuplexPipe application)
        : base(id, transport, application) => (_pipes, _open) = (transport, open);

    public override void Abort(ConnectionAbortedException abortReason)
    {
        base.Abort(abortReason);
        _ = CloseAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        await _pipes.Input.CompleteAsync().ConfigureAwait(false);
        await _pipes.Output.CompleteAsync().ConfigureAwait(false);
        _open.Dispose();
    }
}

/// <summary>Lets Kestrel listen for connections that are made in this process.</summary>
internal sealed class PipeListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly PipeListener _plain = new(PipeEndPoint.Plain);
    private readonly PipeListener _tls = new(PipeEndPoint.Tls);

    public bool CanBind(EndPoint endpoint) => endpoint is PipeEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(Of(endpoint));

    public void Offer(ConnectionContext connection, PipeEndPoint door) => Of(door).Offer(connection);

    private PipeListener Of(EndPoint endpoint) => ReferenceEquals(endpoint, PipeEndPoint.Tls) ? _tls : _plain;
}

internal sealed class PipeListener(PipeEndPoint endPoint) : IConnectionListener
{
    private readonly Channel<ConnectionContext> _waiting = Channel.CreateUnbounded<ConnectionContext>();

    public EndPoint EndPoint => endPoint;

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
