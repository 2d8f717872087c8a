namespace Portal.Sandbox.Api;

/// <summary>
/// How many requests of a cluster are answered at a time, in seats as with API priority and fairness: an ordinary
/// request takes one, a large one as many as it needs memory. Who finds none free waits in line; who finds the line
/// full gets 429. Watches and streams, which last, are only counted. Thread-safe.
/// </summary>
internal sealed class RequestGate(SandboxBudgets budgets)
{
    /// <summary>
    /// Bytes of a body, or of a list, for which a request takes one more seat: parsed, a byte takes some twenty.
    /// </summary>
    private const long BodyPerSeat = 32 * 1024, ListPerSeat = 512 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<(TaskCompletionSource Entry, int Seats)> _line = new();
    private int _taken;
    private int _watches;
    private int _streams;

    /// <summary>How many stand in line.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _line.Count;
        }
    }

    /// <summary>Seats of a request with a body of this length; null when the client does not say.</summary>
    public static int SeatsForBody(long? length) => 1 + (int)((length ?? RequestBody.Limit) / BodyPerSeat);

    /// <summary>Seats of an answer that is made of this many bytes of objects.</summary>
    public static int SeatsForList(long bytes) => 1 + (int)Math.Min(bytes / ListPerSeat, int.MaxValue - 1);

    /// <summary>Waits for seats; dispose of the result to give them back.</summary>
    /// <exception cref="ApiException">429: too many wait already.</exception>
    public async ValueTask<Pass> EnterAsync(int seats, CancellationToken cancellationToken)
    {
        seats = Math.Min(seats, budgets.Requests);
        TaskCompletionSource entry;
        lock (_gate)
        {
            if (_line.Count == 0 && _taken + seats <= budgets.Requests)
            {
                _taken += seats;
                return new(this, Kind.Request, seats);
            }
            if (_line.Count >= budgets.Requests) throw ApiError.TooManyRequests();
            entry = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _line.Enqueue((entry, seats));
        }
        await using (
            cancellationToken
                .Register(static e => ((TaskCompletionSource)e!).TrySetCanceled(), entry)
                .ConfigureAwait(false)
        )
            await entry.Task.ConfigureAwait(false);
        return new(this, Kind.Request, seats);
    }

    /// <exception cref="ApiException">429: too many are open.</exception>
    public Pass OpenWatch() => Open(ref _watches, budgets.Watches, Kind.Watch);

    /// <exception cref="ApiException">429: too many are open.</exception>
    public Pass OpenStream() => Open(ref _streams, budgets.Streams, Kind.Stream);

    private Pass Open(ref int count, int limit, Kind kind)
    {
        lock (_gate)
        {
            if (count >= limit) throw ApiError.TooManyRequests();
            count++;
            return new(this, kind, 1);
        }
    }

    private void Leave(Kind kind, int seats)
    {
        lock (_gate)
        {
            if (kind == Kind.Watch) _watches--;
            else if (kind == Kind.Stream) _streams--;
            else _taken -= seats;
            while (_line.TryPeek(out var next) && _taken + next.Seats <= budgets.Requests)
            {
                _line.Dequeue();
                // Whoever went away meanwhile takes no seat.
                if (next.Entry.TrySetResult()) _taken += next.Seats;
            }
        }
    }

    internal enum Kind { Request, Watch, Stream }

    /// <summary>What was taken, until it is disposed of.</summary>
    internal readonly struct Pass(RequestGate gate, Kind kind, int seats) : IDisposable
    {
        public void Dispose() => gate.Leave(kind, seats);
    }
}
