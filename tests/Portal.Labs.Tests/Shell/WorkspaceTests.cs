using Portal.Labs.Sessions;
using Portal.Labs.Shell;
using Portal.Labs.Shell.Isolation;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell;

public class WorkspaceTests : WorkspaceFixture
{
    [Fact]
    public async Task ExecuteAsync_Command_GivesItsOutputAndStatusOnly()
    {
        var (outcome, output) = await Execute("echo one; echo two >&2; (exit 3)");

        Assert.Equal(new CommandOutcome(RunPhase.Failed, 3), outcome);
        Assert.Equal("one\ntwo\n", output);
    }

    [Fact]
    public async Task ExecuteAsync_SeveralCommands_ShareDirectoryVariablesAndFunctions()
    {
        await Execute("cd /tmp; export A=1; declare -A map=([k]=v); f() { echo \"f $1\"; }");

        Assert.Equal("/tmp 1 v f x\n", await Output("echo $PWD $A ${map[k]} $(f x)"));
    }

    [Fact]
    public async Task ExecuteAsync_HeredocAndQuotes_ArriveUnchanged()
    {
        Assert.Equal("a 'b' \"c\" $x `y` \\ !z\n", await Output("cat <<'EOF'\na 'b' \"c\" $x `y` \\ !z\nEOF"));
    }

    [Fact]
    public async Task ExecuteAsync_SyntaxError_IsAFailureAndTheShellGoesOn()
    {
        var (outcome, output) = await Execute("echo 'a");

        Assert.Equal(RunPhase.Failed, outcome.Phase);
        Assert.Contains("unexpected EOF", output);
        Assert.Equal("still here\n", await Output("echo still here"));
    }

    [Fact]
    public async Task ExecuteAsync_Environment_HoldsWhatTheWorkspaceGivesAndNothingElse()
    {
        Environment.SetEnvironmentVariable("PORTAL_TEST_SECRET", "s3cret");

        var output = await Output("env; cat $KUBECONFIG; ls $LESSON_DIR $LESSON_DIR/manifests; pwd; kubectl version");

        Assert.DoesNotContain("s3cret", output);
        Assert.Contains("kind: Config", output);
        Assert.Contains("a.yaml", output);
        Assert.Contains("samples", output);
        Assert.Contains($"{Workspace.LessonDirectory}\nkubectl version", output);
        Assert.Contains($"HOME={Path.GetDirectoryName(Workspace.LessonDirectory)}\n", output);
    }

    [Theory]
    [InlineData("mkdir \"$(printf 'd\\377')\"; touch \"$(printf 'd\\377')/x\"")]
    [InlineData("d=$(printf 'd%.0s' {1..200}); for i in {1..30}; do mkdir $d; cd $d; done; cd ~")]
    public async Task Clear_NamesThatOnlyTheKernelTakes_LeavesNothing(string script)
    {
        await Output(script);
        await Workspace.DisposeAsync();

        WorkspaceFiles.Clear(Spec.Directory);

        Assert.Empty(Directory.EnumerateDirectories(Spec.Directory));
    }

    [Fact]
    public async Task ExecuteAsync_FakeMarkers_AreText()
    {
        var (outcome, output) = await Execute("printf '\\e]5170;0000;E;1;0\\a'; echo real; (exit 9)");

        Assert.Equal(9, outcome.ExitCode);
        Assert.Equal("real\n", output);
    }

    [Fact]
    public async Task ExecuteAsync_Stop_InterruptsAndKeepsTheShell()
    {
        using var stop = new CancellationTokenSource();
        await Execute("x=kept");

        var run = Workspace.ExecuteAsync("echo started; sleep 1000", TestTimeouts.Default, _ => stop.Cancel(), stop.Token);

        Assert.Equal(RunPhase.Stopped, (await run.DefaultTimeout()).Phase);
        Assert.Equal("kept\n", await Output("echo $x"));
    }

    [Fact]
    public async Task ExecuteAsync_TimeOutOfACommandThatIgnoresInterrupt_KillsItAndKeepsTheShell()
    {
        await Execute("x=kept");

        var (outcome, _) = await Execute("bash -c 'trap \"\" INT; while :; do sleep 1; done'", TimeSpan.FromMilliseconds(200));

        Assert.Equal(RunPhase.TimedOut, outcome.Phase);
        Assert.Equal("kept\n", await Output("echo $x"));
    }

