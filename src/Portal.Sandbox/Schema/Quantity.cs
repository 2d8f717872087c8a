using System.Globalization;
using System.Numerics;

namespace Portal.Sandbox.Schema;

/// <summary>Resource quantities (k8s.io/apimachinery/pkg/api/resource): a decimal number and a suffix, exact to a billionth.</summary>
internal static class Quantity
{
    private const string Decimals = "numkMGTPE";

    private static readonly BigInteger s_one = 1_000_000_000;

    private enum Format { DecimalSi, BinarySi, Exponent }

    public static bool TryParse(string text, out double value)
    {
        var ok = TryParse(text, out BigInteger nanos, out _);
        value = ok ? (double)nanos / 1e9 : 0;
        return ok;
    }

    /// <summary>The order of two quantities; one that is not a quantity counts as zero.</summary>
    public static int Compare(string? left, string? right)
    {
        var (a, _) = Parse(left);
        var (b, _) = Parse(right);
        return a.CompareTo(b);
    }

    /// <summary>The sum, written as the first operand is.</summary>
    public static string Add(string left, string right)
    {
        var (a, format) = Parse(left);
        var (b, other) = Parse(right);
        return Write(a + b, a.IsZero ? other : format);
    }

    public static string Subtract(string left, string right)
    {
        var (a, format) = Parse(left);
        var (b, other) = Parse(right);
        return Write(a - b, a.IsZero ? other : format);
    }

    /// <summary>The one way in which the API server writes this quantity; null for text that is none.</summary>
    public static string? Canonical(string text) => TryParse(text, out BigInteger nanos, out var format) ? Write(nanos, format) : null;

    private static (BigInteger Nanos, Format Format) Parse(string? text) => TryParse(text ?? "", out BigInteger nanos, out var format) ? (nanos, format) : (default, Format.DecimalSi);

    private static bool TryParse(string text, out BigInteger nanos, out Format format)
    {
        (nanos, format) = (default, Format.DecimalSi);
        text = text.Trim();
        var end = text.StartsWith('+') || text.StartsWith('-') ? 1 : 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.')) end++;
        var number = text.AsSpan(text.StartsWith('+') ? 1 : 0, end - (text.StartsWith('+') ? 1 : 0));
        var point = number.IndexOf('.');
        var digits = point < 0 ? number.ToString() : string.Concat(number[..point], number[(point + 1)..]);
        var fraction = point < 0 ? 0 : number.Length - point - 1;
        if (digits.TrimStart('-').Length == 0 || digits.Length > 400 || !BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var mantissa)) return false;
        var suffix = text.AsSpan(end);
        var exponent = 9 - fraction;
        var factor = BigInteger.One;
        if (suffix.Length == 2 && suffix[1] == 'i')
        {
            var power = "KMGTPE".IndexOf(suffix[0], StringComparison.Ordinal);
            if (power < 0) return false;
            format = Format.BinarySi;
            factor = BigInteger.Pow(1024, power + 1);
        }
        else if (suffix.Length > 1 && suffix[0] is 'e' or 'E')
        {
            if (!int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) || Math.Abs(power) > 100) return false;
            format = Format.Exponent;
            exponent += power;
        }
        else if (suffix.Length == 1 && suffix[0] == 'E') exponent += 18;
        else if (suffix.Length == 1 && Decimals.IndexOf(suffix[0], StringComparison.Ordinal) is >= 0 and var at) exponent += at < 3 ? 3 * at - 9 : 3 * (at - 2);
        else if (suffix.Length > 0) return false;
        nanos = mantissa * factor;
        if (exponent >= 0) nanos *= BigInteger.Pow(10, exponent);
        else nanos = RoundUp(nanos, BigInteger.Pow(10, -exponent));
        return true;
    }

    private static string Write(BigInteger nanos, Format format)
    {
        if (nanos.IsZero) return "0";
        if (format == Format.BinarySi && BigInteger.Abs(nanos) >= 1024 * s_one)
        {
            var units = RoundUp(nanos, s_one);
            var power = 0;
            for (; power < 6 && (units % 1024).IsZero; power++) units /= 1024;
            return units.ToString(CultureInfo.InvariantCulture) + (power == 0 ? "" : "KMGTPE"[power - 1] + "i");
        }
        var exponent = -9;
        for (; exponent < 18 && (nanos % 1000).IsZero; exponent += 3) nanos /= 1000;
        var number = nanos.ToString(CultureInfo.InvariantCulture);
        if (exponent == 0) return number;
        if (format == Format.Exponent) return string.Create(CultureInfo.InvariantCulture, $"{number}e{exponent}");
        return number + (exponent < 0 ? "num"[(exponent + 9) / 3] : "kMGTPE"[exponent / 3 - 1]);
    }

    /// <summary>Divides, away from zero.</summary>
    private static BigInteger RoundUp(BigInteger value, BigInteger by)
    {
        var quotient = BigInteger.DivRem(value, by, out var rest);
        return rest.IsZero ? quotient : quotient + value.Sign;
    }
}
