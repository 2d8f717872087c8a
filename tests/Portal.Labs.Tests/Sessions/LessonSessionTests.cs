using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Clusters;
using Portal.Labs.Sessions;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

public sealed class LessonSessionTests : IAsyncLifetime
{
    private const string LessonText = """
        # A lesson

        ### Step 1: Look

        ```bash {name=look}
        echo one
        echo $LESSON_DIR
        ```

        ```bash {name=elsewhere on=kind}
        false
        ```

        ### Step 2: Make

        ```bash {name=make}
        echo make
        ```

        ```checks
        - id: thing
          title: There is a namespace
          points: 3
          resource: { apiVersion: v1, kind: Namespace, name: shop }
          hint: Make it.
        ```

        ### Exercise 1: Answer

        ```checks
        - id: question
          title: A question
          answer: { question: "Which?", accept: [right] }
          hint: Not the left one.
        ```

        ## Troubleshooting

        ### A namespace is gone

        ```checks
        - id: gone
          title: It was gone
          once: true
          after: thing
          points: 0
          resource: { apiVersion: v1, kind: Namespace, name: shop, absent: true }
          hint: Delete it.
        ```

        ## Cleanup

        ```bash {name=clean}
        echo clean
        ```
        """;

    private const string Namespaces = "api/v1/namespaces";
    private static readonly LessonSessionKey s_key = new("ada", "c", "l");

    private readonly TempDirectory _directory = new();
    private readonly FakeProgressRecorder _recorder = new();
    private FakeApiServer _server = null!;
    private FakeClusterProvider _provider = null!;
    private ServiceProvider _services = null!;

