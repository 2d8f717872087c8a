namespace Portal.Testing;

/// <summary>The wall's clock as somebody sets it; the steady clock and timers go on as they do.</summary>
/// <param name="steady">The real one when null.</param>
public sealed class SetTime(TimeProvider? steady = null) : TimeProvider
{
    private readonly TimeProvider _steady = steady ?? System;

    /// <summary>How far the wall's clock is from what it was.</summary>
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => _steady.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _steady.GetUtcNow() + Offset;

    public override long GetTimestamp() => _steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _steady.CreateTimer(callback, state, dueTime, period);
}
