using Microsoft.Extensions.Time.Testing;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests;

/// <summary>Limits that grow with how slow the machine is while they last.</summary>
public sealed class PatienceTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private double _slowness = 1;

    private Patience Patience => new(_time, () => _slowness, s_second);

    [Theory]
    [InlineData(0.2, 1)]
    [InlineData(1, 1)]
    [InlineData(2.5, 2.5)]
    [InlineData(400, Patience.Most)]
    public void Used_OfALimit_IsLessTheSlowerTheMachine(double slowness, double factor)
    {
        _slowness = slowness;
        var begun = _time.GetTimestamp();

        _time.Advance(s_second);

        Assert.Equal(s_second / factor, Patience.Used(begun));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(4, 12)]
    public async Task WaitAsync_WithoutAnEnd_EndsAfterTheLimitTimesTheSlowness(double slowness, int seconds)
    {
        _slowness = slowness;
        var waiting = Patience.WaitAsync(new TaskCompletionSource<int>().Task, s_second * 3, CancellationToken.None);

        for (var passed = 1; passed < seconds; passed++)
        {
            _time.Advance(s_second);
            Assert.False(waiting.IsCompleted);
        }
        _time.Advance(s_second);

        await Assert.ThrowsAsync<TimeoutException>(() => waiting.DefaultTimeout());
    }

    /// <summary>One of so many ends between the end of a slice and the moment in which that is noticed.</summary>
    [Fact]
    public async Task WaitAsync_EndingTogetherWithASlice_IsTheEndAndNotTheLimit()
    {
        var patience = new Patience(TimeProvider.System, () => 1, TimeSpan.FromMilliseconds(1));
        async Task<int> WorkAsync()
        {
            await Task.Delay(1);
            return 1;
        }

        for (var round = 0; round < 100; round++)
        {
            var waits = Enumerable
                .Range(0, 100)
                .Select(_ => patience.WaitAsync(WorkAsync(), TimeSpan.FromHours(1), CancellationToken.None));
            Assert.Equal(100, (await Task.WhenAll(waits).DefaultTimeout()).Sum());
        }
    }

    [Fact]
    public async Task WaitAsync_MachineThatGetsBusyMeanwhile_WaitsOnlyTheBusyPartLonger()
    {
        var waiting = Patience.WaitAsync(new TaskCompletionSource<int>().Task, s_second * 2, CancellationToken.None);

        _time.Advance(s_second);
        _slowness = 2;
        _time.Advance(s_second);
        Assert.False(waiting.IsCompleted);
        _time.Advance(s_second);

        await Assert.ThrowsAsync<TimeoutException>(() => waiting.DefaultTimeout());
    }

    [Fact]
    public async Task WaitAsync_TaskThatFails_FailsAsItDid()
    {
        var own = new TimeoutException("its own");

        Assert.Same(own, await Assert.ThrowsAsync<TimeoutException>(() =>
            Patience.WaitAsync(Task.FromException<int>(own), s_second, CancellationToken.None)));
    }

    [Fact]
    public async Task WaitAsync_Stopped_EndsAtOnce()
    {
        using var stop = new CancellationTokenSource();
        var waiting = Patience.WaitAsync(new TaskCompletionSource<int>().Task, s_second, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.DefaultTimeout());
    }

    [Fact]
    public async Task RunAsync_WorkBeyondTheLimit_IsCancelledAndAwaited()
    {
        var cleaned = false;
        var running = Patience.RunAsync(
            async token =>
            {
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, token);
                }
                finally
                {
                    cleaned = true;
                }
                return 1;
            },
            s_second,
            CancellationToken.None
        );

        _time.Advance(s_second);

        await Assert.ThrowsAsync<TimeoutException>(() => running.DefaultTimeout());
        Assert.True(cleaned);
    }

    [Fact]
    public async Task RunAsync_CancelledByItsCaller_IsNoTimeOut()
    {
        using var stop = new CancellationTokenSource();
        var running = Patience.RunAsync(
            async token =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return 1;
            },
            s_second,
            stop.Token
        );

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.DefaultTimeout());
    }

    [Fact]
    public async Task DelayAsync_OnASlowMachine_GivesMoreTime()
    {
        _slowness = 2;
        var delay = Patience.DelayAsync(s_second, CancellationToken.None);

        _time.Advance(s_second);
        Assert.False(delay.IsCompleted);
        // Half of a second was left, and is given in full once more.
        _time.Advance(s_second / 2);
        Assert.False(delay.IsCompleted);
        _slowness = 1;
        _time.Advance(s_second / 4);

        await delay.DefaultTimeout();
    }

    [Theory]
    [InlineData("0.50 1.20 3.40 1/400 4242\n", 0.5)]
    [InlineData("20.10 19.00 18.00 21/700 4242\n", 10.5)]
    [InlineData("", 1)]
    [InlineData("what is this ? /", 1)]
    public void Slowness_OfALoad_IsHowManyWantEachProcessor(string load, double slowness) =>
        Assert.Equal(slowness, Patience.Slowness(load, processors: 2));
}
