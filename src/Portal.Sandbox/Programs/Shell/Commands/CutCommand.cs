namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class CutCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["cut"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("b:c:f:d:sn d=delimiter f=fields c=characters b=bytes s=only-delimited");
        var list =
            options.Value('f')
            ?? options.Value('c')
            ?? options.Value('b')
            ?? throw CommandOptions.Usage(context, "expected a list of bytes, characters, or fields");
        var ranges = list.Split(',').Select(Range).OrderBy(r => r.From).ToList();
        bool Takes(int n) => ranges.Exists(r => n >= r.From && n <= r.To);
        var delimiter = options.Value('d') is { } d ? d.Length > 0 ? d[..1] : "\0" : "\t";
        await foreach (var (_, input) in context.InputsAsync(options.Operands))
        {
            while (await input.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (!options.Has('f'))
                    await context
                        .OutAsync(string.Concat(line.Where((_, i) => Takes(i + 1))) + "\n")
                        .ConfigureAwait(false);
                else if (!line.Contains(delimiter, StringComparison.Ordinal))
                {
                    if (!options.Has('s')) await context.OutAsync(line + "\n").ConfigureAwait(false);
                }
                else
                    await context
                        .OutAsync(string.Join(delimiter, line.Split(delimiter).Where((_, i) => Takes(i + 1))) + "\n")
                        .ConfigureAwait(false);
            }
        }
        return context.Status;
    }

    private static (int From, int To) Range(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var from = dash < 0 ? text : text[..dash];
        var to = dash < 0 ? text : text[(dash + 1)..];
        var first =
            from.Length == 0 ? 1
            : int.TryParse(from, out var f) && f > 0 ? f
            : throw new CommandException($"invalid number '{from}'");
        var last =
            to.Length == 0 ? int.MaxValue
            : int.TryParse(to, out var t) ? t
            : throw new CommandException($"invalid number '{to}'");
        return (first, last);
    }
}