    public async ValueTask InitializeAsync()
    {
        _directory.Write("content/c/l/lesson.md", LessonText);
        var kubectl = _directory.Write("tools/kubectl", "#!/bin/sh\necho kubectl\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(kubectl, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _server = await FakeApiServer.StartAsync();
        _provider = new FakeClusterProvider(_server.Kubeconfig) { ToolsDirectory = Path.Combine(_directory.Path, "tools") };
        _services = NewServices();
    }

    public async ValueTask DisposeAsync()
    {
        _recorder.Hold?.TrySetResult();
        await _services.DisposeAsync();
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    private ServiceProvider NewServices()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton<IProgressRecorder>(_recorder);
        services.AddSingleton<IClusterProvider>(_provider);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Portal:Content:Root", Path.Combine(_directory.Path, "content")),
            new("Portal:Labs:WorkspacesDirectory", Path.Combine(_directory.Path, "workspaces")),
        ]).Build());
        services.AddPortalLabs();
        services.RemoveAll<IClusterProvider>();
        services.AddSingleton<IClusterProvider>(_provider);
        return services.BuildServiceProvider();
    }

    private async Task<ILessonSession> OpenAsync(bool ready = true)
    {
        if (ready) _provider.Ready.TrySetResult();
        var session = await _services.GetRequiredService<ILessonSessions>().OpenAsync(s_key, CancellationToken.None);
        if (ready) await Until(session, s => s.Workspace.Phase == WorkspacePhase.Ready && s.Summary.Synced);
        return session;
    }

    private static async Task<SessionSnapshot> Until(ILessonSession session, Func<SessionSnapshot, bool> condition)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        try
        {
            await foreach (var snapshot in session.WatchAsync(limit.Token))
            {
                if (condition(snapshot)) return snapshot;
            }
        }
        catch (OperationCanceledException)
        {
            // Reported below with the state that it hangs in.
        }
        throw new InvalidOperationException($"Not reached: {session.Current}; cluster {session.Current.Cluster}; workspace {session.Current.Workspace}; checks {string.Join(' ', session.Current.Checks.Values)}");
    }

    private async Task AddNamespaceAsync(string name)
    {
        await Eventually.True(() => _server.Watches.ContainsKey(Namespaces));
        _server.Send(Namespaces, "ADDED", $"{{'metadata':{{'name':'{name}','resourceVersion':'7','uid':'u'}}}}");
    }

    [Fact]
    public async Task OpenAsync_ClusterStarting_ReturnsAtOnceWithProgress()
    {
        var session = await OpenAsync(ready: false);

        var starting = await Until(session, s => !s.Cluster.Progress.IsEmpty);
        Assert.Equal((ClusterPhase.Starting, "making it", 4), (starting.Cluster.Phase, starting.Cluster.Progress[0], starting.PointsTotal));
        await Assert.ThrowsAsync<RunRefusedException>(() => session.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None));

        _provider.Ready.SetResult();
        var ready = await Until(session, s => s.Workspace.Phase == WorkspacePhase.Ready);
        Assert.True(ready.Cluster.Capabilities!.Simulated);
    }

    [Fact]
    public async Task OpenAsync_Twice_GivesTheSameSession() => Assert.Same(await OpenAsync(), await OpenAsync());

    [Fact]
    public async Task OpenAsync_UnknownLesson_SaysSo()
    {
        var sessions = _services.GetRequiredService<ILessonSessions>();

        await Assert.ThrowsAsync<LessonNotFoundException>(() => sessions.OpenAsync(s_key with { LessonId = "none" }, CancellationToken.None));
    }

    [Fact]
    public async Task OpenAsync_NoCluster_ShowsMessageAndRemedyAndResetTriesAgain()
    {
        _provider.Failure = new ClusterUnavailableException("No room.", "Make room.");
        _provider.Ready.SetResult();
        var session = await OpenAsync(ready: false);

        var failed = await Until(session, s => s.Cluster.Phase == ClusterPhase.Failed);
        Assert.Equal(("No room.", "Make room."), (failed.Cluster.Message, failed.Cluster.Remedy));

        _provider.Failure = null;
        await session.ResetAsync(CancellationToken.None).DefaultTimeout();
        Assert.Equal(ClusterPhase.Ready, session.Current.Cluster.Phase);
    }

    [Fact]
    public async Task RunAsync_WholeBlock_CompletesTheStepAfterItWasRecorded()
    {
        var session = await OpenAsync();
        _recorder.Hold = new(TaskCreationOptions.RunContinuationsAsynchronously);

        await session.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None);
        var running = await Until(session, s => s.Runs.TryGetValue("step-1/look", out var r) && r.Commands.All(c => c.Phase == RunPhase.Succeeded));
        Assert.Equal(RunPhase.Running, running.Runs["step-1/look"].Phase);
        Assert.Equal("step-1/look", running.ActiveBlockId);

        _recorder.Hold.SetResult();
        var done = await Until(session, s => s.Sections["step-1"].Phase == SectionPhase.Completed && s.ActiveBlockId is null);
        Assert.Equal(["one\n", Path.Combine(_directory.Path, "workspaces", "ada", "c", "l", "home", "l") + "\n"], done.Runs["step-1/look"].Commands.Select(c => c.Output));
        Assert.Equal(SectionPhase.Completed, _recorder.Sections["step-1"].Phase);
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
        Assert.Contains("\"resourceVersion\":\"7\"", _recorder.Checks["thing"].EvidenceJson);

        _server.Send(Namespaces, "DELETED", "{'metadata':{'name':'shop','resourceVersion':'8'}}");
        var broken = await Until(session, s => s.Checks["thing"].Phase == CheckPhase.BrokenAgain);
        Assert.Equal(0, broken.PointsEarned);
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

        _server.Send(Namespaces, "DELETED", "{'metadata':{'name':'shop','resourceVersion':'8'}}");
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
        _server.Send(Namespaces, "DELETED", "{'metadata':{'name':'shop','resourceVersion':'8'}}");
        await Until(session, s => s.Checks["gone"].IsPassed);

        Assert.True(session.Current.Checks["thing"].IsPassed);
    }

    [Fact]
    public async Task AnswerAsync_WrongThenRight_CompletesTheExercise()
    {
        var session = await OpenAsync();

        await session.AnswerAsync("question", "left", CancellationToken.None).DefaultTimeout();
        Assert.Equal((CheckPhase.NotYet, "'left' is not it"), (session.Current.Checks["question"].Phase, session.Current.Checks["question"].Found));

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

        await _services.DisposeAsync();
        _services = NewServices();
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

        Assert.Equal(1, _provider.Resets);
        Assert.Equal(SectionPhase.Completed, session.Current.Sections["step-1"].Phase);
        await session.RunAsync("step-2/make", new RunOptions(Code: "ls mine"), CancellationToken.None);
        var run = (await Until(session, s => s.Runs["step-2/make"] is { Phase: RunPhase.Failed })).Runs["step-2/make"];
        Assert.Contains("cannot access", run.Commands[0].Output);
    }

    [Fact]
    public async Task GetObjectYaml_KnownObject_IsYaml()
    {
        var session = await OpenAsync();
        await AddNamespaceAsync("shop");
        var row = (await Until(session, s => s.Summary.Namespaces.Length == 1)).Summary.Namespaces[0];

        Assert.Equal("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  resourceVersion: \"7\"\n  uid: u\n", session.GetObjectYaml(new("", "Namespace", "", row.Name)));
        Assert.Null(session.GetObjectYaml(new("", "Namespace", "", "none")));
    }

    [Fact]
    public async Task CloseAsync_Session_EndsItsWatches()
    {
        var session = await OpenAsync();
        var gone = Until(session, s => s.Cluster.Phase == ClusterPhase.Gone);

        await _services.GetRequiredService<ILessonSessions>().CloseAsync(s_key, CancellationToken.None).DefaultTimeout();

        await gone;
        Assert.Null(_services.GetRequiredService<ILessonSessions>().Find(s_key));
    }

    [Fact]
    public async Task AttachTerminalAsync_ReadySession_SharesTheShell()
    {
        var session = await OpenAsync();
        await using var terminal = await session.AttachTerminalAsync(80, 24, CancellationToken.None);
        await terminal.WriteAsync("typed=42\r"u8.ToArray(), CancellationToken.None);

        await session.RunAsync("step-2/make", new RunOptions(Code: "echo $typed"), CancellationToken.None);

        Assert.Equal("42\n", (await Until(session, s => s.Runs.TryGetValue("step-2/make", out var r) && r.Phase == RunPhase.Succeeded)).Runs["step-2/make"].Commands[0].Output);
    }
}
