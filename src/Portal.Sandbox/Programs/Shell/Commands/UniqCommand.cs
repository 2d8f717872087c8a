namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class UniqCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["uniq"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("cduif:s:w:z");
        var (fields, skipped, width) = (
            options.Number('f', 0),
            options.Number('s', 0),
            options.Number('w', int.MaxValue)
        );
        string Key(string line)
        {
            var i = 0;
            for (var f = 0; f < fields; f++)
            {
                while (i < line.Length && line[i] is ' ' or '\t') i++;
                while (i < line.Length && line[i] is not (' ' or '\t')) i++;
            }
            i = (int)Math.Min(line.Length, i + skipped);
            var key = line[i..(int)Math.Min(line.Length, i + width)];
            return options.Has('i') ? key.ToLowerInvariant() : key;
        }
        async Task ShowAsync(string line, int count)
        {
            if ((options.Has('d') && count < 2) || (options.Has('u') && count > 1)) return;
            await context.OutAsync((options.Has('c') ? $"{count,7} " : "") + line + "\n").ConfigureAwait(false);
        }
        if (options.Operands.Count > 1)
            context.Process.Files.Set(
                1,
                ShellFiles.Open(context.Process, options.Operands[1], ShellFiles.Access.Write)
            );
        await foreach (var (_, input) in context.InputsAsync([.. options.Operands.Take(1)]))
        {
            var (before, count) = ((string?)null, 0);
            while (await input.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (before is not null && Key(before) == Key(line))
                {
                    count++;
                    continue;
                }
                if (before is not null) await ShowAsync(before, count).ConfigureAwait(false);
                (before, count) = (line, 1);
            }
            if (before is not null) await ShowAsync(before, count).ConfigureAwait(false);
        }
        return context.Status;
    }
}
