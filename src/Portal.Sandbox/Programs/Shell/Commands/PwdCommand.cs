namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class PwdCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["pwd"];

    public CommandKind Kind => CommandKind.Builtin;

    public async Task<int> RunAsync(CommandContext context)
    {
        await context.OutAsync(ByteText.From(context.Process.Directory) + "\n").ConfigureAwait(false);
        return 0;
    }
}
