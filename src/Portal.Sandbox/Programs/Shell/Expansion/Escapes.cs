using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>Backslash sequences of echo, printf and <c>$'…'</c>.</summary>
internal static class Escapes
{
    public enum Style
    {
        Quote,
        Echo,
        Printf,
    }

    /// <param name="stopped">Whether a <c>\c</c> ended the text.</param>
    public static string Expand(string text, Style style, out bool stopped)
    {
        stopped = false;
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }
            var c = text[++i];
            switch (c)
            {
                case 'a': result.Append('\a'); break;
                case 'b': result.Append('\b'); break;
                case 'e' when style != Style.Printf: result.Append('\u001b'); break;
                case 'f': result.Append('\f'); break;
                case 'n': result.Append('\n'); break;
                case 'r': result.Append('\r'); break;
                case 't': result.Append('\t'); break;
                case 'v': result.Append('\v'); break;
                case '\\': result.Append('\\'); break;
                case '\'' or '"' when style == Style.Quote: result.Append(c); break;
                case '"' when style == Style.Printf: result.Append(c); break;
                case 'c' when style != Style.Quote:
                    stopped = true;
                    return result.ToString();
                case 'x' when Digits(text, i + 1, 2, 16) is (> 0 and var count, var value):
                    result.Append((char)value);
                    i += count;
                    break;
                case '0' when style == Style.Echo:
                    var (octals, number) = Digits(text, i + 1, 3, 8);
                    result.Append((char)(number & 255));
                    i += octals;
                    break;
                case >= '0' and <= '7' when style != Style.Echo:
                    var (more, octal) = Digits(text, i, 3, 8);
                    result.Append((char)(octal & 255));
                    i += more - 1;
                    break;
                default: result.Append('\\').Append(c); break;
            }
        }
        return result.ToString();
    }

    private static (int Count, int Value) Digits(string text, int at, int most, int radix)
    {
        var (count, value) = (0, 0);
        while (
            count < most
            && at + count < text.Length
            && char.IsAsciiHexDigit(text[at + count])
            && Convert.ToInt32(text[at + count].ToString(), 16) is var digit
            && digit < radix
        )
        {
            value = (value * radix) + digit;
            count++;
        }
        return (count, value);
    }
}
