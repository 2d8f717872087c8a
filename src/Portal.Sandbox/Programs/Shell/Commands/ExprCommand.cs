using System.Globalization;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class ExprCommand : IShellCommand
{
    private static readonly string[][] s_levels =
    [
        ["|"],
        ["&"],
        ["<", "<=", "=", "==", "!=", ">=", ">"],
        ["+", "-"],
        ["*", "/", "%"],
        [":"],
    ];

    public IReadOnlyList<string> Names => ["expr"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var (position, depth) = (0, 0);
        var args = context.Args;
        if (args.Count == 0) throw new CommandException(CommandOptions.Usage(context, "too few arguments").Message, 2);
        string Level(int level)
        {
            if (level == s_levels.Length) return Primary();
            var left = Level(level + 1);
            while (position < args.Count && s_levels[level].Contains(args[position]))
            {
                var op = args[position++];
                left = Apply(op, left, Level(level + 1));
            }
            return left;
        }
        string Primary()
        {
            if (position >= args.Count) throw new CommandException("syntax error", 2);
            var word = args[position++];
            if (word == "(")
            {
                if (++depth > 200) throw new CommandException("expression nested too deeply", 2);
                var inner = Level(0);
                depth--;
                if (position >= args.Count || args[position++] != ")") throw new CommandException("syntax error", 2);
                return inner;
            }
            switch (word)
            {
                case "length" when position < args.Count:
                    return args[position++].Length.ToString(CultureInfo.InvariantCulture);
                case "substr" when position + 2 < args.Count:
                    var (text, at, count) = (
                        args[position],
                        (int)Number(args[position + 1]),
                        (int)Number(args[position + 2])
                    );
                    position += 3;
                    return at < 1 || at > text.Length || count <= 0
                        ? ""
                        : text.Substring(at - 1, Math.Min(count, text.Length - at + 1));
                case "index" when position + 1 < args.Count:
                    position += 2;
                    return (args[position - 2].IndexOfAny(args[position - 1].ToCharArray()) + 1).ToString(
                        CultureInfo.InvariantCulture
                    );
                case "match" when position + 1 < args.Count:
                    position += 2;
                    return Apply(":", args[position - 2], args[position - 1]);
                default: return word;
            }
        }
        var result = Level(0);
        if (position < args.Count) throw new CommandException("syntax error", 2);
        await context.OutAsync(result + "\n").ConfigureAwait(false);
        return result.Length == 0 || (long.TryParse(result, out var number) && number == 0) ? 1 : 0;
    }

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new CommandException("non-numeric argument", 2);

    private static bool IsFalse(string text) => text.Length == 0 || text == "0";

    private static string Apply(string op, string left, string right)
    {
        switch (op)
        {
            case "|": return IsFalse(left) ? right : left;
            case "&": return IsFalse(left) || IsFalse(right) ? "0" : left;
            case ":":
                var match = PosixRegex
                    .Compile(right.StartsWith('^') ? right : "^" + right, extended: false, ignoreCase: false)
                    .Match(left);
                return match.Groups.Count > 1
                    ? match.Groups[1].Value
                    : (match.Success ? match.Length : 0).ToString(CultureInfo.InvariantCulture);
            case "+" or "-" or "*" or "/" or "%":
                var (a, b) = (Number(left), Number(right));
                if (op is "/" or "%" && b == 0)
                    throw new CommandException("division by zero", 2);
                return unchecked(
                    op switch
                    {
                        "+" => a + b,
                        "-" => a - b,
                        "*" => a * b,
                        "/" => b == -1 ? -a : a / b,
                        _ => b == -1 ? 0 : a % b,
                    }
                ).ToString(CultureInfo.InvariantCulture);
        }
        var order =
            long.TryParse(left, out var x) && long.TryParse(right, out var y)
                ? x.CompareTo(y)
                : string.CompareOrdinal(left, right);
        return op switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            "=" or "==" => order == 0,
            "!=" => order != 0,
            ">=" => order >= 0,
            _ => order > 0,
        }
            ? "1"
            : "0";
    }
}
