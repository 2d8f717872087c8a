using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>
/// POSIX's basic and extended regular expressions as .NET's, on the engine of linear time unless one refers back.
/// </summary>
internal static class PosixRegex
{
    private const int Deepest = 200, Longest = 10_000;

    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(200);

    /// <exception cref="CommandException">The expression is none.</exception>
    public static Regex Compile(string pattern, bool extended, bool ignoreCase)
    {
        if (pattern.Length > Longest) throw new CommandException("regular expression too big", 2);
        var text = new StringBuilder();
        var refersBack = false;
        var depth = 0;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            var first =
                i == 0
                || (
                    pattern[i - 1] is '(' or '|' && (extended ? !IsEscaped(pattern, i - 1) : IsEscaped(pattern, i - 1))
                );
            if (c == '\\' && i + 1 < pattern.Length)
            {
                var next = pattern[++i];
                switch (next)
                {
                    case '(' or ')' or '{' or '}' or '|' or '+' or '?' when !extended:
                        depth += next == '(' ? 1 : next == ')' ? -1 : 0;
                        text.Append(next);
                        break;
                    case >= '1' and <= '9':
                        refersBack = true;
                        text.Append('\\').Append(next).Append("(?:)");
                        break;
                    case '<': text.Append(@"\b(?=\w)"); refersBack = true; break;
                    case '>': text.Append(@"\b(?<=\w)"); refersBack = true; break;
                    case 'b' or 'B' or 'w' or 'W' or 's' or 'S': text.Append('\\').Append(next); break;
                    case 'n': text.Append('\n'); break;
                    case 't': text.Append('\t'); break;
                    case '`': text.Append(@"\A"); break;
                    case '\'': text.Append(@"\z"); break;
                    default: text.Append(Regex.Escape(next.ToString())); break;
                }
            }
            else if (c == '[')
            {
                if (!CharacterSet.TryParse(Bracket(pattern, i), 0, out var set, out _))
                    throw new CommandException($"bad regex '{pattern}': Unmatched [, [^, [:, [., or [=", 2);
                i += BracketLength(pattern, i) - 1;
                AppendSet(text, set, ignoreCase);
            }
            else if (c == '*' && first)
                text.Append(@"\*");
            else if (c == '^' && !extended && !first)
                text.Append(@"\^");
            else if (
                c == '$'
                && !extended
                && i + 1 < pattern.Length
                && !(pattern[i + 1] == '\\' && i + 2 < pattern.Length && pattern[i + 2] is ')' or '|')
            )
                text.Append(@"\$");
            else if (c == '$')
                text.Append(@"\z");
            else if (c == '^')
                text.Append(@"\A");
            else if (c == '.')
                text.Append("[^\\0]");
            else if (c is '(' or ')' or '|' or '+' or '?' or '{' or '}')
            {
                if (!extended)
                    text.Append('\\').Append(c);
                else if (
                    c is '+' or '?' && first
                    || (c == '{' && (first || !IsInterval(pattern, i)))
                    || (c == '}' && !ClosesInterval(text))
                )
                    text.Append('\\').Append(c);
                else
                {
                    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                    text.Append(c);
                }
            }
            else text.Append(c is '*' ? "*" : Regex.Escape(c.ToString()));
            if (depth > Deepest) throw new CommandException("regular expression nested too deeply", 2);
        }
        var options = RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        // Two quantifiers in a row mean something else here than in POSIX.
        var translated = Regex.Replace(
            text.ToString(),
            @"(?<!\\)([*+?}])[*+]+",
            "$1",
            RegexOptions.NonBacktracking & RegexOptions.None
        );
        try
        {
            return refersBack
                ? new Regex(translated, options, s_timeout)
                : new Regex(translated, options | RegexOptions.NonBacktracking);
        }
        catch (ArgumentException)
        {
            throw new CommandException($"bad regex '{pattern}': Invalid preceding regular expression", 2);
        }
        catch (NotSupportedException)
        {
            throw new CommandException($"bad regex '{pattern}': Regular expression too big", 2);
        }
    }

    private static bool IsEscaped(string pattern, int at)
    {
        var count = 0;
        while (at - count > 0 && pattern[at - count - 1] == '\\') count++;
        return count % 2 == 1;
    }

    private static bool IsInterval(string pattern, int at) =>
        at + 1 < pattern.Length && char.IsAsciiDigit(pattern[at + 1]) && pattern.IndexOf('}', at) > 0;

    private static bool ClosesInterval(StringBuilder text)
    {
        for (var i = text.Length - 1; i >= 0 && (char.IsAsciiDigit(text[i]) || text[i] is ',' or '{'); i--)
            if (text[i] == '{')
                return i == 0 || text[i - 1] != '\\';
        return false;
    }

    /// <summary>A bracket expression in which backslashes stand for themselves, as POSIX has it.</summary>
    private static string Bracket(string pattern, int at) =>
        pattern[at..(at + BracketLength(pattern, at))].Replace("\\", "\\\\", StringComparison.Ordinal);

    private static int BracketLength(string pattern, int at)
    {
        var i = at + 1;
        if (i < pattern.Length && pattern[i] == '^') i++;
        if (i < pattern.Length && pattern[i] == ']') i++;
        while (i < pattern.Length && pattern[i] != ']')
        {
            if (
                pattern[i] == '['
                && i + 1 < pattern.Length
                && pattern[i + 1] == ':'
                && pattern.IndexOf(":]", i + 2, StringComparison.Ordinal) is > 0 and var end
            )
                i = end + 2;
            else
                i++;
        }
        return Math.Min(i + 1, pattern.Length) - at;
    }

    private static void AppendSet(StringBuilder text, bool[] set, bool ignoreCase)
    {
        if (ignoreCase)
        {
            for (var c = 'a'; c <= 'z'; c++)
                set[c] = set[char.ToUpperInvariant(c)] = set[c] || set[char.ToUpperInvariant(c)];
        }
        text.Append('[');
        var any = false;
        for (var c = 0; c < 256; c++)
        {
            if (!set[c]) continue;
            any = true;
            var end = c;
            while (end < 255 && set[end + 1])
                end++;
            text.Append(CultureInfo.InvariantCulture, $"\\x{c:x2}")
                .Append(end > c ? string.Create(CultureInfo.InvariantCulture, $"-\\x{end:x2}") : "");
            c = end;
        }
        if (!any) text.Append(@"^\x00-\uffff");
        text.Append(']');
    }
}
