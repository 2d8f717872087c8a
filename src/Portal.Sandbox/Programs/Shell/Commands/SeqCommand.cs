using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class SeqCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["seq"];

    public async Task<int> RunAsync(CommandContext context)
    {
        // Negative numbers are operands.
        var (i, separator, padded) = (0, "\n", false);
        var args = context.Args;
        for (; i < args.Count && args[i].StartsWith('-') && !IsNumber(args[i]); i++)
        {
            if (args[i].StartsWith("-s", StringComparison.Ordinal))
                separator = args[i].Length > 2 ? args[i][2..] : args.ElementAtOrDefault(++i) ?? "";
            else if (args[i] == "-w")
                padded = true;
            else
                throw CommandOptions.Usage(context, $"invalid option -- '{args[i][1..]}'");
        }
        var words = args.Skip(i).ToList();
        if (words.Count is 0 or > 3) throw CommandOptions.Usage(context, "missing operand");
        foreach (var word in words) if (!IsNumber(word)) throw new CommandException($"invalid number '{word}'");
        var numbers = words.ConvertAll(w => decimal.Parse(w, NumberStyles.Float, CultureInfo.InvariantCulture));
        var (from, step, to) = numbers.Count switch
        {
            1 => (1m, 1m, numbers[0]),
            2 => (numbers[0], 1m, numbers[1]),
            _ => (numbers[0], numbers[1], numbers[2]),
        };
        var decimals =
            words.Count == 1
                ? 0
                : words
                    .SkipLast(1)
                    .Max(w => w.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? w.Length - dot - 1 : 0);
        string Text(decimal n) => n.ToString("F" + decimals, CultureInfo.InvariantCulture);
        var width = padded ? Math.Max(Text(from).Length, Text(to).Length) : 0;
        var first = true;
        for (var n = from; step >= 0 ? n <= to : n >= to; n += step)
        {
            await context.SpendAsync(0.1).ConfigureAwait(false);
            var text = Text(n);
            if (text.Length < width)
                text = text.StartsWith('-') ? "-" + text[1..].PadLeft(width - 1, '0') : text.PadLeft(width, '0');
            await context.OutAsync(first ? text : separator + text).ConfigureAwait(false);
            first = false;
        }
        if (!first) await context.OutAsync("\n").ConfigureAwait(false);
        return 0;
    }

    private static bool IsNumber(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        && Math.Abs(value) < 1e20m;
}
