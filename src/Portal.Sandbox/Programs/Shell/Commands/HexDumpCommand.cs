using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class HexDumpCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["xxd", "hexdump", "od"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options(
            context.Name switch
            {
                "xxd" => "pl:s:c:g:ur",
                "hexdump" => "Cn:s:vbe:",
                _ => "A:t:N:j:vbcdoxw:",
            }
        );
        var plain = context.Name == "xxd" && options.Has('p');
        var left = options.Number('l', options.Number('n', options.Number('N', long.MaxValue)));
        var width = plain ? 30 : context.Name == "xxd" ? (int)Math.Clamp(options.Number('c', 16), 1, 256) : 16;
        var (row, offset) = (new List<byte>(), 0L);
        await foreach (var (_, input) in context.InputsAsync(options.Operands))
        {
            while (left > 0 && await input.ReadByteAsync().ConfigureAwait(false) is >= 0 and var b)
            {
                left--;
                row.Add((byte)b);
                if (row.Count < width) continue;
                await RowAsync(context, options, row, offset, plain, width).ConfigureAwait(false);
                offset += row.Count;
                row.Clear();
            }
        }
        if (row.Count > 0) await RowAsync(context, options, row, offset, plain, width).ConfigureAwait(false);
        offset += row.Count;
        if (context.Name == "hexdump" && offset > 0)
            await context.OutAsync(options.Has('C') ? $"{offset:x8}\n" : $"{offset:x7}\n").ConfigureAwait(false);
        if (context.Name == "od" && options.Value('A') != "n")
            await context.OutAsync(Convert.ToString(offset, 8).PadLeft(7, '0') + "\n").ConfigureAwait(false);
        return context.Status;
    }

    private static async Task RowAsync(
        CommandContext context,
        CommandOptions options,
        List<byte> row,
        long offset,
        bool plain,
        int width
    )
    {
        var text = string.Concat(row.Select(b => b is >= 32 and < 127 ? (char)b : '.'));
        if (context.Name == "xxd")
        {
            var hex = string.Concat(row.Select((b, i) => $"{b:x2}{(!plain && i % 2 == 1 ? " " : "")}"));
            await context
                .OutAsync(plain ? hex + "\n" : $"{offset:x8}: {hex.PadRight(width * 5 / 2)} {text}\n")
                .ConfigureAwait(false);
        }
        else if (context.Name == "hexdump" && options.Has('C'))
        {
            var bytes = Enumerable
                .Range(0, 16)
                .Select(i => (i < row.Count ? $"{row[i]:x2} " : "   ") + (i == 7 ? " " : ""));
            await context.OutAsync($"{offset:x8}  {string.Concat(bytes)} |{text}|\n").ConfigureAwait(false);
        }
        else if (context.Name == "hexdump")
        {
            var words = Words(row).Select(w => w.ToString("x4", CultureInfo.InvariantCulture));
            await context.OutAsync($"{offset:x7} {string.Join(' ', words)}\n").ConfigureAwait(false);
        }
        else
        {
            var format =
                options.Has('c') ? "c"
                : options.Has('b') ? "o1"
                : options.Has('x') ? "x2"
                : options.Has('d') ? "u2"
                : options.Value('t') ?? "o2";
            var items = format[0] switch
            {
                'c' => row.Select(b =>
                    b switch
                    {
                        0 => @"  \0",
                        7 => @"  \a",
                        8 => @"  \b",
                        9 => @"  \t",
                        10 => @"  \n",
                        11 => @"  \v",
                        12 => @"  \f",
                        13 => @"  \r",
                        >= 32 and < 127 => $"   {(char)b}",
                        _ => " " + Convert.ToString(b, 8).PadLeft(3, '0'),
                    }
                ),
                'x' when format.EndsWith('1') => row.Select(b => $" {b:x2}"),
                'o' when format.EndsWith('1') => row.Select(b => " " + Convert.ToString(b, 8).PadLeft(3, '0')),
                'd' or 'u' when format.EndsWith('1') => row.Select(b => $" {b,3}"),
                'x' => Words(row).Select(w => $" {w:x4}"), 'd' or 'u' => Words(row).Select(w => $" {w,5}"),
                _ => Words(row).Select(w => " " + Convert.ToString(w, 8).PadLeft(6, '0')),
            };
            await context
                .OutAsync(
                    (
                        options.Value('A') switch
                        {
                            "n" => "",
                            "x" => $"{offset:x6}",
                            "d" => $"{offset:d7}",
                            _ => Convert.ToString(offset, 8).PadLeft(7, '0'),
                        }
                    )
                        + string.Concat(items)
                        + "\n"
                )
                .ConfigureAwait(false);
        }
    }

    private static IEnumerable<int> Words(List<byte> row)
    {
        for (var i = 0; i < row.Count; i += 2) yield return row[i] | (i + 1 < row.Count ? row[i + 1] << 8 : 0);
    }
}
