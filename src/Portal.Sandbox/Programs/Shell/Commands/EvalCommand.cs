namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class EvalCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["eval"];

    public CommandKind Kind => CommandKind.Special;

    public Task<int> RunAsync(CommandContext context) => context.Shell!.RunScriptAsync(string.Join(' ', context.Args));
}
