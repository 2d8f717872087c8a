using System.Text;

namespace Portal.Sandbox.Programs;

/// <summary>A container's output, bounded: the oldest lines go first. Readers can follow it.</summary>
internal sealed class ContainerLog(TimeProvider time)
{
    private const int MaxLines = 2000;

    private readonly Lock _gate = new();
    private readonly Queue<LogLine> _lines = new();
    private long _next;
    private bool _closed;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal readonly record struct LogLine(long Number, DateTimeOffset Time, string Text);

    public void Write(string text)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            foreach (var line in text.TrimEnd('\n').Split('\n'))
            {
                _lines.Enqueue(new(_next++, time.GetUtcNow(), line));
                if (_lines.Count > MaxLines) _lines.Dequeue();
            }
            signal = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        signal.TrySetResult();
    }

    public void Close()
    {
        lock (_gate) _closed = true;
        _changed.TrySetResult();
    }

    /// <summary>Whether anything was written.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate) return _lines.Count == 0;
        }
    }

    public void Reopen()
    {
        lock (_gate) _closed = false;
    }

    /// <summary>Lines from a number on, the number to go on with, and a task that completes when there is more.</summary>
    public (List<LogLine> Lines, long Next, Task Changed, bool Closed) Read(long from)
    {
        lock (_gate) return (_lines.Where(l => l.Number >= from).ToList(), _next, _changed.Task, _closed);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var line in Read(0).Lines) text.Append(line.Text).Append('\n');
        return text.ToString();
    }
}
