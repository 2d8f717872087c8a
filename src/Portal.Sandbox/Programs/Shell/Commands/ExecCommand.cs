namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>Known here by name only: the interpreter replaces itself.</summary>
internal sealed class ExecCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["exec"];

    public CommandKind Kind => CommandKind.Special;

    public Task<int> RunAsync(CommandContext context) =>
        context.Args.Count == 0 ? Task.FromResult(0) : context.ExecuteAsync(context.Args);
}
