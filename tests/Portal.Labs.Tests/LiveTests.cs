using Microsoft.Extensions.Time.Testing;
using Portal.Shared;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests;

public sealed class LiveTests
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private readonly FakeTimeProvider _time = new();
    private readonly Live<string> _live;

    public LiveTests() => _live = new Live<string>("0", _time);

    [Fact]
    public async Task WatchAsync_AfterAPause_GivesAFewAtOnceAndThenOneAnInterval()
    {
        using var end = new CancellationTokenSource();
        await using var watch = _live.WatchAsync(s_interval, end.Token).GetAsyncEnumerator();
        var seen = 0;
        Task<bool> next;
        while ((next = NextAsync(watch, ++seen)).IsCompleted) await next;

        // The seventh was the last that came at once.
        Assert.Equal(8, seen);
        _time.Advance(s_interval);
        Assert.True(await next.DefaultTimeout());
        Assert.Equal("8", watch.Current);
        var late = NextAsync(watch, 9);
        Assert.False(late.IsCompleted);

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);
    }

    [Fact]
    public async Task WatchAsync_ManyChangesInAnInterval_GivesTheNewest()
    {
        await using var watch = _live.WatchAsync(s_interval, CancellationToken.None).GetAsyncEnumerator();
        await watch.MoveNextAsync();

        for (var i = 1; i <= 100; i++) _live.Update(_ => $"{i}");

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("100", watch.Current);
    }

    [Fact]
    public async Task WatchAsync_Completed_GivesTheLastValueAndEnds()
    {
        await using var watch = _live.WatchAsync(s_interval, CancellationToken.None).GetAsyncEnumerator();
        await watch.MoveNextAsync();
        _live.Update(_ => "last");
        _live.Complete();

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("last", watch.Current);
        Assert.False(await watch.MoveNextAsync());
    }

    private Task<bool> NextAsync(IAsyncEnumerator<string> watch, int value)
    {
        _live.Update(_ => $"{value}");
        return watch.MoveNextAsync().AsTask();
    }
}
