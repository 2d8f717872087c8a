namespace Portal.Sandbox.Programs;

/// <summary>A moment of a <see cref="RequestClock"/>.</summary>
internal readonly record struct RequestMoment(TimeSpan Waited, TimeSpan Worked);

/// <summary>
/// The time of one request, through all the proxies and programs that it leads to. It goes on by what they mean to wait
/// (a fault's delay, a slow program, a back-off, a wire), exactly that long however late the machine wakes them, and by
/// their work, paid for or not, of which no more counts than a quiet machine would need. Limits of requests end by it.
/// So an answer takes as long as the mesh made it take, and a busy machine makes nobody's request slow. Thread-safe.
/// </summary>
internal sealed class RequestClock
{
    private static readonly AsyncLocal<RequestClock?> s_current = new();

    /// <summary>The most that a stretch of work counts, in which nothing is waited for.</summary>
    private static readonly TimeSpan s_mostWork = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly List<RequestLimit> _limits = [];
    private TimeSpan _waited;
    private TimeSpan _slept;

    private RequestClock(TimeProvider time) => (_time, _begun) = (time, time.GetTimestamp());

    public RequestMoment Now
    {
        get
        {
            lock (_gate) return new(_waited, _time.GetElapsedTime(_begun) - _slept);
        }
    }

    /// <summary>A new clock for what the calling async method does.</summary>
    public static RequestClock Begin(TimeProvider time) => s_current.Value = new(time);

    /// <summary>The clock of the request that is being handled, else a new one, for the calling async method.</summary>
    public static RequestClock Join(TimeProvider time) => s_current.Value ?? Begin(time);

    /// <summary>What the calling async method does goes on after the request in whose course it began.</summary>
    public static void Leave() => s_current.Value = null;

    public TimeSpan Since(RequestMoment start)
    {
        var now = Now;
        var work = now.Worked - start.Worked;
        if (work > s_mostWork) work = s_mostWork;
        return now.Waited - start.Waited + (work > TimeSpan.Zero ? work : TimeSpan.Zero);
    }

    /// <summary>A limit from now on. It ends in a wait that would outlast it, as soon as that is so.</summary>
    public RequestLimit Limit(TimeSpan limit)
    {
        lock (_gate)
        {
            var added = new RequestLimit(this, _waited, limit, _time);
            _limits.Add(added);
            return added;
        }
    }

    internal void Forget(RequestLimit limit)
    {
        lock (_gate) _limits.Remove(limit);
    }

    /// <summary>Waits, on behalf of the request that is being handled.</summary>
    /// <exception cref="OperationCanceledException">Also when one of the request's limits ended.</exception>
    public static Task WaitAsync(TimeSpan wait, TimeProvider time, CancellationToken cancellationToken) =>
        s_current.Value?.SleepAsync(wait, time, cancellationToken) ?? Task.Delay(wait, time, cancellationToken);

    /// <summary>Waits for other requests: how long is known only afterwards, so that the wall's clock counts.</summary>
    public static Task QueueAsync(Task turn) => s_current.Value?.StandAsync(turn) ?? turn;

    private async Task SleepAsync(TimeSpan wait, TimeProvider time, CancellationToken cancellationToken)
    {
        RequestLimit? ending;
        lock (_gate)
        {
            ending = _limits.MinBy(l => l.At);
            if (ending is not null && _waited + wait >= ending.At) wait = ending.At - _waited;
            else ending = null;
        }
        if (wait < TimeSpan.Zero) wait = TimeSpan.Zero;
        var begun = _time.GetTimestamp();
        var whole = false;
        try
        {
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            whole = true;
        }
        finally
        {
            Count(begun, whole ? wait : null, wait);
        }
        if (ending is null) return;
        lock (_gate)
        {
            // Whoever had set it may have given up meanwhile.
            if (!_limits.Contains(ending)) return;
        }
        ending.End();
        cancellationToken.ThrowIfCancellationRequested();
        // A program that was not given the limit's token ends all the same.
        throw new OperationCanceledException(ending.Token);
    }

    private async Task StandAsync(Task turn)
    {
        RequestLimit? ending;
        lock (_gate)
        {
            ending = _limits.MinBy(l => l.At);
            ending?.EndAfter(ending.At - _waited);
        }
        var begun = _time.GetTimestamp();
        try
        {
            await turn.ConfigureAwait(false);
        }
        finally
        {
            Count(begun, null, TimeSpan.MaxValue);
            ending?.EndAfter(null);
        }
    }

    /// <param name="meant">Null for what it took.</param>
    private void Count(long begun, TimeSpan? meant, TimeSpan most)
    {
        var slept = _time.GetElapsedTime(begun);
        lock (_gate)
        {
            _slept += slept;
            _waited += meant ?? (slept < most ? slept : most);
        }
    }
}

/// <summary>A limit of a request by its clock; its token is cancelled when it ends.</summary>
internal sealed class RequestLimit : IDisposable
{
    /// <summary>A program that does not wait by the request's clock ends this much later.</summary>
    private static readonly TimeSpan s_hung = TimeSpan.FromSeconds(30);

    /// <summary>No request is there longer.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private readonly RequestClock _clock;
    private readonly CancellationTokenSource _end;

    public RequestLimit(RequestClock clock, TimeSpan now, TimeSpan limit, TimeProvider time)
    {
        if (limit > s_longest) limit = s_longest;
        (_clock, At) = (clock, now + limit);
        _end = new CancellationTokenSource(limit + s_hung, time);
        Token = _end.Token;
    }

    /// <summary>When it ends, by what the request has waited.</summary>
    public TimeSpan At { get; }

    public CancellationToken Token { get; }

    public void End() => _end.Cancel();

    /// <param name="wait">Null for when nothing is waited for that has no known end.</param>
    public void EndAfter(TimeSpan? wait) =>
        _end.CancelAfter(wait is not { } left ? s_hung : left > TimeSpan.Zero ? left : TimeSpan.Zero);

    public void Dispose()
    {
        _clock.Forget(this);
        _end.Dispose();
    }
}
