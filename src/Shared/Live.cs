using System.Runtime.CompilerServices;

namespace Portal.Shared;

/// <summary>
/// A value that changes, read as <see cref="Current"/> or watched as a stream of snapshots. A watcher first gets the
/// current value and then the newest one after each change; values between two reads are skipped, so a slow reader costs
/// no memory. Writers never wait for readers. Compiled into each project that needs it (see the projects' Compile items).
/// </summary>
internal sealed class Live<T>(T initial, TimeProvider time)
    where T : class
{
    private const int AtOnce = 6;

    private readonly Lock _gate = new();
    private T _current = initial;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _completed;

    public T Current => Volatile.Read(ref _current);

    /// <summary>Replaces the value by a function of it, atomically. Returning the same instance changes nothing.</summary>
    public T Update(Func<T, T> change)
    {
        TaskCompletionSource signal;
        T next;
        lock (_gate)
        {
            next = change(_current);
            if (_completed || ReferenceEquals(next, _current)) return _current;
            Volatile.Write(ref _current, next);
            signal = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        signal.TrySetResult();
        return next;
    }

    /// <summary>Ends every watch after it has delivered the last value.</summary>
    public void Complete()
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            _completed = true;
            signal = _changed;
        }
        signal.TrySetResult();
    }

    /// <summary>
    /// Yields the current value, then the newest after each change: in the long run at most one per
    /// <paramref name="minInterval"/>, after a pause a few at once, for what somebody has just asked for must not wait.
    /// </summary>
    public async IAsyncEnumerable<T> WatchAsync(TimeSpan minInterval, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        T? last = null;
        var started = time.GetTimestamp();
        // Each value pays for an interval, in advance for as many as may come at once.
        var paid = TimeSpan.Zero;
        while (true)
        {
            Task changed;
            T value;
            bool completed;
            lock (_gate)
            {
                value = _current;
                changed = _changed.Task;
                completed = _completed;
            }
            if (!ReferenceEquals(value, last))
            {
                last = value;
                yield return value;
                if (completed)
                    continue;
                var now = time.GetElapsedTime(started);
                paid = (paid > now ? paid : now) + minInterval;
                var wait = paid - now - AtOnce * minInterval;
                if (wait > TimeSpan.Zero)
                    await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
                continue;
            }
            if (completed) yield break;
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
