namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class FreeCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["free"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("bkmgh");
        var divisor = options.Has('b') ? 1 : options.Has('m') ? 1 << 20 : 1024;
        var budget = context.Process.Session.Run.Budget;
        var (total, used) = (budget.MemoryLimit / divisor, budget.Held / divisor);
        await context
            .OutAsync(
                "              total        used        free      shared  buff/cache   available\n"
                    + $"Mem:    {total, 11} {used, 11} {total - used, 11} {0, 11} {0, 11} {total - used, 11}\n"
                    + $"Swap:   {0, 11} {0, 11} {0, 11}\n"
            )
            .ConfigureAwait(false);
        return 0;
    }
}
