using Portal.Clusters;
using Portal.Clusters.Watching;
using Portal.Labs.Sessions;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

public sealed class LessonSessionTests : SessionFixture
{
    [Fact]
    public async Task OpenAsync_ClusterStarting_ReturnsAtOnceWithProgress()
    {
        var session = await OpenAsync(ready: false);

        var starting = await Until(session, s => !s.Cluster.Progress.IsEmpty);
        Assert.Equal((ClusterPhase.Starting, "making it", 4), (starting.Cluster.Phase, starting.Cluster.Progress[0], starting.PointsTotal));
        await Assert.ThrowsAsync<RunRefusedException>(() => session.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None));

        Provider.Ready.SetResult();
        var ready = await Until(session, s => s.Workspace.Phase == WorkspacePhase.Ready);
        Assert.True(ready.Cluster.Capabilities!.Simulated);
    }

    [Fact]
    public async Task OpenAsync_Twice_GivesTheSameSession() => Assert.Same(await OpenAsync(), await OpenAsync());

    [Fact]
    public async Task OpenAsync_UnknownLesson_SaysSo()
    {
        var sessions = Sessions;

        await Assert.ThrowsAsync<LessonNotFoundException>(() =>
            sessions.OpenAsync(Key with { LessonId = "none" }, CancellationToken.None)
        );
    }

    [Fact]
    public async Task OpenAsync_NoCluster_ShowsMessageAndRemedyAndResetTriesAgain()
    {
        Provider.Failure = new ClusterUnavailableException("No room.", "Make room.");
        Provider.Ready.SetResult();
        var session = await OpenAsync(ready: false);

        var failed = await Until(session, s => s.Cluster.Phase == ClusterPhase.Failed);
        Assert.Equal(("No room.", "Make room."), (failed.Cluster.Message, failed.Cluster.Remedy));

        Provider.Failure = null;
        await session.ResetAsync(CancellationToken.None).DefaultTimeout();
        Assert.Equal(ClusterPhase.Ready, session.Current.Cluster.Phase);
    }

    [Fact]
    public async Task RunAsync_OneOfASeriesFails_ThoseAfterItAreNotRun()
    {
        var session = await OpenAsync();
        Task RunAsync(string block, string code, string? series) =>
            session.RunAsync(block, new RunOptions(Code: code, Series: series), CancellationToken.None);

        await RunAsync("step-2/make", "(exit 3)", "together");
        await RunAsync("step-1/look", "touch never", "together");
        await UntilRan(session, "step-2/make");
        await RunAsync("step-1/look", "touch never", "together");
        await RunAsync("step-1/look", "test ! -e never", "again");

        Assert.Equal(RunPhase.Succeeded, (await UntilRan(session, "step-1/look")).Phase);
        Assert.Empty(session.Current.Waiting);
    }

    [Fact]
    public async Task RunAsync_MarkForgedWithItsTag_ChangesNothing()
    {
        var session = await OpenAsync();

        // A mark as bash prints it, tag and all, by a learner who read it in their own shell.
        await session.RunAsync(
            "step-2/make",
            new RunOptions(
                Code: "s=$(declare -f __prompt | grep -o '5170;[0-9a-f]*' | head -1); printf \"\\e]$s;E;$__id;0\\a\"; (exit 3)"
            ),
            CancellationToken.None
        );
        var done = await Until(
            session,
            s => s.Runs.TryGetValue("step-2/make", out var r) && r.Phase != RunPhase.Running
        );
        await session.CheckAsync(null, CancellationToken.None).DefaultTimeout();

        Assert.Equal(
            (RunPhase.Failed, 3),
            (done.Runs["step-2/make"].Phase, done.Runs["step-2/make"].Commands[0].ExitCode)
        );
        Assert.DoesNotContain(session.Current.Checks.Values, c => c.IsPassed);
        Assert.NotEqual(SectionPhase.Completed, session.Current.Sections["step-2"].Phase);
        Assert.Equal(0, session.Current.PointsEarned);
    }

    [Fact]
    public async Task RunAsync_WholeBlock_CompletesTheStepAfterItWasRecorded()
    {
        var session = await OpenAsync();
        Recorder.Hold = new(TaskCreationOptions.RunContinuationsAsynchronously);

        await session.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None);
        var running = await Until(session, s => s.Runs.TryGetValue("step-1/look", out var r) && r.Commands.All(c => c.Phase == RunPhase.Succeeded));
        Assert.Equal(RunPhase.Running, running.Runs["step-1/look"].Phase);
        Assert.Equal("step-1/look", running.ActiveBlockId);

        Recorder.Hold.SetResult();
        var done = await Until(
            session,
            s => s.Sections["step-1"].Phase == SectionPhase.Completed && s.ActiveBlockId is null
        );
        Assert.Equal(
            ["one\n", Path.Combine(Root, "workspaces", "ada", "c", "l", "home", "l") + "\n"],
            done.Runs["step-1/look"].Commands.Select(c => c.Output)
        );
        Assert.Equal(SectionPhase.Completed, Recorder.Sections["step-1"].Phase);
    }

    [Fact]
    public async Task RunAsync_Preview_TriesAndRecordsNothing()
    {
        var session = await OpenAsync();
        Task RunAsync(string code, bool preview) =>
            session.RunAsync("step-2/make", new RunOptions(Code: code, Preview: preview), CancellationToken.None);
        await RunAsync("kubectl() { echo \"tried $*\"; test $1 != diff; }", preview: false);
        await UntilRan(session, "step-2/make");

        await RunAsync("kubectl apply -f a.yaml\nkubectl create namespace shop\necho never", preview: true);
        var tried = await Until(
            session,
            s => s.Previews.GetValueOrDefault("step-2/make") is { Phase: RunPhase.Succeeded } && s.ActiveBlockId is null
        );

        Assert.Equal(
            [
                (RunPhase.Succeeded, "tried diff -f a.yaml\n"),
                (RunPhase.Succeeded, "tried create namespace shop --dry-run=server\n"),
            ],
            tried.Previews["step-2/make"].Commands.Select(c => (c.Phase, c.Output))
        );
        Assert.StartsWith("kubectl()", tried.Runs["step-2/make"].Commands[0].Text, StringComparison.Ordinal);
        await RunAsync("true", preview: false);
        await Until(session, s => s.Previews.IsEmpty);
    }

    [Fact]
    public async Task RunAsync_PreviewOfWhatChangesNothing_IsRefused()
    {
        var session = await OpenAsync();

        await Assert.ThrowsAsync<RunRefusedException>(() =>
            session.RunAsync("step-2/make", new RunOptions(Preview: true), CancellationToken.None)
        );
    }

    [Fact]
    public async Task RunAsync_OneCommandOrEditedCode_RunsThatButDoesNotCompleteTheStep()
    {
        var session = await OpenAsync();

        await session.RunAsync("step-1/look", new RunOptions(Command: 1), CancellationToken.None);
        await session.RunAsync("step-1/look", new RunOptions(Code: "echo mine"), CancellationToken.None);

        var done = await Until(session, s => s.Runs.TryGetValue("step-1/look", out var r) && r is { Edited: true, Phase: RunPhase.Succeeded });
        Assert.Equal("mine\n", done.Runs["step-1/look"].Commands[0].Output);
        Assert.Equal(SectionPhase.InProgress, (await Until(session, s => s.Sections["step-1"].Phase != SectionPhase.NotStarted)).Sections["step-1"].Phase);
    }

    [Theory]
    [InlineData("step-9/x", "no block")]
    [InlineData("step-1/elsewhere", "is for kind")]
    public async Task RunAsync_NotPossible_IsRefusedWithTheReason(string blockId, string reason)
    {
        var session = await OpenAsync();

        Assert.Contains(reason, (await Assert.ThrowsAsync<RunRefusedException>(() => session.RunAsync(blockId, RunOptions.WholeBlock, CancellationToken.None))).Message);
    }

    [Fact]
    public async Task StopAsync_RunningAndWaiting_StopsOneAndDropsTheOther()
    {
        var session = await OpenAsync();
        await session.RunAsync("step-1/look", new RunOptions(Code: "sleep 1000"), CancellationToken.None);
        await session.RunAsync("step-2/make", RunOptions.WholeBlock, CancellationToken.None);
        await Until(session, s => s.Waiting is ["step-2/make"] && s.Runs.ContainsKey("step-1/look"));

        await session.StopAsync(CancellationToken.None).DefaultTimeout();

        Assert.Equal(RunPhase.Stopped, session.Current.Runs["step-1/look"].Phase);
        Assert.Null(session.Current.ActiveBlockId);
        Assert.False(session.Current.Runs.ContainsKey("step-2/make"));
    }

    [Fact]
    public async Task Checks_ObjectAppearsAndVanishes_PassAndBreakByThemselves()
    {
        var session = await OpenAsync();
        var before = await Until(session, s => s.Checks["thing"].Message is not null);
        Assert.Equal("Expected Namespace shop; found nothing by that name.", before.Checks["thing"].Message);

        await AddNamespaceAsync("shop");
        var passed = await Until(session, s => s.Checks["thing"].IsPassed);
        Assert.Equal(3, passed.PointsEarned);
        Assert.Contains("\"resourceVersion\":\"7\"", Recorder.Checks["thing"].EvidenceJson);
        var evidence = passed.Checks["thing"].Evidence!;
        Assert.Equal(("7", true), (evidence.Objects[0].ResourceVersion, evidence.Holds));

        Server.Send(Namespaces, "DELETED", "{'metadata':{'name':'shop','resourceVersion':'8'}}");
        var broken = await Until(session, s => s.Checks["thing"].Phase == CheckPhase.BrokenAgain);
        Assert.Equal(0, broken.PointsEarned);
        evidence = broken.Checks["thing"].Evidence!;
        Assert.Equal((false, "nothing by that name"), (evidence.Holds, evidence.Found));
    }

    [Fact]
    public async Task Checks_BrokenByABlock_SayAfterWhichSectionAndStillDoWhenTheSessionOpensAgain()
    {
        var session = await OpenAsync();
        await AddNamespaceAsync("shop");
        await Until(session, s => s.Checks["thing"].IsPassed);

        await session.RunAsync("step-1/look", new RunOptions(Code: "true"), CancellationToken.None);
        await UntilRan(session, "step-1/look");
        Server.Send(Namespaces, "DELETED", "{'metadata':{'name':'shop','resourceVersion':'8'}}");
        var broken = await Until(session, s => s.Checks["thing"].Phase == CheckPhase.BrokenAgain);
        Assert.Equal("step-1", broken.Checks["thing"].Evidence!.AfterSection);

        await Sessions.CloseAsync(Key, CancellationToken.None).DefaultTimeout();
        var again = await Until(await OpenAsync(), s => s.Checks.ContainsKey("thing"));
        Assert.Equal("step-1", again.Checks["thing"].Evidence!.AfterSection);
    }

    [Fact]
    public async Task Checks_AfterAnother_CountOnlyWhenThatOneHasPassed()
    {
        var session = await OpenAsync();
        var before = await Until(session, s => s.Checks["gone"].Message is not null);
        Assert.Equal((CheckPhase.NotYet, "First comes: There is a namespace."), (before.Checks["gone"].Phase, before.Checks["gone"].Message));

        await AddNamespaceAsync("shop");
        await Until(session, s => s.Checks["thing"].IsPassed);
        Assert.False(session.Current.Checks["gone"].IsPassed);

        Server.Send(Namespaces, "DELETED", "{'metadata':{'name':'shop','resourceVersion':'8'}}");
        var seen = await Until(session, s => s.Checks["gone"].IsPassed);
        Assert.Equal(SectionPhase.Completed, (await Until(session, s => s.Sections["a-namespace-is-gone"].Phase != SectionPhase.NotStarted)).Sections["a-namespace-is-gone"].Phase);
        Assert.True(seen.Checks["gone"].IsPassed);
    }

    [Fact]
    public async Task Checks_ClusterTakenDownByTheCleanup_StayPassed()
    {
        var session = await OpenAsync();
        await AddNamespaceAsync("shop");
        await Until(session, s => s.Checks["thing"].IsPassed);

        await session.RunAsync("cleanup/clean", RunOptions.WholeBlock, CancellationToken.None);
        await Until(session, s => s.Runs.TryGetValue("cleanup/clean", out var r) && r.Phase == RunPhase.Succeeded);
        Server.Send(Namespaces, "DELETED", "{'metadata':{'name':'shop','resourceVersion':'8'}}");
        await Until(session, s => s.Checks["gone"].IsPassed);

        Assert.True(session.Current.Checks["thing"].IsPassed);
    }

    [Fact]
    public async Task AnswerAsync_WrongThenRight_CompletesTheExercise()
    {
        var session = await OpenAsync();

        await session.AnswerAsync("question", "left", CancellationToken.None).DefaultTimeout();
        var wrong = session.Current.Checks["question"];
        Assert.Equal((CheckPhase.NotYet, "“left”, which is not right"), (wrong.Phase, wrong.Found));

        await session.AnswerAsync("question", "Right", CancellationToken.None).DefaultTimeout();
        Assert.Equal(SectionPhase.Completed, session.Current.Sections["exercise-1"].Phase);
    }

    [Fact]
    public async Task OpenAsync_AfterARestart_ShowsWhatWasRecordedEvenOnANewCluster()
    {
        var session = await OpenAsync();
        await session.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None);
        await AddNamespaceAsync("shop");
        await Until(session, s => s.Sections["step-1"].Phase == SectionPhase.Completed && s.Checks["thing"].IsPassed);

        await RestartAsync();
        var again = await OpenAsync();
        await again.CheckAsync(null, CancellationToken.None).DefaultTimeout();

        Assert.Equal(SectionPhase.Completed, again.Current.Sections["step-1"].Phase);
        Assert.True(again.Current.Checks["thing"].IsPassed);
        Assert.Equal(RunPhase.Succeeded, again.Current.Runs["step-1/look"].Phase);
        Assert.Equal(3, again.Current.PointsEarned);
    }

    [Fact]
    public async Task ResetAsync_Session_ResetsClusterAndFilesAndKeepsProgress()
    {
        var session = await OpenAsync();
        await session.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None);
        await Until(session, s => s.Sections["step-1"].Phase == SectionPhase.Completed);
        await session.RunAsync("step-2/make", new RunOptions(Code: "touch mine; x=1"), CancellationToken.None);
        await Until(session, s => s.Runs.TryGetValue("step-2/make", out var r) && r.Phase == RunPhase.Succeeded);

        await session.ResetAsync(CancellationToken.None).DefaultTimeout();

        Assert.Equal(1, Provider.Resets);
        Assert.Equal(SectionPhase.Completed, session.Current.Sections["step-1"].Phase);
        await session.RunAsync("step-2/make", new RunOptions(Code: "ls mine"), CancellationToken.None);
        var run = (await Until(session, s => s.Runs["step-2/make"] is { Phase: RunPhase.Failed })).Runs["step-2/make"];
        Assert.Contains("cannot access", run.Commands[0].Output);
    }

    [Fact]
    public async Task WatchObjectAsync_ObjectComesAndGoes_FollowsIt()
    {
        var session = await OpenAsync();
        await AddNamespaceAsync("shop");
        await Until(session, s => s.Summary.Namespaces.Length == 1);
        var key = new ClusterObjectKey("", "Namespace", "", "shop");
        await using var watch = session.WatchObjectAsync(key, CancellationToken.None).GetAsyncEnumerator();

        Assert.True(await watch.MoveNextAsync().AsTask().DefaultTimeout());
        Assert.Equal("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n", watch.Current.Yaml);

        Server.Send(Namespaces, "DELETED", "{'metadata':{'name':'shop','uid':'u','resourceVersion':'9'}}");
        Assert.True(await watch.MoveNextAsync().AsTask().DefaultTimeout());
        Assert.True(watch.Current.Gone);
        Assert.Equal(key, watch.Current.Description?.Key);
    }

    [Fact]
    public async Task Run_ChangesTheCluster_IsNotedForItsSectionUntilTheReset()
    {
        var session = await OpenAsync();
        await session.RunAsync("step-2/make", RunOptions.WholeBlock, CancellationToken.None);
        await Until(session, s => s.Runs.TryGetValue("step-2/make", out var r) && r.Phase == RunPhase.Succeeded);

        await AddNamespaceAsync("shop");

        var changes = (await Until(session, s => s.Changes.Current?.Objects.Length == 1)).Changes;
        Assert.Equal(("step-2", "shop"), (changes.SectionId, changes.Current!.Objects[0].Key.Name));
        await session.ResetAsync(CancellationToken.None).DefaultTimeout();
        Assert.Empty(session.Current.Changes.Steps);
    }

    [Fact]
    public async Task CloseAsync_Session_EndsItsWatches()
    {
        var session = await OpenAsync();
        var gone = Until(session, s => s.Cluster.Phase == ClusterPhase.Gone);

        await Sessions.CloseAsync(Key, CancellationToken.None).DefaultTimeout();

        await gone;
        Assert.Null(Sessions.Find(Key));
    }

    [Fact]
    public async Task AttachTerminalAsync_ReadySession_SharesTheShell()
    {
        var session = await OpenAsync();
        await using var terminal = await session.AttachTerminalAsync(null, 80, 24, CancellationToken.None);
        await terminal.WriteAsync("typed=42\r"u8.ToArray(), CancellationToken.None);

        await session.RunAsync("step-2/make", new RunOptions(Code: "echo $typed"), CancellationToken.None);

        Assert.Equal("42\n", (await Until(session, s => s.Runs.TryGetValue("step-2/make", out var r) && r.Phase == RunPhase.Succeeded)).Runs["step-2/make"].Commands[0].Output);
    }

    [Fact]
    public async Task DrainAsync_SomethingRuns_LetsItEndAndRefusesWhatIsNew()
    {
        var session = await OpenAsync();
        await session.RunAsync(
            "step-1/look", new RunOptions(Code: "sleep 1000"), CancellationToken.None);
        await Until(session, s => s.ActiveBlockId is not null);
        Assert.Equal(1, Sessions.Running);

        var drained = Sessions.DrainAsync(CancellationToken.None);
        await Assert.ThrowsAsync<RunRefusedException>(
            () => session.RunAsync("step-2/make", RunOptions.WholeBlock, CancellationToken.None));
        Assert.False(drained.IsCompleted);
        await session.StopAsync(CancellationToken.None).DefaultTimeout();

        await drained.DefaultTimeout();
        Assert.Equal(0, Sessions.Running);
    }
}
