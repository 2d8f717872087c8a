using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;

namespace Portal.Sandbox.Streaming;

/// <summary>A stream that the client opened: its headers and the bytes it sends.</summary>
internal sealed class SpdyStream(SpdyConnection connection, int id, Dictionary<string, string> headers)
{
    // One stream that is not read holds up the others of its connection, so it may lag a little.
    private readonly Pipe _received = new(
        new PipeOptions(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024)
    );
    private int _ends;

    public int Id => id;
    public IReadOnlyDictionary<string, string> Headers => headers;
    public PipeReader Input => _received.Reader;
    internal PipeWriter Received => _received.Writer;

    /// <summary>One side has said its last.</summary>
    /// <returns>True when the other had before.</returns>
    internal bool End() => Interlocked.Increment(ref _ends) == 2;

    public Task WriteAsync(ReadOnlyMemory<byte> data, bool last, CancellationToken cancellationToken) => connection.WriteDataAsync(id, data, last, cancellationToken);
}

/// <summary>
/// The server side of SPDY/3.1 as kubectl's port-forward speaks it, over any duplex stream. Windows are not enforced by the
/// peers in use (moby/spdystream); back-pressure is the transport's.
/// </summary>
internal sealed class SpdyConnection(Stream transport) : IDisposable
{
    /// <summary>Clients copy 32 KiB at a time.</summary>
    private const int MaxFrame = 256 * 1024;

    /// <summary>Streams of a connection that are open at a time: each holds buffers.</summary>
    private const int MaxStreams = 512;
    private const int DataChunk = 16 * 1024;
    private const byte Fin = 1;

    private readonly SpdyHeaders _headers = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentDictionary<int, SpdyStream> _streams = new();

    /// <summary>Reads frames until the transport ends; each stream that opens is announced after it has been accepted.</summary>
    public async Task RunAsync(Action<SpdyStream> opened, CancellationToken cancellationToken)
    {
        var head = new byte[8];
        try
        {
            while (await FillAsync(head, cancellationToken).ConfigureAwait(false))
            {
                var length = (head[5] << 16) | (head[6] << 8) | head[7];
                if (length > MaxFrame) return;
                var body = new byte[length];
                if (!await FillAsync(body, cancellationToken).ConfigureAwait(false)) return;
                if ((head[0] & 0x80) == 0) await DataAsync(BinaryPrimitives.ReadInt32BigEndian(head), body, head[4], cancellationToken).ConfigureAwait(false);
                else await ControlAsync((head[2] << 8) | head[3], head[4], body, opened, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var s in _streams.Values) await s.Received.CompleteAsync().ConfigureAwait(false);
        }
    }

    public async Task WriteDataAsync(int stream, ReadOnlyMemory<byte> data, bool last, CancellationToken cancellationToken)
    {
        do
        {
            var chunk = data[..Math.Min(DataChunk, data.Length)];
            data = data[chunk.Length..];
            var frame = new byte[8 + chunk.Length];
            BinaryPrimitives.WriteInt32BigEndian(frame, stream);
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), chunk.Length);
            if (last && data.IsEmpty) frame[4] = Fin;
            chunk.CopyTo(frame.AsMemory(8));
            await WriteAsync(frame, cancellationToken).ConfigureAwait(false);
        }
        while (!data.IsEmpty);
        if (last) Ended(stream);
    }

    /// <summary>
    /// A stream that both sides have ended is forgotten: a forwarded port may see a hundred thousand.
    /// </summary>
    private void Ended(int id)
    {
        if (_streams.TryGetValue(id, out var stream) && stream.End()) _streams.TryRemove(id, out _);
    }

    public void Dispose()
    {
        _headers.Dispose();
        _writing.Dispose();
    }

    private async Task DataAsync(int id, byte[] body, byte flags, CancellationToken cancellationToken)
    {
        if (!_streams.TryGetValue(id, out var stream)) return;
        if (body.Length > 0) await stream.Received.WriteAsync(body, cancellationToken).ConfigureAwait(false);
        if ((flags & Fin) == 0) return;
        await stream.Received.CompleteAsync().ConfigureAwait(false);
        Ended(id);
    }

    private async Task ControlAsync(int type, byte flags, byte[] body, Action<SpdyStream> opened, CancellationToken cancellationToken)
    {
        switch (type)
        {
            case 1 when body.Length >= 10: // SYN_STREAM
                if (_streams.Count >= MaxStreams) throw new InvalidDataException("too many streams");
                var id = BinaryPrimitives.ReadInt32BigEndian(body) & int.MaxValue;
                var stream = new SpdyStream(this, id, _headers.Read(body.AsSpan(10)));
                _streams[id] = stream;
                if ((flags & Fin) != 0)
                {
                    await stream.Received.CompleteAsync().ConfigureAwait(false);
                    Ended(id);
                }
                await WriteAsync(Control(2, [.. body[..4], .. _headers.WriteEmpty()]), cancellationToken).ConfigureAwait(false);
                opened(stream);
                break;
            case 3 when body.Length >= 4: // RST_STREAM
                if (_streams.TryRemove(BinaryPrimitives.ReadInt32BigEndian(body) & int.MaxValue, out var reset)) await reset.Received.CompleteAsync().ConfigureAwait(false);
                break;
            case 6 when body.Length >= 4 && (body[3] & 1) == 1: // PING of the client
                await WriteAsync(Control(6, body), cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private static byte[] Control(int type, byte[] body)
    {
        var frame = new byte[8 + body.Length];
        frame[0] = 0x80;
        frame[1] = 3;
        frame[3] = (byte)type;
        frame[5] = (byte)(body.Length >> 16);
        frame[6] = (byte)(body.Length >> 8);
        frame[7] = (byte)body.Length;
        body.CopyTo(frame, 8);
        return frame;
    }

    private async Task WriteAsync(byte[] frame, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await transport.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
            await transport.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task<bool> FillAsync(byte[] buffer, CancellationToken cancellationToken) =>
        await transport.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) == buffer.Length;
}
