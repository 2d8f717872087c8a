using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>The functions that awk brings.</summary>
internal sealed partial class AwkRun
{
    private Random _random = new(1);
    private double _seed = 1;

    private async Task<AwkValue> BuiltinAsync(AwkCall call)
    {
        var arguments = call.Arguments;
        if (call.Name == "length" && arguments is [AwkVariable { Name: var name }] && IsArray(name))
            return AwkValue.Of(Array(name).Count);
        switch (call.Name)
        {
            case "split": return await SplitAsync(arguments).ConfigureAwait(false);
            case "sub" or "gsub": return await SubstituteAsync(call).ConfigureAwait(false);
            case "match":
                var match = Regex(await PatternAsync(arguments[1]).ConfigureAwait(false))
                    .Match((await EvaluateAsync(arguments[0]).ConfigureAwait(false)).Text());
                _globals["RSTART"] = AwkValue.Of(match.Success ? match.Index + 1 : 0);
                _globals["RLENGTH"] = AwkValue.Of(match.Success ? match.Length : -1);
                return _globals["RSTART"];
        }
        var values = new List<AwkValue>();
        foreach (var argument in arguments)
            values.Add(await EvaluateAsync(argument).ConfigureAwait(false));
        string Text(int i) =>
            i < values.Count ? values[i].Text() : throw new CommandException("cmd. line:1: Too few arguments");
        double Number(int i) =>
            i < values.Count ? values[i].Number : throw new CommandException("cmd. line:1: Too few arguments");
        switch (call.Name)
        {
            case "length": return AwkValue.Of((values.Count == 0 ? Record() : Text(0)).Length);
            case "substr":
                var text = Text(0);
                var from = Math.Round(Number(1), MidpointRounding.ToEven);
                var end = values.Count > 2 ? from + Math.Round(Number(2), MidpointRounding.ToEven) : text.Length + 1;
                var start = (int)Math.Clamp(from, 1, text.Length + 1);
                var stop = (int)Math.Clamp(double.IsNaN(end) ? 1 : end, start, text.Length + 1);
                return AwkValue.Of(text[(start - 1)..(stop - 1)]);
            case "index":
                return AwkValue.Of(Text(0).IndexOf(Text(1), StringComparison.Ordinal) + 1);
            case "tolower":
                return AwkValue.Of(Text(0).ToLowerInvariant());
            case "toupper":
                return AwkValue.Of(string.Concat(Text(0).Select(c => c is >= 'a' and <= 'z' ? (char)(c - 32) : c)));
            case "int":
                return AwkValue.Of(Math.Truncate(Number(0)));
            case "sqrt":
                return AwkValue.Of(Math.Sqrt(Number(0)));
            case "sin":
                return AwkValue.Of(Math.Sin(Number(0)));
            case "cos":
                return AwkValue.Of(Math.Cos(Number(0)));
            case "atan2":
                return AwkValue.Of(Math.Atan2(Number(0), Number(1)));
            case "exp":
                return AwkValue.Of(Math.Exp(Number(0)));
            case "log":
                return AwkValue.Of(Math.Log(Number(0)));
            case "rand":
                return AwkValue.Of(_random.NextDouble());
            case "srand":
                var before = _seed;
                _seed = values.Count > 0 ? Number(0) : _context.Time.GetUtcNow().ToUnixTimeSeconds();
                _random = new Random((int)(long)_seed);
                return AwkValue.Of(before);
            case "sprintf":
                return AwkValue.Of(values.Count == 0 ? "" : Format(values));
            case "systime":
                return AwkValue.Of(_context.Time.GetUtcNow().ToUnixTimeSeconds());
            case "strftime":
                return AwkValue.Of(
                    DateCommand.Format(
                        values.Count > 0 ? Text(0) : "%a %b %e %H:%M:%S UTC %Y",
                        values.Count > 1
                            ? DateTime.UnixEpoch.AddSeconds(Math.Clamp(Number(1), 0, 1e11))
                            : _context.Time.GetUtcNow().UtcDateTime
                    )
                );
            case "system":
                await _context.FlushAsync().ConfigureAwait(false);
                return AwkValue.Of(await _context.ExecuteAsync(["sh", "-c", Text(0)]).ConfigureAwait(false));
            case "close": return AwkValue.Of(await CloseAsync(Text(0)).ConfigureAwait(false));
            case "fflush":
                await _context.FlushAsync().ConfigureAwait(false);
                return AwkValue.Of(0);
            case "and": return AwkValue.Of((long)Number(0) & (long)Number(1));
            case "or": return AwkValue.Of((long)Number(0) | (long)Number(1));
            case "xor": return AwkValue.Of((long)Number(0) ^ (long)Number(1));
            case "lshift": return AwkValue.Of((long)Number(0) << (int)Number(1));
            case "rshift": return AwkValue.Of((long)Number(0) >> (int)Number(1));
            case "compl": return AwkValue.Of(~(uint)(long)Number(0));
            default: throw new CommandException("cmd. line:1: Call to undefined function");
        }
    }

