using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Portal.Sandbox;

/// <summary>
/// Lets the server serve connections that somebody else accepted, such as those made in another network namespace. Each
/// reaches one cluster only, whatever its token. Thread-safe.
/// </summary>
internal sealed class AcceptedConnections
    : IConnectionListenerFactory,
        IConnectionListenerFactorySelector,
        IConnectionListener
{
    /// <summary>In the items of a connection: the cluster that it may reach.</summary>
    public static readonly object Cluster = new();

    private readonly Channel<ConnectionContext> _waiting = Channel.CreateUnbounded<ConnectionContext>();
    private readonly SocketConnectionContextFactory _contexts = new(
        new SocketConnectionFactoryOptions(),
        NullLogger.Instance
    );

    private Memory _memory = new(MemoryPool<byte>.Shared);

    /// <summary>The pool of the server's other connections: Kestrel counts on blocks that are never empty.</summary>
    public MemoryPool<byte> Pool
    {
        set => _memory = new(value);
    }

    /// <summary>Where the server "listens" for them.</summary>
    public EndPoint EndPoint { get; } = new Place();

    /// <summary>Takes over a connected socket.</summary>
    public void Add(Socket socket, SandboxCluster cluster)
    {
        var connection = _contexts.Create(socket);
        connection.Features.Set<IMemoryPoolFeature>(_memory);
        connection.Items[Cluster] = cluster;
        if (!_waiting.Writer.TryWrite(connection)) connection.Abort();
    }

    public bool CanBind(EndPoint endpoint) => endpoint is Place;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _waiting.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _waiting.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out var connection)) connection.Abort();
        _contexts.Dispose();
        _memory.MemoryPool.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed record Memory(MemoryPool<byte> MemoryPool) : IMemoryPoolFeature;

    private sealed class Place : EndPoint
    {
        public override string ToString() => "accepted connections";
    }
}
