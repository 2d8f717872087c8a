namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class UnsetCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["unset"];

    public CommandKind Kind => CommandKind.Special;

    public Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("+fv");
        foreach (var name in options.Operands)
        {
            if (options.Has('f')) context.Shell!.Functions.Remove(name);
            else if (!ShellParser.IsName(name)) throw new ShellErrorException($"unset: {name}: bad variable name");
            else context.Shell!.Variables.Unset(name);
        }
        return Task.FromResult(0);
    }
}
