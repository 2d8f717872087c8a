namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class LocalCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["local", "declare", "typeset"];

    public CommandKind Kind => CommandKind.Special;

    public Task<int> RunAsync(CommandContext context)
    {
        var variables = context.Shell!.Variables;
        foreach (var operand in context.Args.Where(a => !a.StartsWith('-')))
        {
            var (name, value) = operand.Split('=', 2) is [var n, var v] ? (n, v) : (operand, null);
            if (!ShellParser.IsName(name))
                throw new ShellErrorException($"{context.Name}: {name}: bad variable name");
            if (!variables.Localize(name) && context.Name == "local")
                throw new ShellErrorException("local: not in a function");
            if (value is not null)
                variables.Set(name, value);
        }
        return Task.FromResult(0);
    }
}
