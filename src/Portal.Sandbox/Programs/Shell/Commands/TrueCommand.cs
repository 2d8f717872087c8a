namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class TrueCommand : IShellCommand
{
    public IReadOnlyList<string> Names => [":", "true"];

    public CommandKind Kind => CommandKind.Builtin;

    public Task<int> RunAsync(CommandContext context) => Task.FromResult(0);
}
