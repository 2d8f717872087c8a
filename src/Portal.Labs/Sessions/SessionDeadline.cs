using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>
/// When a session ends: shown, announced a little before, and told when it has come. One timer, and none without an
/// end. Thread-safe.
/// </summary>
/// <param name="over">Called once the time is up, on a pool thread.</param>
internal sealed class SessionDeadline(
    Live<SessionSnapshot> live,
    Guarded guarded,
    TimeProvider time,
    Action over
) : IDisposable
{
    /// <summary>The learner hears of the end so long before it.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromMinutes(5);

    /// <summary>Timers take no longer waits.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private bool _ended;

    /// <param name="endsAt">Null for without end.</param>
    public void Set(DateTimeOffset? endsAt)
    {
        lock (_gate)
        {
            if (_ended) return;
            live.Update(s => s with { EndsAt = endsAt, EndsSoon = false });
            _timer?.Dispose();
            _timer = endsAt is null ? null : guarded.Timer("session deadline", Look, Next(), Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            _timer?.Dispose();
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_ended) return;
            var next = Next();
            if (next > TimeSpan.Zero)
            {
                _timer?.Change(next, Timeout.InfiniteTimeSpan);
                return;
            }
            _ended = true;
            live.Update(s => s with { EndsSoon = false, TimeIsUp = true });
        }
        over();
    }

    /// <summary>Shows how it stands, by the clock on the wall, which may have been set meanwhile.</summary>
    /// <returns>When to look again; nothing left when the time is up.</returns>
    private TimeSpan Next()
    {
        var left = live.Current.EndsAt!.Value - time.GetUtcNow();
        if (left <= TimeSpan.Zero) return TimeSpan.Zero;
        var soon = left <= Notice;
        live.Update(s => s.EndsSoon == soon ? s : s with { EndsSoon = soon });
        var wait = soon ? left : left - Notice;
        return wait < s_longest ? wait : s_longest;
    }
}
