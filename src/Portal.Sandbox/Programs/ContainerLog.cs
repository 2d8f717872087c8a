using System.Text;
using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs;

/// <summary>
/// A container's output, bounded by what the container and its cluster may keep: the older half goes first, the log
/// before it sooner still. Readers can follow it; one that is slow or gone costs nothing. Thread-safe.
/// </summary>
internal sealed class ContainerLog(TimeProvider time, Allowance bytes, int longestLine, ContainerLog? previous = null)
{
    private const int Overhead = 64;

    private readonly int _longest = longestLine;
    private readonly Lock _gate = new();
    private readonly List<LogLine> _lines = [];
    private readonly List<LogStream> _streams = [];
    private long _next;
    private long _held;
    private bool _closed;
    private bool _released;
    private TaskCompletionSource? _changed;

    internal readonly record struct LogLine(long Number, DateTimeOffset Time, string Text);

    /// <summary>Whether nothing was written.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate) return _lines.Count == 0;
        }
    }

    /// <summary>Writes whole lines.</summary>
    public void Write(string text)
    {
        lock (_gate)
        {
            foreach (var line in text.TrimEnd('\n').Split('\n')) Add(line);
            Signal();
        }
    }

    /// <summary>
    /// A stream of bytes into the log: lines come when they are complete, too long, or the log closes.
    /// </summary>
    public LogStream OpenStream()
    {
        var stream = new LogStream(this);
        lock (_gate) _streams.Add(stream);
        return stream;
    }

    public void Close()
    {
        lock (_gate)
        {
            foreach (var stream in _streams) stream.Flush();
            _streams.Clear();
            _closed = true;
            Signal();
        }
    }

    /// <summary>Goes on after its cluster slept.</summary>
    public void Reopen()
    {
        lock (_gate) _closed = false;
    }

    /// <summary>Takes over what was written before, by a container that was the same.</summary>
    public void Refill(IEnumerable<LogLine> lines)
    {
        lock (_gate)
        {
            foreach (var line in lines) Append(line.Text, line.Time);
        }
    }

    /// <summary>Counts no longer: whoever still reads has it to themselves.</summary>
    public void Release()
    {
        lock (_gate)
        {
            bytes.Give(_held);
            _held = 0;
            _released = true;
        }
    }

    /// <summary>Lines from a number on, the number to go on with, and a task that completes when there is more.</summary>
    public (List<LogLine> Lines, long Next, Task Changed, bool Closed) Read(long from)
    {
        lock (_gate)
        {
            var first = _lines.Count == 0 ? 0 : (int)Math.Clamp(from - _lines[0].Number, 0, _lines.Count);
            var changed = _closed
                ? Task.CompletedTask
                : (_changed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return (_lines.GetRange(first, _lines.Count - first), _next, changed, _closed);
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var line in Read(0).Lines) text.Append(line.Text).Append('\n');
        return text.ToString();
    }

    private void Add(string line)
    {
        while (line.Length > _longest)
        {
            Append(line[.._longest]);
            line = line[_longest..];
        }
        Append(line);
    }

    private void Append(string line) => Append(line, time.GetUtcNow());

    private void Append(string line, DateTimeOffset at)
    {
        var cost = Cost(line);
        if (!_released && !bytes.TryTake(cost))
        {
            previous?.Clear();
            if (!bytes.TryTake(cost))
            {
                Drop((_lines.Count + 1) / 2);
                if (!bytes.TryTake(cost))
                {
                    // Others have all of it: this container keeps what it wrote last.
                    Drop(_lines.Count);
                    if (!bytes.TryTake(cost)) cost = 0;
                }
            }
        }
        if (!_released) _held += cost;
        _lines.Add(new(_next++, at, line));
    }

    private void Clear()
    {
        lock (_gate) Drop(_lines.Count);
    }

    private void Drop(int count)
    {
        var freed = Math.Min(_held, _lines.Take(count).Sum(l => Cost(l.Text)));
        _lines.RemoveRange(0, count);
        if (_lines.Count == 0) freed = _held;
        if (!_released) bytes.Give(freed);
        _held -= freed;
    }

    private static long Cost(string line) => Overhead + (2L * line.Length);

    private void Signal()
    {
        _changed?.TrySetResult();
        _changed = null;
    }

    /// <summary>One of the process's streams.</summary>
    internal sealed class LogStream(ContainerLog log)
    {
        private readonly MemoryStream _line = new();

        public Task WriteAsync(ReadOnlyMemory<byte> data)
        {
            lock (log._gate)
            {
                var rest = data.Span;
                while (rest.Length > 0)
                {
                    var end = rest.IndexOf((byte)'\n');
                    var room = log._longest - (int)_line.Length;
                    var count = Math.Min(end < 0 ? rest.Length : end, room);
                    _line.Write(rest[..count]);
                    rest = rest[count..];
                    if (end >= 0 && count == end)
                    {
                        Take();
                        rest = rest[1..];
                    }
                    else if (_line.Length >= log._longest) Take();
                }
                log.Signal();
            }
            return Task.CompletedTask;
        }

        /// <summary>Writes what has no end yet. The caller holds the log's lock.</summary>
        internal void Flush()
        {
            if (_line.Length > 0) Take();
        }

        private void Take()
        {
            log.Append(Encoding.UTF8.GetString(_line.GetBuffer(), 0, (int)_line.Length));
            _line.SetLength(0);
        }
    }
}
