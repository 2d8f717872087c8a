namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>Built-in commands that have nothing to do here.</summary>
internal sealed class AcceptedBuiltins : IShellCommand
{
    public IReadOnlyList<string> Names =>
        ["hash", "alias", "unalias", "ulimit", "fg", "bg", "history", "shopt", "enable"];

    public CommandKind Kind => CommandKind.Builtin;

    public Task<int> RunAsync(CommandContext context) => Task.FromResult(0);
}
