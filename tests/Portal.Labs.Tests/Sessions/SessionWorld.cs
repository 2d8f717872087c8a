using Portal.Clusters;
using Portal.Labs.Sessions;
using Portal.Labs.Shell;
using Portal.Labs.Shell.Pty;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

/// <summary>What can happen to a session, and around it.</summary>
internal enum SessionStep
{
    Open,
    OpenAndWait,
    Run,
    RunLong,
    Stop,
    Reset,
    Close,
    Answer,
    Check,
    Type,
    Delete,
    LeaseFails,
    LeaseHangs,
    ResetFails,
    ReturnFails,
    StoreFails,
    StoreHangs,
    WorkspaceFails,
    ShellCannotStart,
    KillShell,
    GuardedWorkFails,
    Heal,
}

/// <summary>One process's sessions with everything that can fail around them.</summary>
internal sealed class SessionWorld : SessionFixture
{
    private readonly List<Task> _underWay = [];
    private readonly HashSet<LessonSessionKey> _used = [];
    private int _failures;

    protected override TimeProvider Time { get; } = new HastyTime();

    public static LessonSessionKey KeyOf(int learner) => Key with { LearnerId = $"learner-{learner}" };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Provider.Ready.SetResult();
    }

    public async Task DoAsync(LessonSessionKey key, SessionStep step)
    {
        var session = Sessions.Find(key);
        switch (step)
        {
            case SessionStep.Open:
                Begin(OpenSessionAsync(key));
                break;
            case SessionStep.OpenAndWait:
                await WaitAsync(key);
                break;
            case SessionStep.Run:
                Begin(() => session?.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None));
                break;
            case SessionStep.RunLong:
                Begin(() =>
                    session?.RunAsync(
                        "step-2/make",
                        new RunOptions(Code: "sleep 1000 & sleep 1000"),
                        CancellationToken.None
                    )
                );
                break;
            case SessionStep.Stop:
                Begin(() => session?.StopAsync(CancellationToken.None));
                break;
            case SessionStep.Reset:
                Begin(() => session?.ResetAsync(CancellationToken.None));
                break;
            case SessionStep.Close:
                Begin(() => Sessions.CloseAsync(key, CancellationToken.None));
                break;
            case SessionStep.Answer:
                Begin(() => session?.AnswerAsync("question", "right", CancellationToken.None));
                break;
            case SessionStep.Check:
                Begin(() => session?.CheckAsync(null, CancellationToken.None));
                break;
            case SessionStep.Type:
                Begin(() => session is null ? null : TypeAsync(session));
                break;
            case SessionStep.Delete:
                Begin(() => Sessions.DeleteAsync(key, CancellationToken.None));
                break;
            case SessionStep.LeaseFails:
                Provider.Failure = new InvalidOperationException("injected");
                break;
            case SessionStep.LeaseHangs:
                Provider.Hold("lease");
                break;
            case SessionStep.ResetFails:
                Provider.ResetFailure = new ClusterUnavailableException("injected", "");
                break;
            case SessionStep.ReturnFails:
                Provider.ReturnFailure = new IOException("injected");
                break;
            case SessionStep.StoreFails:
                Recorder.Failure = new IOException("injected");
                break;
            case SessionStep.StoreHangs:
                Recorder.Block();
                break;
            case SessionStep.WorkspaceFails:
                Isolation.Problem = new WorkspaceException("injected", "");
                break;
            case SessionStep.ShellCannotStart:
                Isolation.Program = "/nowhere/bash";
                break;
            case SessionStep.KillShell:
                ProcessTree.KillByVariable(
                    WorkspaceFiles.LessonVariable,
                    Path.Combine(Factory.WorkspaceDirectory(key), "home", key.LessonId)
                );
                break;
            // Every third piece of guarded work, whichever comes, never begins.
            case SessionStep.GuardedWorkFails:
                Entering = (_, _) =>
                {
                    if (Interlocked.Increment(ref _failures) % 3 == 0)
                        throw new InvalidOperationException("injected");
                };
                break;
            default:
                Heal();
                break;
        }
    }

    /// <summary>Everything works again, and what was asked has come to its end.</summary>
    public async Task SettleAsync()
    {
        Heal();
        foreach (var session in _used.Select(Sessions.Find).OfType<ILessonSession>())
            Begin(() => session.StopAsync(CancellationToken.None));
        await Task.WhenAll(_underWay).DefaultTimeout();
    }

    /// <summary>What is shown as done is stored as what it was.</summary>
    public async Task CheckResultsAsync()
    {
        foreach (var session in _used.Select(Sessions.Find).OfType<ILessonSession>())
        {
            await Eventually.True(() =>
                session.Current is { UnsavedBlocks.IsEmpty: true, UnsavedChecks.IsEmpty: true, ActiveBlockId: null }
            );
            if (
                session.Current.Runs.GetValueOrDefault("step-1/look") is
                { RunId: not "recorded", Commands: not [{ Output: ['T', 'h', 'e', ' ', ..] }] } run
            )
            {
                Assert.Equal(run.Phase, Recorder.RunsOf(session.Key)["step-1/look"].Phase);
            }
        }
    }

    public async Task EndAsync()
    {
        await Task.WhenAll(_used.Select(k => Sessions.DeleteAsync(k, CancellationToken.None))).DefaultTimeout();
        Assert.All(_used, k => Assert.Null(Sessions.Find(k)));
        await Eventually.True(() => Provider.Outstanding == 0);
        await Sessions.DisposeAsync().AsTask().DefaultTimeout();
        await Eventually.True(() => Server.Watching == 0);
        Assert.Empty(Provider.Existing);
        Assert.Empty(
            Directory.Exists(Factory.WorkspacesRoot)
                ? Directory.EnumerateFileSystemEntries(Factory.WorkspacesRoot)
                : []
        );
        Assert.Equal(0, Provider.Outstanding);
    }

    private void Heal()
    {
        Entering = null;
        Provider.Failure = Provider.ResetFailure = Provider.ReturnFailure = null;
        Provider.Release();
        Recorder.Release();
        Isolation.Problem = null;
        Isolation.Program = null;
    }

    private Task<ILessonSession> OpenSessionAsync(LessonSessionKey key)
    {
        _used.Add(key);
        return Sessions.OpenAsync(key, CancellationToken.None);
    }

    /// <summary>Until the session is ready, or cannot be for now.</summary>
    private async Task WaitAsync(LessonSessionKey key)
    {
        if (
            Provider.Holds.ContainsKey("lease")
            || Recorder.Failure is not null
            || Recorder.Hold is not null
            || Entering is not null
        )
        {
            Begin(OpenSessionAsync(key));
            return;
        }
        var opening = OpenSessionAsync(key);
        if (await Task.WhenAny(opening, Task.Delay(1000)) != opening)
        {
            Begin(opening);
            return;
        }
        await Until(
            await opening,
            s =>
                s.Workspace.Phase != WorkspacePhase.Starting
                || s.Cluster.Phase is not (ClusterPhase.Starting or ClusterPhase.Ready)
        );
    }

    private static async Task TypeAsync(ILessonSession session)
    {
        await using var terminal = await session.AttachTerminalAsync(null, 80, 24, CancellationToken.None);
        for (var i = 0; i < 64; i++) await terminal.WriteAsync(new byte[8192], CancellationToken.None);
        await terminal.WriteAsync("\u0003exit\r"u8.ToArray(), CancellationToken.None);
    }

    private void Begin(Func<Task?> ask)
    {
        try
        {
            if (ask() is { } asked) Begin(asked);
        }
        catch (RunRefusedException)
        {
            // Not now, in words.
        }
    }

    private void Begin(Task asked) => _underWay.Add(IgnoringRefusalsAsync(asked));

    private static async Task IgnoringRefusalsAsync(Task asked)
    {
        try
        {
            await asked;
        }
        catch (Exception e) when (e is RunRefusedException or ClusterUnavailableException)
        {
            // In words, for the learner.
        }
    }
}
