namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class TrapCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["trap"];

    public CommandKind Kind => CommandKind.Special;

    public async Task<int> RunAsync(CommandContext context)
    {
        var shell = context.Shell!;
        var args = context.Args is ["--", ..] ? [.. context.Args.Skip(1)] : context.Args;
        if (args.Count == 0 || args is ["-p"])
        {
            foreach (var (signal, action) in shell.Traps)
                await context.OutAsync($"trap -- {SetCommand.Quote(action)} {signal}\n").ConfigureAwait(false);
            return 0;
        }
        var removes = args[0] == "-" || Signals.Number(args[0]) >= 0 && int.TryParse(args[0], out _);
        foreach (var signal in args.Skip(removes && args[0] != "-" ? 0 : 1))
        {
            var number = Signals.Number(signal);
            if (number < 0)
                return await context.ErrorAsync($"{signal}: invalid signal specification").ConfigureAwait(false);
            shell.SetTrap(Signals.Name(number), removes ? null : args[0]);
        }
        return 0;
    }
}
