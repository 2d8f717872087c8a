namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class BreakCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["break", "continue"];

    public CommandKind Kind => CommandKind.Special;

    public Task<int> RunAsync(CommandContext context)
    {
        var shell = context.Shell!;
        var levels =
            context.Args.Count == 0 ? 1
            : int.TryParse(context.Args[0], out var n) && n > 0 ? n
            : throw new ShellErrorException($"{context.Name}: Illegal number: {context.Args[0]}");
        if (shell.Loops == 0)
            return Task.FromResult(0);
        shell.Leaving = context.Name == "break" ? ShellInterpreter.Flow.Break : ShellInterpreter.Flow.Continue;
        shell.Levels = Math.Min(levels, shell.Loops);
        return Task.FromResult(0);
    }
}
