namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class ExportCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["export", "readonly"];

    public CommandKind Kind => CommandKind.Special;

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("+pn");
        var variables = context.Shell!.Variables;
        var export = context.Name == "export";
        if (options.Operands.Count == 0)
        {
            foreach (var (name, value, exported, isReadOnly) in variables.All)
                if (export ? exported : isReadOnly)
                    await context
                        .OutAsync($"{context.Name} {name}{(value is null ? "" : "=" + SetCommand.Quote(value))}\n")
                        .ConfigureAwait(false);
            return 0;
        }
        foreach (var operand in options.Operands)
        {
            var (name, value) = operand.Split('=', 2) is [var n, var v] ? (n, v) : (operand, null);
            if (!ShellParser.IsName(name)) throw new ShellErrorException($"{context.Name}: {name}: bad variable name");
            if (value is not null) variables.Set(name, value, export ? true : null);
            variables.Mark(name, exported: export ? !options.Has('n') : null, readOnly: export ? null : true);
        }
        return 0;
    }
}
