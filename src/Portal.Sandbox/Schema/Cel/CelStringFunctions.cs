using System.Globalization;
using System.Text;
using static Portal.Sandbox.Schema.Cel.CelFunctions;

namespace Portal.Sandbox.Schema.Cel;

/// <summary>The string library of cel-go and Kubernetes' <c>find</c> and <c>findAll</c>. Positions are in UTF-16 units, which differ from code points only outside the basic plane.</summary>
internal static class CelStringFunctions
{
    public static Dictionary<string, CelFunction> All { get; } = new()
    {
        ["startsWith"] = a => Arg<string>(a, 0).StartsWith(Arg<string>(a, 1), StringComparison.Ordinal),
        ["endsWith"] = a => Arg<string>(a, 0).EndsWith(Arg<string>(a, 1), StringComparison.Ordinal),
        ["contains"] = a => a[0] is CelNetwork network ? network.Contains(a[1]) : Arg<string>(a, 0).Contains(Arg<string>(a, 1), StringComparison.Ordinal),
        ["charAt"] = a => (Arg<string>(a, 0), Arg<long>(a, 1)) is var (s, i) && i >= 0 && i <= s.Length ? i == s.Length ? "" : s[(int)i].ToString() : throw OutOfRange(Arg<long>(a, 1)),
        ["lowerAscii"] = a => string.Create(Arg<string>(a, 0).Length, Arg<string>(a, 0), static (to, s) => Ascii.ToLower(s, to, out _)) is var lower && Ascii.IsValid(Arg<string>(a, 0)) ? lower : Arg<string>(a, 0).ToLowerInvariant(),
        ["upperAscii"] = a => Arg<string>(a, 0).ToUpperInvariant(),
        ["trim"] = a => Arg<string>(a, 0).Trim(),
        ["replace"] = a => Replace(Arg<string>(a, 0), Arg<string>(a, 1), Arg<string>(a, 2), a.Length > 3 ? Arg<long>(a, 3) : -1),
        ["split"] = a => Split(Arg<string>(a, 0), Arg<string>(a, 1), a.Length > 2 ? Arg<long>(a, 2) : -1),
        ["join"] = a => string.Join(a.Length > 1 ? Arg<string>(a, 1) : "", Arg<IReadOnlyList<object?>>(a, 0).Select(i => i as string ?? throw CelEvaluationException.NoOverload())),
        ["substring"] = a => Substring(Arg<string>(a, 0), Arg<long>(a, 1), a.Length > 2 ? Arg<long>(a, 2) : null),
        ["reverse"] = a => a[0] is IReadOnlyList<object?> list ? list.Reverse().ToList() : string.Concat(Arg<string>(a, 0).Reverse()),
        ["find"] = a => Found(a).FirstOrDefault() ?? "",
        ["findAll"] = a => Found(a).Take(a.Length > 2 && Arg<long>(a, 2) >= 0 ? (int)Math.Min(Arg<long>(a, 2), int.MaxValue) : int.MaxValue).Cast<object?>().ToList(),
        ["strings.quote"] = a => Validation.GoSyntax.Quote(Arg<string>(a, 0)),
        ["format"] = a => Format(Arg<string>(a, 0), Arg<IReadOnlyList<object?>>(a, 1)),
    };

    public static CelEvaluationException OutOfRange(long index) => new(string.Create(CultureInfo.InvariantCulture, $"index out of range: {index}"));

    private static string Replace(string text, string old, string replacement, long count)
    {
        if (count < 0 && old.Length > 0) return text.Replace(old, replacement, StringComparison.Ordinal);
        if (old.Length == 0) return text;
        var result = new StringBuilder();
        var at = 0;
        for (; count > 0 && text.IndexOf(old, at, StringComparison.Ordinal) is >= 0 and var found; count--)
        {
            result.Append(text, at, found - at).Append(replacement);
            at = found + old.Length;
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    private static List<object?> Split(string text, string separator, long count)
    {
        if (count == 0) return [];
        if (separator.Length == 0) return [.. text.Select(c => (object?)c.ToString())];
        return [.. count < 0 ? text.Split(separator) : text.Split(separator, (int)Math.Min(count, int.MaxValue))];
    }

    private static string Substring(string text, long from, long? to)
    {
        if (from < 0 || from > text.Length) throw OutOfRange(from);
        if (to is null) return text[(int)from..];
        if (to < 0 || to > text.Length) throw OutOfRange(to.Value);
        return from <= to ? text[(int)from..(int)to] : throw new CelEvaluationException(string.Create(CultureInfo.InvariantCulture, $"invalid substring range. start: {from}, end: {to}"));
    }

    private static IEnumerable<string> Found(object?[] arguments)
    {
        var (text, pattern) = (Arg<string>(arguments, 0), Arg<string>(arguments, 1));
        return Pattern(pattern).Matches(text).Select(m => m.Value);
    }

    /// <summary>The verbs of cel-go: <c>%s %d %f %e %b %x %X %o</c>, with a precision for the floating ones.</summary>
    private static string Format(string format, IReadOnlyList<object?> arguments)
    {
        var text = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }
            var precision = 6;
            if (++i < format.Length && format[i] == '.')
            {
                var digits = i + 1;
                while (i + 1 < format.Length && char.IsAsciiDigit(format[i + 1])) i++;
                precision = int.TryParse(format.AsSpan(digits, i + 1 - digits), NumberStyles.None, CultureInfo.InvariantCulture, out var p) ? Math.Min(p, 30) : 0;
                i++;
            }
            if (i >= format.Length) throw new CelEvaluationException("unexpected end of string");
            if (format[i] == '%')
            {
                text.Append('%');
                continue;
            }
            if (next >= arguments.Count) throw new CelEvaluationException($"index {next} out of range");
            text.Append(One(format[i], precision, arguments[next++]));
        }
        return text.ToString();
    }

    private static string One(char verb, int precision, object? value) => (verb, value) switch
    {
        ('s', _) => CelValues.Text(value),
        ('d', long or ulong) => CelValues.Text(value),
        ('f', long or ulong or double) => Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("F" + precision, CultureInfo.InvariantCulture),
        ('e', long or ulong or double) => Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString((precision == 0 ? "0" : "0." + new string('0', precision)) + "e+00", CultureInfo.InvariantCulture),
        ('b', bool b) => b ? "1" : "0",
        ('b', long n) => Convert.ToString(n, 2),
        ('o', long n) => Convert.ToString(n, 8),
        ('x', long n) => n.ToString("x", CultureInfo.InvariantCulture),
        ('X', long n) => n.ToString("X", CultureInfo.InvariantCulture),
        ('x', string s) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(s)),
        ('X', string s) => Convert.ToHexString(Encoding.UTF8.GetBytes(s)),
        _ => throw new CelEvaluationException($"could not parse formatting clause: unrecognized formatting clause \"{verb}\""),
    };
}
