namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class CommandCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["command", "builtin"];

    public CommandKind Kind => CommandKind.Builtin;

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("+vVp");
        if (options.Operands.Count == 0) return 0;
        if (options.Has('v') || options.Has('V'))
        {
            foreach (var name in options.Operands)
            {
                if (TypeCommand.Describe(context, name) is not { } text)
                {
                    context.Status = 127;
                    continue;
                }
                await context
                    .OutAsync(options.Has('V') ? $"{name} is {text}\n" : (text.StartsWith('/') ? text : name) + "\n")
                    .ConfigureAwait(false);
            }
            return context.Status;
        }
        return ShellCommandTable.Find(ShellPath.Name(options.Operands[0])) is { Kind: not CommandKind.Program } command
            ? await context.Shell!.RunBuiltinAsync(command, options.Operands).ConfigureAwait(false)
            : await context.ExecuteAsync(options.Operands).ConfigureAwait(false);
    }
}
