using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portal.Labs.Sessions;
using Portal.Labs.Shell;
using Portal.Labs.Shell.Isolation;
using Portal.Shared;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell.Isolation;

/// <summary>A home that gets too full, seen when it is measured.</summary>
public sealed class HomeLimitTests : WorkspaceFixture
{
    private static readonly TimeSpan s_longEnough = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly List<string?> _told = [];
    private Workspace _workspace = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var limits = new WorkspaceLimits { Home = 2, Files = 300 };
        _workspace = await Workspace
            .CreateAsync(
                Spec with { Directory = Path.Combine(Root, "small"), Limits = limits },
                Isolation,
                new Guarded("test", NullLogger.Instance, _time),
                _time,
                CancellationToken.None)
            .DefaultTimeout();
        _workspace.HomeChanged += _told.Add;
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _workspace.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Home_GrowsBeyondItsLimit_WhatRunsIsStoppedAndTheLearnerToldWhatToDelete()
    {
        await using var shown = _workspace.ScreenOf(null).Attach(80, 24);

        var outcome = await OverfillAsync("for i in 1 2 3; do head -c 1000000 /dev/zero > big$i; done");

        Assert.NotEqual(RunPhase.Succeeded, outcome.Phase);
        var words = Assert.Single(_told);
        Assert.Contains("holds 2.9 MiB of 2 MiB", words, StringComparison.Ordinal);
        Assert.Contains("lesson/big1 (1 MiB)", words, StringComparison.Ordinal);
        Assert.Contains("rm", words, StringComparison.Ordinal);
        await ReadUntil(shown, "Your home is full");
    }

    [Fact]
    public async Task Home_Full_CanOnlyBeTidiedUpAndThenUsedAgain()
    {
        await OverfillAsync("for i in 1 2 3; do head -c 1000000 /dev/zero > big$i; done");

        Assert.Contains("File too large", await OutputAsync("echo more > more"), StringComparison.Ordinal);
        Assert.Contains("File too large", await OutputAsync("cat big1 >> big2"), StringComparison.Ordinal);
        await OutputAsync("rm big*");
        await MeasureAsync();
        Assert.Equal(2, _told.Count);
        Assert.Null(_told[1]);

        Assert.Equal("more\n", await OutputAsync("echo more > more && cat more"));
    }

    [Fact]
    public async Task Home_ManyFiles_IsFullToo()
    {
        await OverfillAsync("mkdir many; touch many/{1..400}");

        Assert.Contains("more than 300 files", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Home_FullAndFilledOnWithEmptyFiles_IsStoppedAgain()
    {
        await OverfillAsync("mkdir many; touch many/{1..400}");
        await OverfillAsync("touch many/{1..2000}");
        await OverfillAsync("touch many/{1..5000}");

        Assert.Equal(3, _told.Count);
    }

    [Fact]
    public async Task Home_FilledByAProgramThatHides_IsMeasuredTooAndTheProgramEnded()
    {
        await OutputAsync(
            "(setsid sh -c 'for i in 1 2 3; do head -c 1000000 /dev/zero > .hidden$i; done; touch done; exec sleep 5000' &) ; until [ -e done ]; do :; done"
        );

        await MeasureAsync();

        Assert.Contains(".hidden1", Assert.Single(_told), StringComparison.Ordinal);
        Assert.Equal("none\n", await OutputAsync("pgrep -f 'sleep 5000' || echo none"));
    }

    [Fact]
    public async Task Home_FilledByAShellBesideWithoutAProgram_IsMeasuredTooAndThatShellEnded()
    {
        var terminal = await _workspace.Sides.OpenAsync(CancellationToken.None).DefaultTimeout();
        await using var side = _workspace.ScreenOf(terminal.Id).Attach(80, 24);
        const string Script =
            "echo be''gun; until [ -e go ]; do :; done; for i in 1 2 3; do printf %1000000s x > side$i; done; "
            + "echo fil''led; while :; do :; done\r";
        await side.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Script), CancellationToken.None);
        await ReadUntil(side, "begun");
        _time.Advance(s_longEnough);
        Assert.Empty(_told);

        // Not by the main shell: who runs something there has the home measured.
        await File.WriteAllTextAsync(Path.Combine(Root, "small", "home", "lesson", "go"), "");
        await ReadUntil(side, "filled");
        await MeasureAsync();

        Assert.Contains("side1", Assert.Single(_told), StringComparison.Ordinal);
        await Eventually.True(() => _workspace.Sides.Terminals.IsEmpty);
    }

    /// <summary>Runs until what is to fill the home is done, and measures.</summary>
    private async Task<CommandOutcome> OverfillAsync(string script)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = _workspace.ExecuteAsync(
            script + "; echo done; sleep 5000",
            TestTimeouts.Default,
            _ => done.TrySetResult(),
            CancellationToken.None);
        await done.Task.DefaultTimeout();
        _time.Advance(s_longEnough);
        return await running.DefaultTimeout();
    }

    /// <summary>Until there is another shell.</summary>
    private async Task MeasureAsync()
    {
        var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _workspace.ShellChanged += _ => next.TrySetResult();
        _time.Advance(s_longEnough);
        await next.Task.DefaultTimeout();
    }

    private async Task<string> OutputAsync(string command)
    {
        var output = new OutputText(100_000);
        await _workspace
            .ExecuteAsync(command, TestTimeouts.Default, t => output.Append(t), CancellationToken.None)
            .DefaultTimeout();
        return output.ToString();
    }
}
