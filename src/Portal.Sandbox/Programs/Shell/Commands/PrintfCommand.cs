using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class PrintfCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["printf"];

    public CommandKind Kind => CommandKind.Builtin;

    public async Task<int> RunAsync(CommandContext context)
    {
        var args = context.Args is ["--", ..] ? context.Args.Skip(1).ToList() : [.. context.Args];
        if (args.Count == 0) throw CommandOptions.Usage(context, "usage: printf FORMAT [ARG]...");
        var format = PrintfFormat.Parse(args[0]);
        var next = 1;
        do
        {
            var before = next;
            foreach (var piece in format)
            {
                await context.SpendAsync(0.2).ConfigureAwait(false);
                if (piece.Literal is { } literal)
                {
                    await context
                        .OutAsync(Escapes.Expand(literal, Escapes.Style.Printf, out var ends))
                        .ConfigureAwait(false);
                    if (ends)
                        return context.Status;
                    continue;
                }
                var directive = piece;
                if (directive.Width == PrintfFormat.FromArgument)
                    directive = directive.WithWidth(
                        (int)Math.Clamp(Number(context, Next()).Value, -PrintfFormat.Widest, PrintfFormat.Widest)
                    );
                if (directive.Precision == PrintfFormat.FromArgument)
                    directive = directive with
                    {
                        Precision = (int)Math.Clamp(Number(context, Next()).Value, -1, PrintfFormat.Widest),
                    };
                var argument = next < args.Count ? args[next] : null;
                next++;
                switch (directive.Conversion)
                {
                    case 's' or 'q':
                        await context.OutAsync(directive.Text(argument ?? "")).ConfigureAwait(false);
                        break;
                    case 'c':
                        await context
                            .OutAsync(directive.Text(argument is { Length: > 0 } ? argument[..1] : ""))
                            .ConfigureAwait(false);
                        break;
                    case 'b':
                        await context
                            .OutAsync(directive.Text(Escapes.Expand(argument ?? "", Escapes.Style.Echo, out var stop)))
                            .ConfigureAwait(false);
                        if (stop)
                            return context.Status;
                        break;
                    case 'd' or 'i' or 'u' or 'o' or 'x' or 'X':
                        var (number, valid) = Number(context, argument ?? "0");
                        if (!valid) await context.ErrorAsync($"invalid number '{argument}'").ConfigureAwait(false);
                        await context.OutAsync(directive.Integer(number)).ConfigureAwait(false);
                        break;
                    case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                        var fine = double.TryParse(
                            argument ?? "0",
                            NumberStyles.Float,
                            CultureInfo.InvariantCulture,
                            out var real
                        );
                        if (!fine)
                            await context.ErrorAsync($"invalid number '{argument}'").ConfigureAwait(false);
                        await context.OutAsync(directive.Real(real)).ConfigureAwait(false);
                        break;
                    default: throw new CommandException($"%{directive.Conversion}: invalid format");
                }
            }
            if (next == before) break;
        }
        while (next < args.Count);
        return context.Status;

        string Next() => next < args.Count ? args[next++] : "0";
    }

    private static (long Value, bool Valid) Number(CommandContext context, string text)
    {
        text = text.Trim();
        if (text.Length == 0)
            return (0, true);
        if (text[0] is '\'' or '"')
            return (text.Length > 1 ? text[1] : 0, true);
        var (sign, digits) = text[0] switch
        {
            '-' => (-1, text[1..]),
            '+' => (1, text[1..]),
            _ => (1, text),
        };
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return ulong.TryParse(
                digits.AsSpan(2),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var hex
            )
                ? (sign * (long)hex, true)
                : (0, false);
        if (digits.Length > 1 && digits[0] == '0')
        {
            var octal = 0L;
            foreach (var c in digits)
            {
                if (c is < '0' or > '7') return (0, false);
                octal = unchecked((octal * 8) + (c - '0'));
            }
            return (sign * octal, true);
        }
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return (value, true);
        return ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var large)
            ? (unchecked((long)large), true)
            : (0, false);
    }
}
