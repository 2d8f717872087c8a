namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class ShiftCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["shift"];

    public CommandKind Kind => CommandKind.Special;

    public Task<int> RunAsync(CommandContext context)
    {
        var shell = context.Shell!;
        var count =
            context.Args.Count == 0 ? 1
            : int.TryParse(context.Args[0], out var n) && n >= 0 ? n
            : throw new ShellErrorException($"shift: Illegal number: {context.Args[0]}");
        if (count > shell.Positional.Count)
            return Task.FromResult(1);
        shell.Positional = shell.Positional[count..];
        return Task.FromResult(0);
    }
}