    private async Task<string> PatternAsync(AwkNode node) =>
        node is AwkRegex regex ? regex.Pattern : (await EvaluateAsync(node).ConfigureAwait(false)).Text();

    private async Task<AwkValue> SplitAsync(IReadOnlyList<AwkNode> arguments)
    {
        if (arguments is not [_, AwkVariable { Name: var name }, ..])
            throw new CommandException("cmd. line:1: Too few arguments");
        var text = (await EvaluateAsync(arguments[0]).ConfigureAwait(false)).Text();
        var separator = arguments.Count > 2 ? await PatternAsync(arguments[2]).ConfigureAwait(false) : Global("FS");
        var parts =
            arguments.Count > 2 && arguments[2] is AwkRegex && text.Length > 0
                ? [.. Regex(separator).Split(text)]
                : Split(text, separator);
        var array = Array(name);
        array.Clear();
        for (var i = 0; i < parts.Count; i++)
        {
            await _context.SpendAsync(0.1).ConfigureAwait(false);
            Store(array, (i + 1).ToString(CultureInfo.InvariantCulture), AwkValue.Input(parts[i]));
        }
        return AwkValue.Of(parts.Count);
    }

    private async Task<AwkValue> SubstituteAsync(AwkCall call)
    {
        if (call.Arguments.Count < 2) throw new CommandException("cmd. line:1: Too few arguments");
        var regex = Regex(await PatternAsync(call.Arguments[0]).ConfigureAwait(false));
        var replacement = (await EvaluateAsync(call.Arguments[1]).ConfigureAwait(false)).Text();
        var target = call.Arguments.Count > 2 ? call.Arguments[2] : new AwkField(new AwkNumber(0));
        var text = (await EvaluateAsync(target).ConfigureAwait(false)).Text();
        var (result, at, count) = (new StringBuilder(), 0, 0);
        for (var match = regex.Match(text); match.Success; match = match.NextMatch())
        {
            await _context.SpendAsync(0.2 + (replacement.Length * 0.01)).ConfigureAwait(false);
            count++;
            result.Append(text, at, match.Index - at);
            for (var i = 0; i < replacement.Length; i++)
            {
                if (replacement[i] == '\\' && i + 1 < replacement.Length && replacement[i + 1] is '&' or '\\')
                    result.Append(replacement[++i]);
                else if (replacement[i] == '&')
                    result.Append(match.Value);
                else
                    result.Append(replacement[i]);
            }
            at = match.Index + match.Length;
            if (result.Length > MostText) throw new OutOfMemoryKillException();
            if (call.Name == "sub") break;
        }
        if (count > 0)
            await SetAsync(target, AwkValue.Of(result.Append(text, at, text.Length - at).ToString()))
                .ConfigureAwait(false);
        return AwkValue.Of(count);
    }

    private static string Format(List<AwkValue> values)
    {
        var (result, next) = (new StringBuilder(), 1);
        AwkValue Next() => next < values.Count ? values[next++] : default;
        foreach (var piece in PrintfFormat.Parse(values[0].Text().Replace("\\", "\\\\", StringComparison.Ordinal)))
        {
            if (piece.Literal is { } literal)
            {
                result.Append(literal.Replace("\\\\", "\\", StringComparison.Ordinal));
                continue;
            }
            var directive = piece;
            if (directive.Width == PrintfFormat.FromArgument)
                directive = directive.WithWidth(
                    (int)Math.Clamp(Next().Number, -PrintfFormat.Widest, PrintfFormat.Widest)
                );
            if (directive.Precision == PrintfFormat.FromArgument)
                directive = directive with { Precision = (int)Math.Clamp(Next().Number, -1, PrintfFormat.Widest) };
            var value = Next();
            result.Append(
                directive.Conversion switch
                {
                    's' => directive.Text(value.Text()),
                    'c' => directive.Text(
                        value.IsNumeric && !value.IsUnset ? ((char)((int)value.Number & 255)).ToString()
                        : value.Text() is { Length: > 0 } text ? text[..1]
                        : ""
                    ),
                    'd' or 'i' or 'u' or 'o' or 'x' or 'X' => directive.Integer(
                        (long)Math.Clamp(value.Number, long.MinValue, long.MaxValue)
                    ),
                    'e' or 'E' or 'f' or 'F' or 'g' or 'G' => directive.Real(value.Number),
                    _ => throw new CommandException("cmd. line:1: %" + directive.Conversion + ": invalid format"),
                }
            );
            if (result.Length > MostText)
                throw new OutOfMemoryKillException();
        }
        return result.ToString();
    }
}
