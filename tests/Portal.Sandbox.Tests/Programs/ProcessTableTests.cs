using Portal.Sandbox.Programs.Budgets;
using Portal.Sandbox.Programs.Shell;
using Xunit;

namespace Portal.Sandbox.Tests.Programs;

/// <summary>A signal to all in the foreground, and processes that are just being started meanwhile.</summary>
public sealed class ProcessTableTests(ShellFixture shell) : IClassFixture<ShellFixture>, IDisposable
{
    private readonly ProcessSession _session = new(shell.NewContainer(), TestContext.Current.CancellationToken);

    public void Dispose()
    {
        _session.Kill(outOfMemory: false);
        foreach (var process in Table.All) process.Dispose();
        _session.Dispose();
    }

    private ProcessTable Table => _session.Run.Processes;

    [Fact]
    public void SignalForeground_EndsAllButTheBackground()
    {
        var (first, second, background) = (Start(), Start(), Start());
        background.IsBackground = true;

        Table.SignalForeground(_session, Signals.Interrupt);

        Assert.Equal([2, 2, 0], new[] { first, second, background }.Select(p => p.FatalSignal));
    }

    [Fact]
    public void Child_StartedWhileItsParentIsSignalled_GetsTheSignal()
    {
        var parent = Start();
        ContainerProcess? child = null;
        parent.Handler = _ =>
        {
            child ??= Start(parent);
            return false;
        };

        Table.SignalForeground(_session, Signals.Interrupt);

        Assert.Equal(Signals.Interrupt, child?.FatalSignal);
    }

    [Fact]
    public void Child_OfOneThatHandlesTheSignal_IsLeftAlone()
    {
        var parent = Start();
        ContainerProcess? child = null;
        parent.Handler = _ =>
        {
            child ??= Start(parent);
            return true;
        };

        Table.SignalForeground(_session, Signals.Interrupt);

        Assert.Equal(0, child?.FatalSignal);
    }

    [Fact]
    public void Parent_ThatASignalHasEnded_StartsNoChild()
    {
        var parent = Start();
        parent.Signal(Signals.Interrupt);

        Assert.ThrowsAny<OperationCanceledException>(() => Start(parent));

        Assert.Equal([parent], Table.All);
    }

    [Fact]
    public void Shell_WhoseTurnWasInterrupted_StartsNoChildUntilTheNextTurn()
    {
        var interactive = Start();
        interactive.BeginTurns();
        interactive.InterruptTurn();

        Assert.ThrowsAny<OperationCanceledException>(() => Start(interactive));

        interactive.BeginTurn();
        Assert.Equal(interactive.Pid, Start(interactive).ParentPid);
    }

    private ContainerProcess Start(ContainerProcess? parent = null) => new(_session, parent, "test");
}
