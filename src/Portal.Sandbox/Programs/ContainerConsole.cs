using System.Threading.Channels;
using Portal.Sandbox.Programs.Shell;

namespace Portal.Sandbox.Programs;

/// <summary>
/// The standard streams of a container with <c>stdin</c>: input comes from whoever is attached, output goes to them
/// and to the log. What was written before anyone was attached is kept for the first; a client that reads too slowly
/// misses the oldest, and never holds the program up.
/// </summary>
internal sealed class ContainerConsole
{
    private const int MaxPending = 256 * 1024, MaxChunks = 64, ChunkSize = 8192;

    private readonly Channel<byte[]> _input = Channel.CreateBounded<byte[]>(MaxChunks);
    private readonly Lock _gate = new();
    private readonly List<Channel<byte[]>> _readers = [];
    private readonly List<byte[]> _pending = [];
    private readonly ContainerLog.LogStream _log;
    private int _pendingSize;
    private bool _closed;

    public ContainerConsole(ContainerLog log, bool tty)
    {
        _log = log.OpenStream();
        Tty = tty;
    }

    public bool Tty { get; }

    public ShellIo Io => new(_input.Reader, WriteAsync, WriteAsync);

    /// <summary>Connects a client until the container ends or the client leaves.</summary>
    /// <param name="once">Whether the end of the client's input is the end of the container's.</param>
    public async Task AttachAsync(ShellIo client, bool once, CancellationToken cancellationToken)
    {
        var output = Channel.CreateBounded<byte[]>(
            new BoundedChannelOptions(MaxChunks + (MaxPending / ChunkSize))
            {
                FullMode = BoundedChannelFullMode.DropOldest,
            }
        );
        lock (_gate)
        {
            foreach (var data in _pending) output.Writer.TryWrite(data);
            _pending.Clear();
            _pendingSize = 0;
            if (_closed) output.Writer.TryComplete();
            else _readers.Add(output);
        }
        var reading = ForwardAsync(client.Input, once, cancellationToken);
        try
        {
            await foreach (var data in output.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) await client.WriteAsync(data).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate) _readers.Remove(output);
        }
        if (reading.IsFaulted) await reading.ConfigureAwait(false);
    }

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var reader in _readers) reader.Writer.TryComplete();
        }
        _input.Writer.TryComplete();
    }

    private async Task ForwardAsync(ChannelReader<byte[]> input, bool once, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var data in input.ReadAllAsync(cancellationToken).ConfigureAwait(false)) await _input.Writer.WriteAsync(data, cancellationToken).ConfigureAwait(false);
            if (once) _input.Writer.TryComplete();
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The client left, or the container ended.
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> data)
    {
        await _log.WriteAsync(data).ConfigureAwait(false);
        lock (_gate)
        {
            for (var i = 0; i < data.Length; i += ChunkSize)
            {
                var copy = data.Slice(i, Math.Min(ChunkSize, data.Length - i)).ToArray();
                foreach (var reader in _readers)
                    reader.Writer.TryWrite(copy);
                if (
                    _readers.Count > 0
                    || _pendingSize + copy.Length > MaxPending
                    || _pending.Count >= MaxPending / 1024
                )
                    continue;
                _pending.Add(copy);
                _pendingSize += copy.Length;
            }
        }
    }
}
