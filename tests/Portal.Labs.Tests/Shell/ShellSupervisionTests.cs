using Portal.Labs.Sessions;
using Portal.Labs.Shell;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell;

/// <summary>A shell that ended and cannot be started again.</summary>
public sealed class ShellSupervisionTests : WorkspaceFixture
{
    [Theory]
    [InlineData("/nowhere/bash")]
    [InlineData("/bin/false")]
    public async Task SuperviseAsync_ShellCannotStart_SaysSoAndTriesUntilItCan(string program)
    {
        var isolation = new SwitchedIsolation();
        var spec = Spec with { Directory = Path.Combine(Root, "other") };
        await using var workspace = await Workspace
            .CreateAsync(spec, isolation, Guarded, TimeProvider.System, CancellationToken.None)
            .DefaultTimeout();
        var failed = new TaskCompletionSource<WorkspaceException>(TaskCreationOptions.RunContinuationsAsynchronously);
        var recovered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        workspace.ShellChanged += e =>
        {
            if (e is not null) failed.TrySetResult(e);
            else if (failed.Task.IsCompleted) recovered.TrySetResult();
        };
        isolation.Program = program;

        await workspace.ExecuteAsync("exit", TestTimeouts.Default, _ => { }, CancellationToken.None).DefaultTimeout();
        Assert.Contains("Reset", (await failed.Task.DefaultTimeout()).Remedy, StringComparison.Ordinal);
        using var stop = new CancellationTokenSource();
        var run = workspace.ExecuteAsync("echo waits", TestTimeouts.Default, _ => { }, stop.Token);
        await stop.CancelAsync();
        Assert.Equal(RunPhase.Stopped, (await run.DefaultTimeout()).Phase);

        isolation.Program = null;
        await recovered.Task.DefaultTimeout();
        Assert.Equal(
            RunPhase.Succeeded,
            (
                await workspace
                    .ExecuteAsync("true", TestTimeouts.Default, _ => { }, CancellationToken.None)
                    .DefaultTimeout()
            ).Phase
        );
    }
}
