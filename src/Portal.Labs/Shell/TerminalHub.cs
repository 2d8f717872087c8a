using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Portal.Labs.Shell;

/// <summary>Gives what a shell prints to every attached terminal, and its recent past to one that attaches later. Thread-safe.</summary>
internal sealed class TerminalHub
{
    private const int ReplaySize = 128 * 1024;

    /// <summary>Reset to initial state: a terminal that fell behind starts again from the replay.</summary>
    private static readonly byte[] s_reset = [0x1b, (byte)'c'];

    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _replay = new();
    private readonly List<Reader> _readers = [];
    private int _replayed;
    private bool _completed;

    public void Publish(byte[] data)
    {
        lock (_gate)
        {
            _replay.Enqueue(data);
            _replayed += data.Length;
            while (_replayed > ReplaySize && _replay.Count > 1) _replayed -= _replay.Dequeue().Length;
            foreach (var reader in _readers)
            {
                if (!reader.Channel.Writer.TryWrite(data)) reader.Behind = true;
            }
        }
    }

    /// <summary>Gives every attachment an empty piece; one that has others before it needs none.</summary>
    public void Nudge()
    {
        lock (_gate)
        {
            foreach (var reader in _readers) reader.Channel.Writer.TryWrite([]);
        }
    }

    /// <summary>Ends every attachment after what it already has.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            foreach (var reader in _readers) reader.Channel.Writer.TryComplete();
        }
    }

    public Reader Attach()
    {
        lock (_gate)
        {
            var reader = new Reader(this);
            reader.Channel.Writer.TryWrite(Replay());
            if (_completed) reader.Channel.Writer.TryComplete();
            else _readers.Add(reader);
            return reader;
        }
    }

    /// <summary>What a terminal that attaches now would be shown.</summary>
    public byte[] Recent()
    {
        lock (_gate) return Replay();
    }

    private byte[] Replay() => [.. _replay.SelectMany(c => c)];

    private byte[]? CatchUp(Reader reader)
    {
        lock (_gate)
        {
            if (!reader.Behind) return null;
            reader.Behind = false;
            while (reader.Channel.Reader.TryRead(out _)) { }
            return [.. s_reset, .. Replay()];
        }
    }

    internal sealed class Reader(TerminalHub hub) : IDisposable
    {
        public Channel<byte[]> Channel { get; } = System.Threading.Channels.Channel.CreateBounded<byte[]>(256);

        public bool Behind { get; set; }

        public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (var data in Channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return hub.CatchUp(this) ?? data;
            }
        }

        public void Dispose()
        {
            lock (hub._gate) hub._readers.Remove(this);
            Channel.Writer.TryComplete();
        }
    }
}
