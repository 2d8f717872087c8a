using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace Portal.Web.Components.Shared.Text;

/// <summary>Colours for shell and YAML, by word shapes. All text is encoded; an unknown language comes back plain.</summary>
internal static partial class CodeHighlighter
{
    public static string ToHtml(string code, string language) => language switch
    {
        "bash" or "sh" or "shell" or "console" => Mark(code, Shell()),
        "yaml" or "yml" => Mark(code, Yaml()),
        _ => HtmlEncoder.Default.Encode(code),
    };

    /// <summary>Without marks when finding them takes too long: a text is never worth a page.</summary>
    private static string Mark(string code, Regex tokens)
    {
        try
        {
            return MarkTokens(code, tokens);
        }
        catch (RegexMatchTimeoutException)
        {
            return HtmlEncoder.Default.Encode(code);
        }
    }

    /// <summary>Each named group of the expression becomes a span with that class.</summary>
    private static string MarkTokens(string code, Regex tokens)
    {
        var html = new StringBuilder(code.Length * 2);
        var at = 0;
        foreach (Match match in tokens.Matches(code))
        {
            if (match.Groups.Values.Skip(1).FirstOrDefault(g => g.Success && g.Length > 0) is not { } group) continue;
            html.Append(HtmlEncoder.Default.Encode(code[at..group.Index]));
            html.Append("<span class=\"tok-").Append(group.Name).Append("\">").Append(HtmlEncoder.Default.Encode(group.Value)).Append("</span>");
            at = group.Index + group.Length;
        }
        return html.Append(HtmlEncoder.Default.Encode(code[at..])).ToString();
    }

    [GeneratedRegex("""
        (?<comment>(?<=^|\s)\#.*$)
        | (?<string>'[^']*'|"(?:\\.|[^"\\])*")
        | (?<variable>\$\{[^}]*\}|\$\w+)
        | (?<keyword>(?<=^|[\s;&|])(?:for|while|until|do|done|if|then|else|elif|fi|case|esac|in|export|cd|source)(?=$|[\s;]))
        | (?<command>(?:(?<=^[ \t]*)|(?<=(?:\||&&|;|\bdo\s|\bthen\s|\$\()\s*))(?![\-\#])[\w./~][\w./~+-]*(?=$|\s|\)))
        | (?<flag>(?<=\s)--?[A-Za-z][\w-]*)
        | (?<operator>\|\||&&|[|&;<>]+|\\$)
        """, RegexOptions.Multiline | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Shell();

    [GeneratedRegex("""
        (?<comment>(?<=^|\s)\#.*$)
        | (?<key>(?<=^[ \t]*(?:-[ \t]+)*)[\w./"'-][^:\n\#]*?(?=:(?:\s|$)))
        | (?<string>'[^'\n]*'|"(?:\\.|[^"\\\n])*")
        | (?<number>(?<=:[ \t]|-[ \t])-?\d+(?:\.\d+)?(?=\s*$))
        | (?<keyword>(?<=:[ \t]|-[ \t])(?:true|false|null)(?=\s*$)|^---$)
        """, RegexOptions.Multiline | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Yaml();
}
