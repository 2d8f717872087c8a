using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Values as Go prints them in error texts.</summary>
internal static class GoText
{
    /// <summary><c>%q</c></summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\a' => "\\a",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\v' => "\\v",
                < ' ' or 0x7f => $"\\x{rune.Value:x2}",
                _ => rune.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }

    /// <summary><c>%v</c> of a list.</summary>
    public static string List(IEnumerable<string> items) => $"[{string.Join(' ', items)}]";

    /// <summary><c>%v</c> of a float: the shortest text, with an exponent from 1e21 on.</summary>
    public static string Float(double d)
    {
        var text = d.ToString("R", CultureInfo.InvariantCulture);
        if (!text.Contains('E', StringComparison.Ordinal)) return text;
        return Math.Abs(d) is >= 1 and < 1e21 ? new System.Numerics.BigInteger(d).ToString(CultureInfo.InvariantCulture) : text.Replace('E', 'e');
    }

    /// <summary><c>%f</c></summary>
    public static string Fixed(double d) => d.ToString("F6", CultureInfo.InvariantCulture);

    /// <summary>What <c>strconv</c> says of a text that is not a number; null when it is one of at most so many bits.</summary>
    public static string? NotANumber(string text, string function, bool signed)
    {
        var digits = signed && text.Length > 1 && text[0] is '-' or '+' ? text[1..] : text;
        if (digits.Length == 0 || !digits.All(char.IsAsciiDigit)) return $"strconv.{function}: parsing {Quote(text)}: invalid syntax";
        return decimal.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n <= (signed ? long.MaxValue : uint.MaxValue) ? null : $"strconv.{function}: parsing {Quote(text)}: value out of range";
    }
}
