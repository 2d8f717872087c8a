namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class FalseCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["false"];

    public CommandKind Kind => CommandKind.Builtin;

    public Task<int> RunAsync(CommandContext context) => Task.FromResult(1);
}
