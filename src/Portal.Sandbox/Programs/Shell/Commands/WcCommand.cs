using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class WcCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["wc"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("lwcmL");
        var all = options.All.Count == 0;
        var (totals, files) = (new long[5], 0);
        var columns = new List<(char Flag, int Index)> { ('l', 0), ('w', 1), ('m', 2), ('c', 3), ('L', 4) }.FindAll(c =>
            all ? c.Flag is 'l' or 'w' or 'c' : options.Has(c.Flag)
        );
        string Row(long[] counts, string? name)
        {
            var single = columns.Count == 1 && options.Operands.Count < 2;
            var numbers = string.Join(
                ' ',
                columns.Select(c =>
                    single ? counts[c.Index].ToString(CultureInfo.InvariantCulture) : $"{counts[c.Index], 9}"
                )
            );
            return numbers + (name is null ? "" : " " + name) + "\n";
        }
        await foreach (var (path, input) in context.InputsAsync(options.Operands))
        {
            var counts = await CountAsync(input).ConfigureAwait(false);
            for (var i = 0; i < 4; i++) totals[i] += counts[i];
            totals[4] = Math.Max(totals[4], counts[4]);
            files++;
            await context.OutAsync(Row(counts, options.Operands.Count == 0 ? null : path)).ConfigureAwait(false);
        }
        if (options.Operands.Count > 1) await context.OutAsync(Row(totals, "total")).ConfigureAwait(false);
        return context.Status;
    }

    private static async Task<long[]> CountAsync(InputReader input)
    {
        var counts = new long[5];
        var (inWord, width) = (false, 0L);
        while (await input.ReadAsync().ConfigureAwait(false) is { Length: > 0 } chunk)
        {
            counts[2] += chunk.Length;
            counts[3] += chunk.Length;
            foreach (var b in chunk.Span)
            {
                if (b == '\n') counts[0]++;
                var space = b is (byte)' ' or >= 9 and <= 13;
                if (!space && !inWord) counts[1]++;
                inWord = !space;
                width = b == '\n' ? 0 : b == '\t' ? (width | 7) + 1 : width + 1;
                counts[4] = Math.Max(counts[4], width);
            }
        }
        return counts;
    }
}
