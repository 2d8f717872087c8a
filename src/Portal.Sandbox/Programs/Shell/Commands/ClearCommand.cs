namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class ClearCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["clear", "reset"];

    public async Task<int> RunAsync(CommandContext context)
    {
        await context.OutAsync("\u001b[H\u001b[J").ConfigureAwait(false);
        return 0;
    }
}