    [Fact]
    public async Task ExecuteAsync_BackgroundJob_DoesNotHoldUpTheCommandAndIsListed()
    {
        Assert.Equal(RunPhase.Succeeded, (await Execute("sleep 1000 &")).Outcome.Phase);

        var job = Assert.Single(Workspace.Jobs);
        Assert.Equal((1, "sleep 1000", true), (job.Number, job.Command, job.Running));

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Workspace.JobsChanged += () =>
        {
            if (Workspace.Jobs.IsEmpty) ended.TrySetResult();
        };
        Workspace.StopJob(1);
        await ended.Task.DefaultTimeout();
    }

    [Fact]
    public async Task ExecuteAsync_Exit_StartsANewShell()
    {
        await using var terminal = Workspace.ScreenOf(null).Attach(80, 24);

        Assert.Equal(new CommandOutcome(RunPhase.Failed, null), (await Execute("exit 4")).Outcome);

        Assert.Equal("new\n", await Output("echo new"));
        await ReadUntil(terminal, "this is a new one");
    }

    [Fact]
    public async Task ExecuteAsync_HalfTypedLineInTheTerminal_DoesNotBecomePartOfTheCommand()
    {
        await using var terminal = Workspace.ScreenOf(null).Attach(80, 24);
        await terminal.WriteAsync("echo 'half\rtyped "u8.ToArray(), default);
        await ReadUntil(terminal, "typed");

        Assert.Equal("clean\n", await Output("echo clean"));
    }

    [Fact]
    public async Task AttachTerminal_LearnerTypes_SharesTheShellWithRuns()
    {
        await using var terminal = Workspace.ScreenOf(null).Attach(80, 24);
        await terminal.WriteAsync("typed=$((40+2)); echo is-$typed\r"u8.ToArray(), default);
        await ReadUntil(terminal, "is-42");

        Assert.Equal("42\n", await Output("echo $typed"));
    }

    [Fact]
    public async Task AttachTerminal_Late_ReplaysTheRecentPast()
    {
        await Execute("echo from-before");

        await using var terminal = Workspace.ScreenOf(null).Attach(80, 24);

        Assert.Contains("$\e[0m echo from-before", await ReadUntil(terminal, "\nfrom-before"));
    }

    [Fact]
    public async Task ResizeAsync_NewSize_IsSeenByPrograms()
    {
        await using var terminal = Workspace.ScreenOf(null).Attach(80, 24);
        await terminal.ResizeAsync(101, 33, default);

        Assert.Equal("33 101\n", await Output("stty size"));
    }

    [Fact]
    public async Task DisposeAsync_DetachedProcess_IsKilled()
    {
        var mark = $"{Random.Shared.Next(1_000_000, 9_000_000)}";
        await Output(
            $"setsid bash -c 'exec nohup sleep {mark} >/dev/null 2>&1' & until pgrep -f 'sleep {mark}' -x; do :; done"
        );
        Assert.True(Runs(mark));

        await Workspace.DisposeAsync();

        await Eventually.True(() => !Runs(mark));
    }

    /// <summary>Whether a process of this machine has the argument; one that was killed has none any more.</summary>
    private static bool Runs(string argument) =>
        Directory
            .EnumerateDirectories("/proc")
            .Any(d =>
            {
                try
                {
                    return File.ReadAllText(Path.Combine(d, "cmdline"))
                        .Contains($"sleep\0{argument}\0", StringComparison.Ordinal);
                }
                catch (IOException)
                {
                    return false;
                }
            });

    [Fact]
    public async Task CreateAsync_DirectoryThatCannotBeMade_SaysWhatToDo()
    {
        var spec = Spec with { Directory = "/proc/nowhere" };

        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            Workspace.CreateAsync(spec, Isolation, Guarded, TimeProvider.System, CancellationToken.None)
        );

        Assert.Contains("Portal:Labs:WorkspacesDirectory", error.Remedy);
    }
}

/// <summary>The same where nothing is kept apart.</summary>
public sealed class ProcessWorkspaceTests : WorkspaceTests
{
    internal override IWorkspaceIsolation Isolation { get; } = new ProcessIsolation();
}
