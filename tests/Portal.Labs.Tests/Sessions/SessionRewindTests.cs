using System.Text;
using Portal.Clusters;
using Portal.Labs.Sessions;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

/// <summary>Going back to before a step.</summary>
public sealed class SessionRewindTests : SessionFixture
{
    [Fact]
    public async Task RunAsync_FirstOfASection_KeepsTheMomentBefore()
    {
        var session = await OpenAsync();
        Assert.Empty(session.Current.Checkpoints);

        await ExecuteAsync(session, "step-1/look", "echo 1");
        await ExecuteAsync(session, "step-2/make", "echo 2");
        await ExecuteAsync(session, "step-1/look", "echo 3");

        Assert.Equal(["step-1", "step-2"], session.Current.Checkpoints);
        Assert.Equal(["step-1", "step-2"], Provider.Checkpoints!.Names);
    }

    [Fact]
    public async Task RewindAsync_BySomebodyElse_GoesBackWithTheShellAndSaysWho()
    {
        Provider.Past = ClusterPast.Kept;
        var session = await OpenAsync();
        await ExecuteAsync(session, "step-1/look", "mkdir -p sub; cd sub; export A=kept; echo mine > file");
        await ExecuteAsync(session, "step-2/make", "echo 2");

        await session.RewindAsync("step-2", "Grace", CancellationToken.None).DefaultTimeout();

        Assert.Equal("step-2", Assert.Single(Provider.Checkpoints!.Back));
        Assert.Equal(0, Provider.Resets);
        Assert.Equal(1, Provider.Outstanding);
        await Until(session, s => s.Workspace.Phase == WorkspacePhase.Ready);
        var done = session.Current.Intervention!;
        Assert.Equal((InterventionKind.Rewound, "Grace", "step-2"), (done.Kind, done.By, done.SectionId));
        Assert.Equal(ClusterPhase.Ready, session.Current.Cluster.Phase);
        Assert.Equal("sub kept mine\n", await ExecuteAsync(session, "step-1/look", "echo ${PWD##*/} $A $(cat file)"));
        var screen = await ScreenAsync(session);
        Assert.Contains("went back to before \u201cMake\u201d: your files", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("Woke up", screen, StringComparison.Ordinal);

        await session.AcknowledgeAsync(CancellationToken.None);
        Assert.Null(session.Current.Intervention);
    }

    [Fact]
    public async Task RewindAsync_SomethingRuns_IsInterruptedAndWhatIsPassedStays()
    {
        Provider.Past = ClusterPast.Kept;
        var session = await OpenAsync();
        await ExecuteAsync(session, "step-1/look", null);
        var completed = session.Current.Sections["step-1"];
        Assert.Equal(SectionPhase.Completed, completed.Phase);
        await session.RunAsync("step-2/make", new RunOptions(Code: "sleep 1000"), CancellationToken.None);
        await session.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None);
        await Until(session, s => s.Runs.GetValueOrDefault("step-2/make")?.Phase == RunPhase.Running);

        await session.RewindAsync("step-1", null, CancellationToken.None).DefaultTimeout();

        Assert.Equal(RunPhase.Stopped, (await UntilRan(session, "step-2/make")).Phase);
        Assert.Empty(session.Current.Waiting);
        Assert.Equal(completed, session.Current.Sections["step-1"]);
        // Who does it themselves need not be told.
        Assert.Null(session.Current.Intervention);
        Assert.Equal(["step-1"], session.Current.Checkpoints);
    }

    [Fact]
    public async Task RewindAsync_NothingToGoBackTo_SaysWhyAndStopsNothing()
    {
        var session = await OpenAsync();
        await session.RunAsync("step-2/make", new RunOptions(Code: "sleep 1000"), CancellationToken.None);
        await Until(session, s => s.Runs.GetValueOrDefault("step-2/make")?.Phase == RunPhase.Running);

        var never = await Assert.ThrowsAsync<RunRefusedException>(() =>
            session.RewindAsync("step-1", "Grace", CancellationToken.None)
        );
        Provider.Checkpoints = null;
        var real = await Assert.ThrowsAsync<RunRefusedException>(() =>
            session.RewindAsync("step-2", "Grace", CancellationToken.None)
        );

        Assert.Contains("nothing to undo", never.Message, StringComparison.Ordinal);
        Assert.Contains("can only be reset", real.Message, StringComparison.Ordinal);
        Assert.Equal("step-2/make", session.Current.ActiveBlockId);
        Assert.Null(session.Current.Intervention);
        await session.StopAsync(CancellationToken.None).DefaultTimeout();
    }

    [Fact]
    public async Task ResetAsync_BySomebodyElse_SaysWho()
    {
        var session = await OpenAsync();

        await session.ResetAsync("Grace", CancellationToken.None).DefaultTimeout();

        var done = session.Current.Intervention!;
        Assert.Equal((InterventionKind.Reset, "Grace"), (done.Kind, done.By));
        await session.ResetAsync(CancellationToken.None).DefaultTimeout();
        Assert.Null(session.Current.Intervention);
    }

    private static async Task<string> ExecuteAsync(ILessonSession session, string block, string? code)
    {
        var before = session.Current.Runs.GetValueOrDefault(block)?.RunId;
        await session.RunAsync(block, new RunOptions(Code: code), CancellationToken.None);
        return string.Concat((await UntilRan(session, block, before)).Commands.Select(c => c.Output));
    }

    private static async Task<string> ScreenAsync(ILessonSession session)
    {
        await using var terminal = await session.AttachTerminalAsync(null, 120, 30, CancellationToken.None);
        await foreach (var data in terminal.Output) return Encoding.UTF8.GetString(data.Span);
        return "";
    }
}
