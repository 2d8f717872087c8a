using System.Diagnostics;
using Portal.Sandbox.Api;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Api;

public sealed class WatchTurnsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Take_WhileAnotherHasTheTurn_WaitsForItsEnd()
    {
        var turns = new WatchTurns(cores: 1);
        var first = await turns.TakeAsync(Token);
        var second = turns.TakeAsync(Token).AsTask();
        Assert.False(second.IsCompleted);

        first.Dispose();

        (await second.DefaultTimeout()).Dispose();
    }

    [Fact]
    public async Task Take_WhoeverGivesUp_LeavesTheLine()
    {
        var turns = new WatchTurns(cores: 1);
        using var leaving = new CancellationTokenSource();
        var first = await turns.TakeAsync(Token);
        var gone = turns.TakeAsync(leaving.Token).AsTask();

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        first.Dispose();

        (await turns.TakeAsync(Token).AsTask().DefaultTimeout()).Dispose();
    }

    [Fact]
    public async Task Take_BeyondTheProcessorTime_WaitsUntilItIsPaidFor()
    {
        // Ten milliseconds of a thousandth of a core are ten seconds.
        var turns = new WatchTurns(cores: 0.001);
        using (await turns.TakeAsync(Token))
        {
            var begun = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(begun) < TimeSpan.FromMilliseconds(10)) Thread.SpinWait(100);
        }
        using var leaving = new CancellationTokenSource();
        var next = turns.TakeAsync(leaving.Token).AsTask();
        Assert.False(next.IsCompleted);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }
}
