using Portal.Labs.Sessions;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

/// <summary>A store that fails, blocks or is away for a while costs a learner nothing but the wait.</summary>
public sealed class SessionStoreTests : SessionFixture
{
    private static readonly IOException s_away = new("The database is away.");

    [Fact]
    public async Task RunAsync_StoreFails_ShowsTheRunAsWhatItWasAndNotSavedUntilItIs()
    {
        var session = await OpenAsync();
        Recorder.Failure = s_away;

        await session.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None);
        var late = await Until(session, s => s.UnsavedBlocks.Contains("step-1/look") && s.ActiveBlockId is null);
        Assert.Equal(
            (RunPhase.Succeeded, SectionPhase.Completed),
            (late.Runs["step-1/look"].Phase, late.Sections["step-1"].Phase)
        );
        Assert.Equal(TroubleKind.Saving, Assert.Single(late.Troubles).Kind);
        Assert.DoesNotContain(s_away.Message, late.Troubles[0].Message, StringComparison.Ordinal);

        Recorder.Release();
        await Until(session, s => s.UnsavedBlocks.IsEmpty && s.Troubles.IsEmpty);
        Assert.Equal(
            (RunPhase.Succeeded, SectionPhase.Completed),
            (Recorder.Runs["step-1/look"].Phase, Recorder.Sections["step-1"].Phase)
        );
    }

    [Fact]
    public async Task Checks_StoreFails_GoOnAndAreSavedInOrderAfterwards()
    {
        var session = await OpenAsync();
        await Until(session, s => s.Checks["thing"].Message is not null);
        Recorder.Failure = s_away;

        await AddNamespaceAsync("shop");
        await Until(session, s => s.Checks["thing"].IsPassed && s.UnsavedChecks.Contains("thing"));
        Server.Send(Namespaces, "DELETED", "{'metadata':{'name':'shop','resourceVersion':'8'}}");
        await Until(session, s => s.Checks["thing"].Phase == CheckPhase.BrokenAgain);

        Recorder.Release();
        await Until(session, s => s.UnsavedChecks.IsEmpty && s.Troubles.IsEmpty);
        Assert.Equal(CheckPhase.BrokenAgain, Recorder.Checks["thing"].Phase);
        Assert.Equal(2, Recorder.Stored.Count(id => id == "thing"));
    }

    [Fact]
    public async Task ResetAsync_StoreFailed_GivesTheLabBack()
    {
        var session = await OpenAsync();
        Recorder.Failure = s_away;
        await AddNamespaceAsync("shop");
        await Until(session, s => s.Checks["thing"].IsPassed);

        await session.ResetAsync(CancellationToken.None).DefaultTimeout();

        Assert.Equal((2, 1), (Provider.Leased, Provider.Outstanding));
    }

    [Fact]
    public async Task StoreThatNeverAnswers_RunStopResetAndClose_DoNotWaitForIt()
    {
        var session = await OpenAsync();
        Recorder.Block();
        await session.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None);
        await Until(
            session,
            s => s.Runs.TryGetValue("step-1/look", out var r) && r.Commands.All(c => c.Phase == RunPhase.Succeeded)
        );

        await session.StopAsync(CancellationToken.None).DefaultTimeout();
        Assert.Equal(RunPhase.Succeeded, session.Current.Runs["step-1/look"].Phase);
        Assert.Contains("step-1/look", session.Current.UnsavedBlocks);

        await session.RunAsync("step-2/make", RunOptions.WholeBlock, CancellationToken.None);
        Assert.Equal(RunPhase.Succeeded, (await UntilRan(session, "step-2/make")).Phase);
        await session.ResetAsync(CancellationToken.None).DefaultTimeout();
        await Sessions.CloseAsync(Key, CancellationToken.None).DefaultTimeout();
        Assert.Equal(0, Provider.Outstanding);
    }

    [Fact]
    public async Task CloseAsync_ResultsNotSaved_AreSavedLaterAndTheNextSessionHasThem()
    {
        var session = await OpenAsync();
        Recorder.Failure = s_away;
        await session.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None);
        await Until(session, s => s.UnsavedBlocks.Contains("step-1/look") && s.ActiveBlockId is null);
        await Sessions.CloseAsync(Key, CancellationToken.None).DefaultTimeout();

        var again = await Sessions.OpenAsync(Key, CancellationToken.None);
        var loading = await Until(again, s => !s.Troubles.IsEmpty);
        Assert.Contains(loading.Troubles, t => t.Kind is TroubleKind.Loading or TroubleKind.Saving);
        Recorder.Release();

        var loaded = await Until(again, s => s.Workspace.Phase == WorkspacePhase.Ready && s.Troubles.IsEmpty);
        Assert.Equal(
            (RunPhase.Succeeded, SectionPhase.Completed),
            (loaded.Runs["step-1/look"].Phase, loaded.Sections["step-1"].Phase)
        );
    }

    [Fact]
    public async Task OpenAsync_StoreCannotBeRead_SaysSoAndGoesOnWhenItCan()
    {
        Recorder.Failure = s_away;
        Provider.Ready.SetResult();
        var session = await OpenAsync(ready: false);
        Assert.Equal(TroubleKind.Loading, (await Until(session, s => !s.Troubles.IsEmpty)).Troubles[0].Kind);

        Recorder.Release();

        Assert.Empty((await Until(session, s => s.Workspace.Phase == WorkspacePhase.Ready)).Troubles);
    }

    [Fact]
    public async Task DisposeAsync_ResultsNotSaved_TriesOnceMore()
    {
        var session = await OpenAsync();
        Recorder.Failure = s_away;
        await session.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None);
        await Until(session, s => s.UnsavedBlocks.Contains("step-1/look") && s.ActiveBlockId is null);
        Recorder.Failure = null;

        await Sessions.DisposeAsync().AsTask().DefaultTimeout();

        Assert.Equal(RunPhase.Succeeded, Recorder.Runs["step-1/look"].Phase);
    }

    [Theory]
    [InlineData("grading", TroubleKind.Grading)]
    [InlineData("cluster summary", TroubleKind.Summary)]
    public async Task GuardedWork_Fails_SaysThatItIsLateAndCatchesUp(string work, TroubleKind kind)
    {
        var broken = true;
        Entering = (_, name) =>
        {
            if (name == work && Volatile.Read(ref broken)) throw new InvalidOperationException("injected");
        };
        Provider.Ready.SetResult();
        var session = await OpenAsync(ready: false);
        var late = await Until(session, s => s.Troubles.Any(t => t.Kind == kind));
        Assert.DoesNotContain("injected", late.Troubles[0].Message, StringComparison.Ordinal);
        await AddNamespaceAsync("shop");

        Volatile.Write(ref broken, false);

        var caughtUp = await Until(session, s => s.Troubles.IsEmpty && s.Checks["thing"].IsPassed && s.Summary.Synced);
        Assert.Equal(3, caughtUp.PointsEarned);
    }
}
