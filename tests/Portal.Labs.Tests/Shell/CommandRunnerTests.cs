using Portal.Labs.Sessions;
using Portal.Labs.Shell;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell;

public sealed class CommandRunnerTests : WorkspaceFixture
{
    private readonly List<RunSnapshot> _reports = [];

    private async Task<RunSnapshot> Run(bool continueOnError, TimeSpan timeout, params string[] commands) =>
        await new CommandRunner(TimeProvider.System).RunAsync(
            Workspace,
            new RunRequest("r", "b", [.. commands.Select((c, i) => (i, c))], timeout, continueOnError, Edited: false),
            _reports.Add,
            CancellationToken.None).DefaultTimeout();

    [Fact]
    public async Task RunAsync_FailingCommand_StopsTheRun()
    {
        var run = await Run(false, TestTimeouts.Default, "echo a", "(exit 2)", "echo c");

        Assert.Equal(RunPhase.Failed, run.Phase);
        Assert.Equal([RunPhase.Succeeded, RunPhase.Failed, RunPhase.Waiting], run.Commands.Select(c => c.Phase));
        Assert.Equal([0, 2, null], run.Commands.Select(c => c.ExitCode));
        Assert.Equal(["a\n", "", ""], run.Commands.Select(c => c.Output));
    }

    [Fact]
    public async Task RunAsync_ContinueOnError_RunsTheRest()
    {
        var run = await Run(true, TestTimeouts.Default, "(exit 2)", "echo c");

        Assert.Equal(RunPhase.Succeeded, run.Phase);
        Assert.Equal([RunPhase.Failed, RunPhase.Succeeded], run.Commands.Select(c => c.Phase));
    }

    [Fact]
    public async Task RunAsync_TimeOut_EndsTheRun()
    {
        var run = await Run(true, TimeSpan.FromMilliseconds(200), "sleep 1000", "echo c");

        Assert.Equal([RunPhase.TimedOut, RunPhase.Waiting], run.Commands.Select(c => c.Phase));
        Assert.Equal(RunPhase.TimedOut, run.Phase);
    }

    [Fact]
    public async Task RunAsync_OutputWhileRunning_IsReportedBeforeTheEnd()
    {
        await Run(false, TestTimeouts.Default, "echo early; sleep 0.5; echo late");

        Assert.Contains(_reports, r => r.Commands[0] is { Phase: RunPhase.Running, Output: "early\n" });
        Assert.Equal("early\nlate\n", _reports[^1].Commands[0].Output);
    }

    [Theory]
    [InlineData(true, new[] { true, false, true, false })]
    [InlineData(false, new[] { true, false })]
    public async Task RunAsync_AskedForJustNow_ComesFirstUntilItShowsSomething(bool atOnce, bool[] favored)
    {
        var isolation = new SwitchedIsolation();
        await using var workspace = await Workspace
            .CreateAsync(
                Spec with { Directory = Path.Combine(Root, "other") },
                isolation,
                Guarded,
                TimeProvider.System,
                CancellationToken.None
            )
            .DefaultTimeout();

        await new CommandRunner(TimeProvider.System)
            .RunAsync(
                workspace,
                new RunRequest(
                    "r",
                    "b",
                    [(0, "true"), (1, "echo a; echo b")],
                    TestTimeouts.Default,
                    ContinueOnError: false,
                    Edited: false,
                    atOnce
                ),
                _ => { },
                CancellationToken.None
            )
            .DefaultTimeout();

        // The first two are those of the shell's start.
        Assert.Equal(favored, isolation.Favored);
    }

    [Fact]
    public async Task RunAsync_HugeOutput_IsBounded()
    {
        var run = await Run(false, TestTimeouts.Default, "seq 1 300000", "echo end");

        Assert.True(run.Commands.Sum(c => c.Output.Length) <= 1024 * 1024);
        Assert.True(run.Commands[0].Dropped > 0);
        Assert.EndsWith("300000\n", run.Commands[0].Output);
        Assert.Equal("end\n", run.Commands[1].Output);
    }
}
