using System.Diagnostics;

namespace Portal.Labs.Tests.Sessions;

/// <summary>Ten times as fast as the clock on the wall: the portal's patience and pauses are short.</summary>
internal sealed class HastyTime : TimeProvider
{
    private const int Speed = 10;

    public override long GetTimestamp() => Stopwatch.GetTimestamp() * Speed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new HastyTimer(base.CreateTimer(callback, state, Hasten(dueTime), Hasten(period)));

    private static TimeSpan Hasten(TimeSpan time) => time <= TimeSpan.Zero ? time : time / Speed;

    internal sealed class HastyTimer(ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Hasten(dueTime), Hasten(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
