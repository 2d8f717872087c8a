using System.Text;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Characters and sets of them in a pattern: <c>[a-z[:alpha:]\d]</c>, <c>\pL</c>, <c>\x{2603}</c>. Each read answers with where the pattern goes on.</summary>
internal static class Re2Classes
{
    private static readonly HashSet<string> s_posix = [.. "alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit".Split(' ')];

    private static readonly HashSet<string> s_unicode =
    [
        .. ("Any C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs"
            + " Adlam Ahom Arabic Armenian Avestan Balinese Bamum Batak Bengali Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Chakma Cham Cherokee Common Coptic Cuneiform Cypriot Cyrillic Deseret Devanagari"
            + " Egyptian_Hieroglyphs Ethiopic Georgian Glagolitic Gothic Greek Gujarati Gurmukhi Han Hangul Hanunoo Hebrew Hiragana Imperial_Aramaic Inherited Javanese Kaithi Kannada Katakana Kayah_Li Kharoshthi Khmer Lao Latin Lepcha"
            + " Limbu Linear_A Linear_B Lisu Lycian Lydian Malayalam Mandaic Meetei_Mayek Mongolian Myanmar New_Tai_Lue Nko Ogham Ol_Chiki Old_Italic Old_Persian Oriya Osmanya Phags_Pa Phoenician Rejang Runic Samaritan Saurashtra"
            + " Shavian Sinhala Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Tamil Telugu Thaana Thai Tibetan Tifinagh Ugaritic Vai Yi").Split(' '),
    ];

    public static int Bracket(string pattern, int begin)
    {
        var at = begin + 1;
        if (at < pattern.Length && pattern[at] == '^') at++;
        for (var first = true; at >= pattern.Length || pattern[at] != ']' || first; first = false)
        {
            if (Named(pattern, at) is { } named) at = named;
            else if (Escaped(pattern, at) is { } escaped) at = escaped;
            else at = Range(pattern, begin, at);
        }
        return at + 1;
    }

    /// <summary><c>\d</c>, <c>\s</c>, <c>\w</c>, <c>\pL</c>, <c>\p{Greek}</c> and their opposites; null when it is none.</summary>
    public static int? Escaped(string pattern, int at)
    {
        if (at + 1 >= pattern.Length || pattern[at] != '\\') return null;
        var c = pattern[at + 1];
        if (c is 'd' or 'D' or 's' or 'S' or 'w' or 'W') return at + 2;
        if (c is not ('p' or 'P')) return null;
        var end = at + 2;
        if (end >= pattern.Length) throw new Re2Exception("invalid character class range", pattern[at..]);
        string name;
        if (pattern[end] == '{')
        {
            var close = pattern.IndexOf('}', end);
            if (close < 0) throw new Re2Exception("invalid character class range", pattern[at..]);
            name = pattern[(end + 1)..close].TrimStart('^');
            end = close + 1;
        }
        else name = pattern[end++].ToString();
        return s_unicode.Contains(name) ? end : throw new Re2Exception("invalid character class range", pattern[at..end]);
    }

    /// <summary>One character, which may be escaped.</summary>
    public static int Character(string pattern, int at) => Read(pattern, at).After;

    private static int? Named(string pattern, int at)
    {
        if (!pattern.AsSpan(at < pattern.Length ? at : pattern.Length).StartsWith("[:")) return null;
        var end = pattern.IndexOf(":]", at + 2, StringComparison.Ordinal);
        if (end < 0) return null;
        return s_posix.Contains(pattern[(at + 2)..end].TrimStart('^')) ? end + 2 : throw new Re2Exception("invalid character class range", pattern[at..(end + 2)]);
    }

    private static int Range(string pattern, int begin, int at)
    {
        var low = InBracket(pattern, begin, at);
        if (low.After + 1 >= pattern.Length || pattern[low.After] != '-' || pattern[low.After + 1] == ']') return low.After;
        var high = InBracket(pattern, begin, low.After + 1);
        return high.Value < low.Value ? throw new Re2Exception("invalid character class range", pattern[at..high.After]) : high.After;
    }

    private static (int Value, int After) InBracket(string pattern, int begin, int at) =>
        at < pattern.Length ? Read(pattern, at) : throw new Re2Exception("missing closing ]", pattern[begin..]);

    private static (int Value, int After) Read(string pattern, int at)
    {
        if (pattern[at] != '\\')
        {
            Rune.DecodeFromUtf16(pattern.AsSpan(at), out var rune, out var length);
            return (rune.Value, at + length);
        }
        if (at + 1 >= pattern.Length) throw new Re2Exception("trailing backslash at end of expression", "");
        var c = pattern[at + 1];
        var end = at + 2;
        switch (c)
        {
            case >= '1' and <= '7' when end >= pattern.Length || pattern[end] is < '0' or > '7': break;
            case >= '0' and <= '7':
                var octal = c - '0';
                for (var i = 1; i < 3 && end < pattern.Length && pattern[end] is >= '0' and <= '7'; i++) octal = (octal * 8) + pattern[end++] - '0';
                return (octal, end);
            case 'x': return Hexadecimal(pattern, at);
            case 'a' or 'f' or 'n' or 'r' or 't' or 'v': return ("\a\f\n\r\t\v"["afnrtv".IndexOf(c, StringComparison.Ordinal)], end);
            case < '\x80' when !char.IsAsciiLetterOrDigit(c): return (c, end);
        }
        throw new Re2Exception("invalid escape sequence", pattern[at..end]);
    }

    private static (int Value, int After) Hexadecimal(string pattern, int at)
    {
        var i = at + 2;
        var braces = i < pattern.Length && pattern[i] == '{';
        if (braces) i++;
        var (value, digits) = (0, 0);
        while (i < pattern.Length && char.IsAsciiHexDigit(pattern[i]) && (braces || digits < 2) && value <= 0x10FFFF)
        {
            value = (value * 16) + Convert.ToInt32(pattern[i].ToString(), 16);
            i++;
            digits++;
        }
        var closed = braces ? digits > 0 && i < pattern.Length && pattern[i] == '}' : digits == 2;
        if (closed && value <= 0x10FFFF) return (value, braces ? i + 1 : i);
        throw new Re2Exception("invalid escape sequence", pattern[at..Math.Min(i + 1, pattern.Length)]);
    }
}
