namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class NprocCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["nproc"];

    public async Task<int> RunAsync(CommandContext context)
    {
        await context.OutAsync("4\n").ConfigureAwait(false);
        return 0;
    }
}
