using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Portal.Sandbox.Tests.Api;
using Portal.Shared;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Shared;

public sealed class GuardedTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CapturingLogger _log = new();

    private Guarded New() => new("cluster a", _log, _time);

    [Fact]
    public void Invoke_WorkThatThrows_IsLoggedWithOwnerAndName()
    {
        Assert.False(New().Invoke("push", () => throw new InvalidOperationException("broken")));

        Assert.Contains("push of cluster a failed.", Assert.Single(_log.Entries), StringComparison.Ordinal);
    }

    [Fact]
    public void Invoke_WithALoggerThatThrows_StillEndsHere() =>
        Assert.False(
            new Guarded("cluster a", new BrokenLogger(), _time).Invoke(
                "push",
                () => throw new InvalidOperationException("broken")
            )
        );

    [Fact]
    public void Timer_CallbackThatFails_IsCalledAgainUntilItGoesThrough()
    {
        var calls = 0;
        using var timer = New()
            .Timer(
                "push",
                () =>
                {
                    if (++calls < 3)
                        throw new InvalidOperationException("broken");
                },
                TimeSpan.FromSeconds(1),
                Timeout.InfiniteTimeSpan
            );

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, calls);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, calls);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, calls);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(3, calls);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, calls);
    }

    [Fact]
    public void Timer_WithAPeriod_GoesOnAfterAFailure()
    {
        var calls = 0;
        using var timer = New()
            .Timer(
                "sweep",
                () =>
                {
                    calls++;
                    throw new InvalidOperationException("broken");
                },
                TimeSpan.FromSeconds(1),
                TimeSpan.FromSeconds(1)
            );

        for (var i = 0; i < 3; i++) _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task Start_WorkThatThrows_CompletesAndIsLogged()
    {
        await New().Start("probe", () => Task.FromException(new InvalidOperationException("broken")));

        Assert.Single(_log.Entries);
    }

    [Fact]
    public async Task Keep_WorkThatFails_BeginsAgainLater()
    {
        var calls = 0;
        var failures = 0;
        var done = New()
            .Keep(
                "grader",
                _ => ++calls < 3 ? Task.FromException(new InvalidOperationException("broken")) : Task.CompletedTask,
                CancellationToken.None,
                _ => failures++
            );

        await Eventually.True(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            return done.IsCompleted;
        });

        Assert.Equal((3, 2), (calls, failures));
    }

    [Fact]
    public async Task Keep_Cancelled_CompletesWithoutAFault()
    {
        using var stop = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var done = New().Keep("grader", async ct =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
        }, stop.Token);
        await begun.Task;

        await stop.CancelAsync();
        await done;

        Assert.Empty(_log.Entries);
    }

    [Fact]
    public void Entering_ThatThrows_FailsTheWorkAsItsOwnFaultWould()
    {
        var ran = false;
        var guarded = new Guarded("cluster a", _log, _time)
        {
            Entering = name => throw new InvalidOperationException(name),
        };

        Assert.False(guarded.Invoke("push", () => ran = true));
        Assert.False(ran);
    }

    private sealed class BrokenLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => throw new IOException("the disk is full");
    }
}
