using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Upstream;

/// <summary>
/// The connections of one proxy to one cluster. Requests beyond the limit of connections wait; beyond the limit of waiting
/// requests they are turned away. Without limits it costs nothing.
/// </summary>
internal sealed class ConnectionPool(ConnectionLimits limits, TimeProvider time)
{
    // In one process an answer comes at once, so callers would never overlap and a limit never show. A bounded pool
    // therefore takes the time that a network would: on average this much for an open connection, or to open one with TLS.
    private const double OpenMilliseconds = 2;
    private const double ConnectMilliseconds = 12;
    private const double LongestMilliseconds = 60;

    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private int _busy;
    private int _served;

    /// <summary>Waits for a connection; false when the pool overflows. Each success is followed by one <see cref="Leave"/>.</summary>
    public async ValueTask<bool> EnterAsync(CancellationToken cancellationToken)
    {
        if (!limits.Any) return true;
        TaskCompletionSource? turn = null;
        lock (_gate)
        {
            var full = _busy >= (limits.MaxConnections ?? int.MaxValue);
            if (_busy + _waiting.Count >= (limits.MaxRequests ?? int.MaxValue)) return false;
            if (full && _waiting.Count >= (limits.MaxPending ?? int.MaxValue)) return false;
            if (full) _waiting.AddLast(turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            else _busy++;
        }
        if (turn is not null)
        {
            await using var registration = cancellationToken.Register(() =>
            {
                if (!turn.TrySetCanceled(cancellationToken)) return;
                lock (_gate) _waiting.Remove(turn);
            }).ConfigureAwait(false);
            await RequestClock.QueueAsync(turn.Task).ConfigureAwait(false);
        }
        try
        {
            await RequestClock.WaitAsync(WireTime(), time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Leave();
            throw;
        }
        return true;
    }

    public void Leave()
    {
        if (!limits.Any) return;
        lock (_gate)
        {
            while (_waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                // The connection goes on to the next one that still wants it.
                if (next.Value.TrySetResult()) return;
            }
            _busy--;
        }
    }

    private TimeSpan WireTime()
    {
        var mean = limits.PerConnection is { } most && Interlocked.Increment(ref _served) % most == 0 ? ConnectMilliseconds : OpenMilliseconds;
        return TimeSpan.FromMilliseconds(Math.Clamp(-mean * Math.Log(1 - Random.Shared.NextDouble()), 1, LongestMilliseconds));
    }
}
