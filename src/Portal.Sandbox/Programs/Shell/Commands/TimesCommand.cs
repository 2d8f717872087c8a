namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class TimesCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["times"];

    public CommandKind Kind => CommandKind.Special;

    public async Task<int> RunAsync(CommandContext context)
    {
        await context.OutAsync("0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n").ConfigureAwait(false);
        return 0;
    }
}
