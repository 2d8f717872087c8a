using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Text;

/// <summary>
/// Regular expressions of RE2, Envoy's engine: what needs look-around or references is refused, and matching takes time linear in
/// the text. Syntax: github.com/google/re2/wiki/Syntax, as far as .NET writes it differently.
/// </summary>
internal static class Re2
{
    private const int MaxCached = 500;

    /// <summary>Longer patterns are refused, as RE2 refuses programs above its memory limit.</summary>
    private const int MaxPattern = 8192;

    private static readonly (string Posix, string Set)[] s_classes =
    [
        ("[:alnum:]", "0-9A-Za-z"), ("[:alpha:]", "A-Za-z"), ("[:digit:]", "0-9"), ("[:lower:]", "a-z"), ("[:upper:]", "A-Z"), ("[:space:]", @"\t\n\v\f\r "),
        ("[:word:]", "0-9A-Za-z_"), ("[:xdigit:]", "0-9A-Fa-f"), ("[:blank:]", @"\t "), ("[:cntrl:]", @"\x00-\x1f\x7f"), ("[:punct:]", @"!-/:-@\[-`{-~"), ("[:print:]", " -~"), ("[:graph:]", "!-~"),
    ];

    private static readonly ConcurrentDictionary<string, Regex?> s_cache = new(StringComparer.Ordinal);

    /// <summary>Whether the whole text matches. A pattern that is not RE2 matches nothing.</summary>
    public static bool FullMatch(string pattern, string text) => Search($@"\A(?:{pattern})\z")?.IsMatch(text) == true;

    /// <summary>The pattern for searching in a text, kept for the next time; null when it is not RE2.</summary>
    public static Regex? Search(string pattern)
    {
        if (s_cache.TryGetValue(pattern, out var known)) return known;
        if (s_cache.Count >= MaxCached) s_cache.Clear();
        return s_cache.GetOrAdd(pattern, static p => TryCompile(p, out var regex) ? regex : null);
    }

    /// <summary>The pattern for searching in a text, e.g. to replace what matches.</summary>
    public static bool TryCompile(string pattern, [NotNullWhen(true)] out Regex? regex)
    {
        if (pattern.Length > MaxPattern)
        {
            regex = null;
            return false;
        }
        try
        {
            regex = new Regex(Translate(pattern), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            regex = null;
            return false;
        }
    }

    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length);
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length) i += Escape(pattern, i, text);
            else if (string.CompareOrdinal(pattern, i, "(?P<", 0, 4) == 0)
            {
                text.Append("(?<");
                i += 3;
            }
            else if (pattern[i] == '[' && Array.Find(s_classes, c => string.CompareOrdinal(pattern, i, c.Posix, 0, c.Posix.Length) == 0) is { Posix: not null } named)
            {
                text.Append(named.Set);
                i += named.Posix.Length - 1;
            }
            else text.Append(pattern[i]);
        }
        return text.ToString();
    }

    /// <summary>Writes an escape; tells how many characters follow the backslash.</summary>
    private static int Escape(string pattern, int at, StringBuilder text)
    {
        var c = pattern[at + 1];
        if (c == 'Q')
        {
            var end = pattern.IndexOf(@"\E", at + 2, StringComparison.Ordinal);
            var literal = end < 0 ? pattern[(at + 2)..] : pattern[(at + 2)..end];
            text.Append(Regex.Escape(literal));
            return (end < 0 ? pattern.Length : end + 2) - at - 1;
        }
        if (c is 'p' or 'P' && at + 2 < pattern.Length && pattern[at + 2] != '{')
        {
            text.Append('\\').Append(c).Append('{').Append(pattern[at + 2]).Append('}');
            return 2;
        }
        // What .NET understands and RE2 does not.
        if (c is 'G' or 'Z' or 'k' or 'c') throw new ArgumentException($"invalid escape sequence: \\{c}");
        // In RE2 these are of ASCII.
        text.Append(c switch { 'd' => "[0-9]", 'D' => "[^0-9]", 'w' => "[0-9A-Za-z_]", 'W' => "[^0-9A-Za-z_]", 's' => @"[\t\n\f\r ]", 'S' => @"[^\t\n\f\r ]", _ => "\\" + c });
        return 1;
    }
}
