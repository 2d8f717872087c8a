using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>A piece of a C format: literal text, or a conversion with its flags.</summary>
internal sealed record PrintfFormat(string? Literal, string Flags, int Width, int Precision, char Conversion)
{
    public const int FromArgument = int.MinValue, Widest = 10_000;

    public static List<PrintfFormat> Parse(string format)
    {
        var pieces = new List<PrintfFormat>();
        var literal = new StringBuilder();
        for (var i = 0; i < format.Length;)
        {
            if (format[i] != '%')
            {
                // A backslash takes the next character with it, a percent sign too.
                if (format[i] == '\\' && i + 1 < format.Length) literal.Append(format[i++]);
                literal.Append(format[i++]);
                continue;
            }
            if (i + 1 < format.Length && format[i + 1] == '%')
            {
                literal.Append('%');
                i += 2;
                continue;
            }
            if (literal.Length > 0) pieces.Add(new(literal.ToString(), "", 0, -1, '\0'));
            literal.Clear();
            var start = ++i;
            while (i < format.Length && "-+ #0'".Contains(format[i], StringComparison.Ordinal)) i++;
            var flags = format[start..i];
            var width = Number(format, ref i, 0);
            var precision = -1;
            if (i < format.Length && format[i] == '.')
            {
                i++;
                precision = Number(format, ref i, 0);
            }
            while (
                i < format.Length
                && format[i] is 'l' or 'h' or 'j' or 'z' or 'L' or 'q'
                && i + 1 < format.Length
                && char.IsAsciiLetter(format[i + 1])
            )
                i++;
            pieces.Add(new(null, flags, width, precision, i < format.Length ? format[i] : '\0'));
            i++;
        }
        if (literal.Length > 0) pieces.Add(new(literal.ToString(), "", 0, -1, '\0'));
        return pieces;
    }

    public PrintfFormat WithWidth(int width) =>
        this with
        {
            Width = Math.Abs(width),
            Flags = width < 0 ? Flags + "-" : Flags,
        };

    public string Text(string text) => Pad(Precision >= 0 && Precision < text.Length ? text[..Precision] : text);

    public string Integer(long value)
    {
        var negative = value < 0 && Conversion is 'd' or 'i';
        var digits = Conversion switch
        {
            'o' => Convert.ToString(value, 8),
            'x' => value.ToString("x", CultureInfo.InvariantCulture),
            'X' => value.ToString("X", CultureInfo.InvariantCulture),
            'u' => ((ulong)value).ToString(CultureInfo.InvariantCulture),
            _ => (value < 0 ? (ulong)-(value + 1) + 1 : (ulong)value).ToString(CultureInfo.InvariantCulture),
        };
        if (Precision >= 0)
            digits = digits.PadLeft(Precision, '0');
        if (Flags.Contains('#', StringComparison.Ordinal) && value != 0)
            digits = Conversion switch
            {
                'o' => "0" + digits,
                'x' => "0x" + digits,
                'X' => "0X" + digits,
                _ => digits,
            };
        var sign = Conversion is 'd' or 'i'
            ? negative
                ? "-"
                : Flags.Contains('+', StringComparison.Ordinal)
                    ? "+"
                    : Flags.Contains(' ', StringComparison.Ordinal)
                        ? " "
                        : ""
            : "";
        return PadNumber(sign, digits, zeros: Precision < 0);
    }

    public string Real(double value)
    {
        var negative = double.IsNegative(value) && !double.IsNaN(value);
        var absolute = Math.Abs(value);
        var sign =
            negative ? "-"
            : Flags.Contains('+', StringComparison.Ordinal) ? "+"
            : Flags.Contains(' ', StringComparison.Ordinal) ? " "
            : "";
        if (!double.IsFinite(value))
            return PadNumber(sign, double.IsNaN(value) ? "nan" : "inf", zeros: false);
        var precision = Precision < 0 ? 6 : Math.Min(Precision, 300);
        var digits = Conversion switch
        {
            'f' or 'F' => Fixed(absolute, precision),
            'e' or 'E' => Exponential(absolute, precision),
            _ => General(absolute, precision),
        };
        return PadNumber(sign, Conversion is 'E' or 'G' ? digits.ToUpperInvariant() : digits, zeros: true);
    }

    private static string Fixed(double value, int precision) =>
        value.ToString("F" + precision, CultureInfo.InvariantCulture);

    private static string Exponential(double value, int precision)
    {
        var text = value.ToString("e" + precision, CultureInfo.InvariantCulture);
        var e = text.IndexOf('e', StringComparison.Ordinal);
        return $"{text[..(e + 2)]}{text[(e + 2)..].TrimStart('0').PadLeft(2, '0')}";
    }

    private string General(double value, int precision)
    {
        if (precision == 0) precision = 1;
        var scientific = Exponential(value, precision - 1);
        var exponent =
            value == 0
                ? 0
                : int.Parse(
                    scientific.AsSpan(scientific.IndexOf('e', StringComparison.Ordinal) + 1),
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture
                );
        var keeps = Flags.Contains('#', StringComparison.Ordinal);
        if (exponent >= -4 && exponent < precision)
            return Trim(Fixed(value, Math.Max(0, precision - 1 - exponent)), keeps);
        var e = scientific.IndexOf('e', StringComparison.Ordinal);
        return Trim(scientific[..e], keeps) + scientific[e..];
    }

    private static string Trim(string digits, bool keeps) =>
        keeps || !digits.Contains('.', StringComparison.Ordinal) ? digits : digits.TrimEnd('0').TrimEnd('.');

    private string PadNumber(string sign, string digits, bool zeros)
    {
        if (
            zeros
            && Flags.Contains('0', StringComparison.Ordinal)
            && !Flags.Contains('-', StringComparison.Ordinal)
            && Width > sign.Length
        )
            digits = digits.PadLeft(Math.Min(Width, Widest) - sign.Length, '0');
        return Pad(sign + digits);
    }

    private string Pad(string text) =>
        Width <= text.Length ? text
        : Flags.Contains('-', StringComparison.Ordinal) ? text.PadRight(Math.Min(Width, Widest))
        : text.PadLeft(Math.Min(Width, Widest));

    private static int Number(string format, ref int i, int otherwise)
    {
        if (i < format.Length && format[i] == '*')
        {
            i++;
            return FromArgument;
        }
        var start = i;
        while (i < format.Length && char.IsAsciiDigit(format[i]))
            i++;
        return start == i ? otherwise
            : int.TryParse(format.AsSpan(start, i - start), out var value) ? Math.Min(value, Widest)
            : Widest;
    }
}
