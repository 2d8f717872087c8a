namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class TestCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["test", "["];

    public CommandKind Kind => CommandKind.Builtin;

    public Task<int> RunAsync(CommandContext context)
    {
        var args = context.Args;
        if (context.Name == "[")
        {
            if (args is not [.., "]"]) throw new CommandException("missing ]", 2);
            args = [.. args.Take(args.Count - 1)];
        }
        return Task.FromResult(new TestExpression(context.Process, args).Evaluate() ? 0 : 1);
    }
}
