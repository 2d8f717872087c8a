namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class TimeoutCommand : IShellCommand
{
    private const int Terminated = 143;

    public IReadOnlyList<string> Names => ["timeout"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("+s:k:t:");
        var operands = options.Value('t') is { } old ? [old, .. options.Operands] : options.Operands;
        if (operands.Count < 2)
            throw CommandOptions.Usage(context, "missing operand");
        var seconds =
            SleepCommand.Seconds(operands[0]) ?? throw new CommandException($"invalid number '{operands[0]}'");
        var signal = options.Value('s') is { } name ? Signals.Number(name) : Signals.Terminate;
        if (signal < 0) throw new CommandException($"unknown signal '{options.Value('s')}'");
        var command = operands.Skip(1).ToList();
        var child = new Budgets.ContainerProcess(context.Process.Session, context.Process, string.Join(' ', command));
        var running = ProcessRunner.RunAsync(
            child,
            ShellPath.Name(command[0]),
            () => ShellLauncher.RunProgramAsync(child, command, context.Environment, "timeout")
        );
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.Token);
        var waiting = Task.Delay(
            TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(20).TotalSeconds)),
            context.Time,
            limit.Token
        );
        var ended = await Task.WhenAny(running, waiting).ConfigureAwait(false) == running;
        await limit.CancelAsync().ConfigureAwait(false);
        if (ended) return await running.ConfigureAwait(false);
        child.Signal(signal);
        context.Token.ThrowIfCancellationRequested();
        await running.WaitAsync(context.Token).ConfigureAwait(false);
        if (Signals.Death(signal) is { } text) await context.SayAsync(text + "\n").ConfigureAwait(false);
        return signal == 9 ? ProcessRunner.Killed : Terminated;
    }
}
