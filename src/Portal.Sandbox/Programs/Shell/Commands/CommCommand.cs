namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class CommCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["comm"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("123");
        if (options.Operands.Count != 2)
            throw CommandOptions.Usage(context, "two files are needed");
        if (
            await context.OpenAsync(options.Operands[0]).ConfigureAwait(false) is not { } left
            || await context.OpenAsync(options.Operands[1]).ConfigureAwait(false) is not { } right
        )
            return 1;
        var (a, b) = (
            await left.ReadLineAsync().ConfigureAwait(false),
            await right.ReadLineAsync().ConfigureAwait(false)
        );
        async Task ShowAsync(char column, string line)
        {
            if (options.Has(column))
                return;
            var tabs =
                (column >= '2' && !options.Has('1') ? "\t" : "") + (column == '3' && !options.Has('2') ? "\t" : "");
            await context.OutAsync($"{tabs}{line}\n").ConfigureAwait(false);
        }
        while (a is not null || b is not null)
        {
            var order = a is null ? 1 : b is null ? -1 : string.CompareOrdinal(a, b);
            await ShowAsync(order < 0 ? '1' : order > 0 ? '2' : '3', order <= 0 ? a! : b!).ConfigureAwait(false);
            if (order <= 0) a = await left.ReadLineAsync().ConfigureAwait(false);
            if (order >= 0) b = await right.ReadLineAsync().ConfigureAwait(false);
        }
        left.Close();
        right.Close();
        return 0;
    }
}
