using System.Globalization;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// A command line by getopt's rules: bundled flags, values in the same word or the next, long names, "--" before the
/// operands. The description lists the letters, a colon after those with a value, and long names as <c>n=lines</c>,
/// e.g.
/// <c>"n:c:qv n=lines c=bytes"</c>; a leading "+" ends the options at the first operand.
/// </summary>
internal sealed class CommandOptions
{
    private readonly List<(char Flag, string Value)> _found = [];
    private readonly List<string> _operands = [];

    public IReadOnlyList<string> Operands => _operands;

    /// <summary>The options in their order.</summary>
    public IReadOnlyList<(char Flag, string Value)> All => _found;

    public bool Has(char flag) => _found.Exists(f => f.Flag == flag);

    public string? Value(char flag) =>
        _found.FindLast(f => f.Flag == flag) is { Flag: not '\0' } found ? found.Value : null;

    public IEnumerable<string> Values(char flag) => _found.Where(f => f.Flag == flag).Select(f => f.Value);

    /// <summary>A value as a number; suffixes k, m and g multiply.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public long Number(char flag, long otherwise) => Value(flag) is { } text ? ParseNumber(text) : otherwise;

    /// <exception cref="CommandException">The text is no number.</exception>
    public static long ParseNumber(string text)
    {
        var (digits, factor) =
            text.Length > 1
                ? text[^1] switch
                {
                    'k' or 'K' => (text[..^1], 1024L),
                    'm' or 'M' => (text[..^1], 1L << 20),
                    'G' or 'g' => (text[..^1], 1L << 30),
                    'b' => (text[..^1], 512L),
                    _ => (text, 1L),
                }
                : (text, 1L);
        return
            long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && Math.Abs((double)value * factor) < long.MaxValue
            ? value * factor
            : throw new CommandException($"invalid number '{text}'");
    }

    /// <exception cref="CommandException">There is an unknown option, or one without its value.</exception>
    public static CommandOptions Parse(CommandContext context, string description)
    {
        var parts = description.Split(' ');
        var letters = parts[0].TrimStart('+');
        var inOrder = parts[0].StartsWith('+');
        var longNames = parts
            .Skip(1)
            .Select(p => p.Split('='))
            .ToDictionary(p => p[1], p => p[0][0], StringComparer.Ordinal);
        var options = new CommandOptions();
        var args = context.Args;
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            if (arg == "--")
            {
                options._operands.AddRange(args.Skip(i + 1));
                break;
            }
            if (arg.StartsWith("--", StringComparison.Ordinal))
            {
                var (name, value) = arg[2..].Split('=', 2) is [var n, var v] ? (n, v) : (arg[2..], null);
                if (!longNames.TryGetValue(name, out var flag))
                    throw Usage(context, $"unrecognized option '--{name}'");
                if (TakesValue(letters, flag))
                    value ??=
                        ++i < args.Count ? args[i] : throw Usage(context, $"option '--{name}' requires an argument");
                options._found.Add((flag, value ?? ""));
                continue;
            }
            if (arg.Length < 2 || arg[0] != '-')
            {
                options._operands.Add(arg);
                if (!inOrder) continue;
                options._operands.AddRange(args.Skip(i + 1));
                break;
            }
            for (var at = 1; at < arg.Length; at++)
            {
                var flag = arg[at];
                if (flag == ':' || !letters.Contains(flag, StringComparison.Ordinal))
                    throw Usage(context, $"invalid option -- '{flag}'");
                if (!TakesValue(letters, flag))
                {
                    options._found.Add((flag, ""));
                    continue;
                }
                var value =
                    at + 1 < arg.Length ? arg[(at + 1)..]
                    : ++i < args.Count ? args[i]
                    : throw Usage(context, $"option requires an argument -- '{flag}'");
                options._found.Add((flag, value));
                break;
            }
        }
        return options;
    }

    public static CommandException Usage(CommandContext context, string problem) =>
        new(
            $"{problem}\nBusyBox v1.36.1 multi-call binary.\n\nUsage: {context.Name} [OPTIONS] [ARGUMENTS]",
            context.Name is "grep" or "egrep" or "fgrep" or "sort" or "diff" or "cmp" or "expr" ? 2 : 1
        );

    private static bool TakesValue(string letters, char flag) =>
        letters.IndexOf(flag, StringComparison.Ordinal) is >= 0 and var at
        && at + 1 < letters.Length
        && letters[at + 1] == ':';
}
