namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class LetCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["let"];

    public CommandKind Kind => CommandKind.Builtin;

    public Task<int> RunAsync(CommandContext context)
    {
        var value = 0L;
        foreach (var expression in context.Args) value = Arithmetic.Evaluate(expression, context.Shell!);
        return Task.FromResult(value == 0 ? 1 : 0);
    }
}
