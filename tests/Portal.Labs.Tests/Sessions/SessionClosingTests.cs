using Portal.Clusters;
using Portal.Labs.Sessions;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

/// <summary>A session ends completely, and nothing of it begins after that.</summary>
public sealed class SessionClosingTests : SessionFixture
{
    [Fact]
    public async Task OpenAsync_WhileTheSessionCloses_WaitsAndGetsANewOne()
    {
        var first = await OpenAsync();
        var hold = Provider.Hold("return");
        var closing = Sessions.CloseAsync(Key, CancellationToken.None);

        var opening = Sessions.OpenAsync(Key, CancellationToken.None);
        await Eventually.True(() => Sessions.Find(Key) is null);
        Assert.Equal((false, false, 1), (closing.IsCompleted, opening.IsCompleted, Provider.Outstanding));

        hold.SetResult();
        Provider.Holds.Clear();
        await closing.DefaultTimeout();
        var second = await opening.DefaultTimeout();
        await Until(second, s => s.Workspace.Phase == WorkspacePhase.Ready);
        await second.RunAsync("step-1/look", new RunOptions(Code: "echo alive"), CancellationToken.None);

        Assert.NotSame(first, second);
        Assert.Equal(ClusterPhase.Gone, first.Current.Cluster.Phase);
        Assert.Equal("alive\n", (await UntilRan(second, "step-1/look")).Commands[0].Output);
    }

    [Fact]
    public async Task CloseAsync_DuringAResetThatDoesNotHear_EndsAndNothingIsLeasedAfterwards()
    {
        var session = await OpenAsync();
        var hold = Provider.Hold("reset");
        var reset = session.ResetAsync(CancellationToken.None);
        await Eventually.True(() => Provider.Resets == 1);

        await Sessions.CloseAsync(Key, CancellationToken.None).DefaultTimeout();
        hold.SetResult();

        await Assert.ThrowsAsync<RunRefusedException>(() => reset);
        Assert.Equal((1, 0), (Provider.Leased, Provider.Outstanding));
        await Assert.ThrowsAsync<RunRefusedException>(() => session.ResetAsync(CancellationToken.None));
    }

    [Fact]
    public async Task CloseAsync_DuringALeaseThatDoesNotHear_EndsAndTheLateLeaseIsGivenBack()
    {
        var hold = Provider.Hold("lease");
        Provider.Ready.SetResult();
        var session = await OpenAsync(ready: false);
        await Until(session, s => !s.Cluster.Progress.IsEmpty);

        await Sessions.CloseAsync(Key, CancellationToken.None).DefaultTimeout();
        Assert.Null(Sessions.Find(Key));
        hold.SetResult();

        await Eventually.True(() => Provider.Leased == 1 && Provider.Outstanding == 0);
    }

    [Fact]
    public async Task ResetAsync_PageGoesAwayMeanwhile_LeavesTheSessionWithACluster()
    {
        var session = await OpenAsync();
        using var page = new CancellationTokenSource();
        var hold = Provider.Hold("reset");
        var reset = session.ResetAsync(page.Token);
        await Eventually.True(() => Provider.Resets == 1);

        await page.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reset);
        hold.SetResult();

        await Until(session, s => s is { Cluster.Phase: ClusterPhase.Ready, Workspace.Phase: WorkspacePhase.Ready });
    }

    [Fact]
    public async Task CloseAsync_PartThatFails_DoesNotKeepTheOthersFromEnding()
    {
        var session = await OpenAsync();
        var other = await OpenAsync(key: Key with { LearnerId = "bob" });
        await using var terminal = await session.AttachTerminalAsync(null, 80, 24, CancellationToken.None);
        await using var another = await other.AttachTerminalAsync(null, 80, 24, CancellationToken.None);
        Provider.ReturnFailure = new InvalidOperationException("injected");

        await Sessions.DisposeAsync().AsTask().DefaultTimeout();

        // Their shells have ended, or these would not.
        await foreach (var _ in terminal.Output) { }
        await foreach (var _ in another.Output) { }
        Assert.Equal(
            (ClusterPhase.Gone, ClusterPhase.Gone, 0),
            (session.Current.Cluster.Phase, other.Current.Cluster.Phase, Provider.Outstanding)
        );
    }

    [Fact]
    public async Task CloseAsync_RunUnderWay_StopsIt()
    {
        var session = await OpenAsync();
        await session.RunAsync("step-1/look", new RunOptions(Code: "sleep 1000"), CancellationToken.None);
        await session.RunAsync("step-2/make", RunOptions.WholeBlock, CancellationToken.None);
        await Until(session, s => s.Runs.ContainsKey("step-1/look"));

        await Sessions.CloseAsync(Key, CancellationToken.None).DefaultTimeout();

        Assert.Equal(RunPhase.Stopped, session.Current.Runs["step-1/look"].Phase);
        Assert.False(session.Current.Runs.ContainsKey("step-2/make"));
    }

    [Fact]
    public async Task RunAsync_ShellThatCannotStartAgain_SaysSoUntilItCan()
    {
        var session = await OpenAsync();
        Isolation.Program = "/nowhere/bash";

        await session.RunAsync("step-1/look", new RunOptions(Code: "exit"), CancellationToken.None);
        var failed = await Until(session, s => s.Workspace.Phase == WorkspacePhase.Failed);
        Assert.Contains("cannot be started again", failed.Workspace.Message);
        Assert.Contains("Reset", failed.Workspace.Remedy);
        await Assert.ThrowsAsync<RunRefusedException>(() =>
            session.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None)
        );

        Isolation.Program = null;
        await Until(session, s => s.Workspace.Phase == WorkspacePhase.Ready);
    }

    [Fact]
    public async Task RunAsync_WorkThatNeverBegins_IsShownAsFailedAndTheNextOneRuns()
    {
        var session = await OpenAsync();
        var failures = 0;
        Entering = (_, work) =>
        {
            if (work == "run" && Interlocked.Increment(ref failures) == 1)
                throw new InvalidOperationException("injected");
        };

        await session.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None);
        var first = await UntilRan(session, "step-1/look");
        Assert.Equal(RunPhase.Failed, first.Phase);

        await session.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None);
        Assert.Equal(RunPhase.Succeeded, (await UntilRan(session, "step-1/look", after: first.RunId)).Phase);
    }
}
