using System.Globalization;
using System.Text;

namespace Portal.Web.Components.Shared.Text;

/// <summary>
/// Terminal output as HTML. Colours and weights become spans, everything else that a terminal would obey is dropped, and
/// all text is encoded: the result holds no markup but its own.
/// </summary>
internal static class AnsiToHtml
{
    private const char Escape = '\x1b';

    public static string Convert(ReadOnlySpan<char> text)
    {
        var html = new StringBuilder(text.Length + 64);
        var style = AnsiStyle.Plain;
        var line = new AnsiLine();
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case Escape:
                    i = ReadEscape(text, i, ref style);
                    break;
                case '\n':
                    line.Flush(html);
                    html.Append('\n');
                    break;
                case '\r':
                    line.Return();
                    break;
                case '\b':
                    line.Back();
                    break;
                case '\t' or >= ' ' and not '\x7f':
                    line.Put(text[i], style);
                    break;
            }
        }
        line.Flush(html);
        return html.ToString();
    }

    /// <returns>Index of the last character that belongs to the sequence.</returns>
    private static int ReadEscape(ReadOnlySpan<char> text, int start, ref AnsiStyle style)
    {
        if (start + 1 >= text.Length) return start;
        switch (text[start + 1])
        {
            case '[':
                var end = start + 2;
                while (end < text.Length && text[end] is >= '\x20' and <= '\x3f') end++;
                if (end < text.Length && text[end] == 'm') style = Apply(style, text[(start + 2)..end]);
                return Math.Min(end, text.Length - 1);
            case ']' or 'P' or '_' or '^': // a string, ended by BEL or ESC \
                for (var i = start + 2; i < text.Length; i++)
                {
                    if (text[i] == '\a') return i;
                    if (text[i] == Escape) return Math.Min(i + 1, text.Length - 1);
                }
                return text.Length - 1;
            case '(' or ')' or '#':
                return Math.Min(start + 2, text.Length - 1);
            default:
                return start + 1;
        }
    }

    private static AnsiStyle Apply(AnsiStyle style, ReadOnlySpan<char> parameters)
    {
        var codes = new List<int>();
        foreach (var range in parameters.Split(';'))
        {
            var part = parameters[range];
            codes.Add(int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : part.Length == 0 ? 0 : -1);
        }
        for (var i = 0; i < codes.Count; i++)
        {
            style = codes[i] switch
            {
                0 => AnsiStyle.Plain,
                1 => style with { Bold = true },
                2 => style with { Faint = true },
                3 => style with { Italic = true },
                4 => style with { Underline = true },
                7 => style with { Inverse = true },
                22 => style with { Bold = false, Faint = false },
                23 => style with { Italic = false },
                24 => style with { Underline = false },
                27 => style with { Inverse = false },
                >= 30 and <= 37 => style with { Foreground = Named("fg", codes[i] - 30) },
                38 => style with { Foreground = Extended(codes, ref i, "fg", "color") },
                39 => style with { Foreground = null },
                >= 40 and <= 47 => style with { Background = Named("bg", codes[i] - 40) },
                48 => style with { Background = Extended(codes, ref i, "bg", "background-color") },
                49 => style with { Background = null },
                >= 90 and <= 97 => style with { Foreground = Named("fg", codes[i] - 82) },
                >= 100 and <= 107 => style with { Background = Named("bg", codes[i] - 92) },
                _ => style,
            };
        }
        return style;
    }

    private static AnsiColor Named(string layer, int index) => new($"ansi-{layer}-{index}", null);

    private static AnsiColor? Extended(List<int> codes, ref int i, string layer, string property)
    {
        if (i + 2 < codes.Count && codes[i + 1] == 5)
        {
            var n = Math.Clamp(codes[i + 2], 0, 255);
            i += 2;
            return n < 16 ? Named(layer, n) : new AnsiColor(null, $"{property}:{Palette(n)}");
        }
        if (i + 4 < codes.Count && codes[i + 1] == 2)
        {
            var (r, g, b) = (Math.Clamp(codes[i + 2], 0, 255), Math.Clamp(codes[i + 3], 0, 255), Math.Clamp(codes[i + 4], 0, 255));
            i += 4;
            return new AnsiColor(null, $"{property}:rgb({r},{g},{b})");
        }
        i = codes.Count;
        return null;
    }

    private static string Palette(int n)
    {
        if (n >= 232)
        {
            var grey = 8 + ((n - 232) * 10);
            return $"rgb({grey},{grey},{grey})";
        }
        static int Level(int step) => step == 0 ? 0 : 55 + (step * 40);
        n -= 16;
        return $"rgb({Level(n / 36)},{Level(n / 6 % 6)},{Level(n % 6)})";
    }
}
