namespace Portal.Sandbox.Programs.Shell;

/// <summary>A pipe as the kernel has it: bounded, a writer waits for room, a reader for bytes.</summary>
internal sealed class BytePipe
{
    public const int Capacity = 64 * 1024;

    private const int Small = 1024;

    private readonly Lock _gate = new();
    private byte[] _buffer = new byte[Small];
    private int _start;
    private int _count;
    private bool _noReader;
    private bool _noWriter;
    private TaskCompletionSource? _changed;

    public BytePipe()
    {
        Reader = new ReadingEnd(this);
        Writer = new WritingEnd(this);
    }

    public OpenFile Reader { get; }
    public OpenFile Writer { get; }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_count > 0)
                {
                    var count = Math.Min(buffer.Length, Math.Min(_count, _buffer.Length - _start));
                    _buffer.AsSpan(_start, count).CopyTo(buffer.Span);
                    _start = (_start + count) % _buffer.Length;
                    _count -= count;
                    Signal();
                    return count;
                }
                if (_noWriter || buffer.Length == 0) return 0;
                changed = Changed();
            }
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_noReader) throw new BrokenPipeException();
                data = data[Put(data.Span)..];
                if (data.Length == 0) return;
                changed = Changed();
            }
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private int Put(ReadOnlySpan<byte> data)
    {
        if (_count + data.Length > _buffer.Length && _buffer.Length < Capacity)
        {
            var larger = new byte[Math.Min(Capacity, Math.Max(_buffer.Length * 4, _count + data.Length))];
            for (var i = 0; i < _count; i++) larger[i] = _buffer[(_start + i) % _buffer.Length];
            (_buffer, _start) = (larger, 0);
        }
        var written = 0;
        while (written < data.Length && _count < _buffer.Length)
        {
            var at = (_start + _count) % _buffer.Length;
            var count = Math.Min(data.Length - written, Math.Min(_buffer.Length - _count, _buffer.Length - at));
            data.Slice(written, count).CopyTo(_buffer.AsSpan(at));
            _count += count;
            written += count;
        }
        if (written > 0) Signal();
        return written;
    }

    private Task Changed() => (_changed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void Signal()
    {
        _changed?.TrySetResult();
        _changed = null;
    }

    private void Leave(bool reader)
    {
        lock (_gate)
        {
            if (reader) _noReader = true;
            else _noWriter = true;
            Signal();
        }
    }

    private sealed class ReadingEnd(BytePipe pipe) : OpenFile
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
            pipe.ReadAsync(buffer, cancellationToken);

        protected override void OnClose() => pipe.Leave(reader: true);
    }

    private sealed class WritingEnd(BytePipe pipe) : OpenFile
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
            pipe.WriteAsync(data, cancellationToken);

        protected override void OnClose() => pipe.Leave(reader: false);
    }
}
