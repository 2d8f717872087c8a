using System.Diagnostics.CodeAnalysis;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>Bracket expressions and classes of characters, as patterns, regular expressions and tr have them.</summary>
internal static class CharacterSet
{
    /// <summary>Reads a bracket expression of a pattern; <paramref name="end"/> is behind it.</summary>
    public static bool TryParse(string text, int open, [NotNullWhen(true)] out bool[]? set, out int end)
    {
        set = new bool[256];
        var i = open + 1;
        var negated = i < text.Length && text[i] is '!' or '^';
        if (negated) i++;
        for (var first = true; i < text.Length; first = false)
        {
            if (text[i] == ']' && !first)
            {
                if (negated) for (var c = 0; c < 256; c++) set[c] = !set[c];
                end = i + 1;
                return true;
            }
            if (
                text[i] == '['
                && i + 1 < text.Length
                && text[i + 1] == ':'
                && text.IndexOf(":]", i + 2, StringComparison.Ordinal) is > 0 and var close
                && Class(text[(i + 2)..close]) is { } members
            )
            {
                for (var c = 0; c < 256; c++) set[c] |= members((char)c);
                i = close + 2;
                continue;
            }
            var from = Character(text, ref i);
            var to = from;
            if (i + 1 < text.Length && text[i] == '-' && text[i + 1] != ']')
            {
                i++;
                to = Character(text, ref i);
            }
            for (int c = from; c <= to && c < 256; c++) set[c] = true;
        }
        end = open;
        return false;
    }

    private static char Character(string text, ref int i)
    {
        if (text[i] == '\\' && i + 1 < text.Length) i++;
        return text[i++];
    }

    /// <summary>The members of a named class; null for no such name.</summary>
    public static Func<char, bool>? Class(string name) =>
        name switch
        {
            "alpha" => char.IsAsciiLetter,
            "digit" => char.IsAsciiDigit,
            "alnum" => char.IsAsciiLetterOrDigit,
            "upper" => char.IsAsciiLetterUpper,
            "lower" => char.IsAsciiLetterLower,
            "space" => static c => c is ' ' or (>= '\t' and <= '\r'),
            "blank" => static c => c is ' ' or '\t',
            "xdigit" => char.IsAsciiHexDigit,
            "punct" => static c => c is > ' ' and < '\u007f' && !char.IsAsciiLetterOrDigit(c),
            "print" => static c => c is >= ' ' and < '\u007f',
            "graph" => static c => c is > ' ' and < '\u007f',
            "cntrl" => static c => c is < ' ' or '\u007f',
            _ => null,
        };
}
