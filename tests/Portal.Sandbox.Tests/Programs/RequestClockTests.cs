using Microsoft.Extensions.Time.Testing;
using Portal.Sandbox.Programs;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Programs;

/// <summary>The time of a request, which is the mesh's and not the machine's.</summary>
public sealed class RequestClockTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly RequestClock _clock;
    private readonly RequestMoment _start;

    public RequestClockTests()
    {
        _clock = RequestClock.Begin(_time);
        _start = _clock.Now;
    }


    private Task Wait(double seconds, CancellationToken cancellationToken = default) =>
        RequestClock.WaitAsync(s_second * seconds, _time, cancellationToken);

    [Fact]
    public async Task Wait_ThatTheMachineEndsLate_CountsWhatItWasMeantToTake()
    {
        var waiting = Wait(0.5);
        _time.Advance(s_second * 7);
        await waiting.DefaultTimeout();

        Assert.Equal(s_second * 0.5, _clock.Since(_start));
    }

    [Fact]
    public void Work_OnASlowMachine_CountsNoMoreThanOnAQuietOne()
    {
        _time.Advance(TimeSpan.FromMilliseconds(3));
        Assert.Equal(TimeSpan.FromMilliseconds(3), _clock.Since(_start));

        _time.Advance(s_second * 7);
        Assert.Equal(TimeSpan.FromMilliseconds(20), _clock.Since(_start));
    }

    [Fact]
    public async Task Limit_WaitThatOutlastsIt_EndsAtTheLimit()
    {
        using var limit = _clock.Limit(s_second * 3);
        await WaitOut(1);

        var waiting = Wait(5, limit.Token);
        _time.Advance(s_second * 2);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.DefaultTimeout());
        Assert.True(limit.Token.IsCancellationRequested);
        Assert.Equal(s_second * 3, _clock.Since(_start));
    }

    [Fact]
    public async Task Limit_SeveralNested_TheFirstToEndEnds()
    {
        using var whole = _clock.Limit(s_second * 3);
        using var single = _clock.Limit(s_second);

        var waiting = Wait(5, CancellationToken.None);
        _time.Advance(s_second);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.DefaultTimeout());
        Assert.Equal((true, false), (single.Token.IsCancellationRequested, whole.Token.IsCancellationRequested));
    }

    [Fact]
    public async Task Limit_MachineThatIsSlow_DoesNotEndIt()
    {
        using var limit = _clock.Limit(s_second);

        _time.Advance(s_second * 5);
        var waiting = Wait(0.5, limit.Token);
        _time.Advance(s_second * 10);
        await waiting.DefaultTimeout();

        Assert.False(limit.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task Limit_WhileStandingInAQueue_EndsByTheWallsClock()
    {
        using var limit = _clock.Limit(s_second * 3);
        await WaitOut(1);
        var turn = new TaskCompletionSource();
        var queued = RequestClock.QueueAsync(turn.Task);

        _time.Advance(s_second * 1.9);
        Assert.False(limit.Token.IsCancellationRequested);
        _time.Advance(s_second * 0.1);
        Assert.True(limit.Token.IsCancellationRequested);

        turn.SetResult();
        await queued.DefaultTimeout();
        Assert.Equal(s_second * 3, _clock.Since(_start));
    }

    [Fact]
    public void Limit_ProgramThatWaitsByNoClock_EndsInTheEnd()
    {
        using var limit = _clock.Limit(s_second);

        _time.Advance(s_second * 31);

        Assert.True(limit.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task Leave_InTheCourseOfARequest_WaitsByItself()
    {
        using var limit = _clock.Limit(s_second);
        var waiting = LeaveAndWaitAsync();

        _time.Advance(s_second * 5);
        await waiting.DefaultTimeout();

        Assert.False(limit.Token.IsCancellationRequested);

        async Task LeaveAndWaitAsync()
        {
            RequestClock.Leave();
            await Wait(5);
        }
    }

    private async Task WaitOut(double seconds)
    {
        var waiting = Wait(seconds);
        _time.Advance(s_second * seconds);
        await waiting.DefaultTimeout();
    }
}
