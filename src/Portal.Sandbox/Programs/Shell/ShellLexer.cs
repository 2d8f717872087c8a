using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>A part of a word. Quoted text is not split; single-quoted text is not expanded either.</summary>
internal readonly record struct WordPart(string Text, bool Quoted, bool Literal);

/// <param name="Operator">The operator's text, or null for a word.</param>
internal sealed record ShellToken(string? Operator, IReadOnlyList<WordPart> Parts)
{
    /// <summary>The word when it is one unquoted piece: keywords and assignments are recognised by it.</summary>
    public string? Plain => Operator is null && Parts.Count == 1 && !Parts[0].Quoted ? Parts[0].Text : null;
}

internal sealed class ShellSyntaxException(string message) : Exception(message);

/// <summary>Splits shell text into words and operators.</summary>
internal static class ShellLexer
{
    private static readonly string[] s_operators = ["&&", "||", ";;", ">>", "2>&1", "2>", "1>", ">&2", "&>", ";", "|", "&", "(", ")", "<", ">", "\n"];

    public static List<ShellToken> Lex(string text)
    {
        var tokens = new List<ShellToken>();
        var parts = new List<WordPart>();
        var plain = new StringBuilder();
        void EndPart()
        {
            if (plain.Length > 0) parts.Add(new(plain.ToString(), false, false));
            plain.Clear();
        }
        void EndWord()
        {
            EndPart();
            if (parts.Count > 0) tokens.Add(new(null, [.. parts]));
            parts.Clear();
        }
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (c == '\\' && i + 1 < text.Length)
            {
                if (text[i + 1] != '\n')
                {
                    EndPart();
                    parts.Add(new(text[i + 1].ToString(), true, true));
                }
                i += 2;
            }
            else if (c == '\'')
            {
                var end = text.IndexOf('\'', i + 1);
                if (end < 0) throw new ShellSyntaxException("unterminated quoted string");
                EndPart();
                parts.Add(new(text[(i + 1)..end], true, true));
                i = end + 1;
            }
            else if (c == '"')
            {
                EndPart();
                i = Quoted(text, i + 1, parts);
            }
            else if (c == '$' && i + 1 < text.Length && text[i + 1] is '(' or '{')
            {
                var end = Balanced(text, i + 1);
                plain.Append(text, i, end - i);
                i = end;
            }
            else if (c == '`')
            {
                var end = text.IndexOf('`', i + 1);
                if (end < 0) throw new ShellSyntaxException("unterminated backquote");
                plain.Append("$(").Append(text, i + 1, end - i - 1).Append(')');
                i = end + 1;
            }
            else if (c is ' ' or '\t' or '\r')
            {
                EndWord();
                i++;
            }
            else if (c == '#' && plain.Length == 0 && parts.Count == 0)
            {
                while (i < text.Length && text[i] != '\n') i++;
            }
            else if (s_operators.FirstOrDefault(o => string.CompareOrdinal(text, i, o, 0, o.Length) == 0 && (char.IsAsciiDigit(o[0]) ? plain.Length == 0 && parts.Count == 0 : true)) is { } op)
            {
                EndWord();
                tokens.Add(new(op, []));
                i += op.Length;
            }
            else
            {
                plain.Append(c);
                i++;
            }
        }
        EndWord();
        return tokens;
    }

    /// <summary>The end (exclusive) of a bracketed expression that begins at <paramref name="open"/>.</summary>
    public static int Balanced(string text, int open)
    {
        var (left, right) = text[open] == '(' ? ('(', ')') : ('{', '}');
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '\'' && left == '(')
            {
                i = text.IndexOf('\'', i + 1);
                if (i < 0) break;
            }
            else if (text[i] == left) depth++;
            else if (text[i] == right && --depth == 0) return i + 1;
        }
        throw new ShellSyntaxException($"missing '{right}'");
    }

    private static int Quoted(string text, int i, List<WordPart> parts)
    {
        var value = new StringBuilder();
        while (i < text.Length && text[i] != '"')
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '"' or '\\' or '`')
            {
                value.Append(text[i + 1]);
                i += 2;
            }
            else if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] == '$')
            {
                parts.Add(new(value.ToString(), true, false));
                parts.Add(new("$", true, true));
                value.Clear();
                i += 2;
            }
            else if (text[i] == '$' && i + 1 < text.Length && text[i + 1] is '(' or '{')
            {
                var end = Balanced(text, i + 1);
                value.Append(text, i, end - i);
                i = end;
            }
            else value.Append(text[i++]);
        }
        if (i >= text.Length) throw new ShellSyntaxException("unterminated quoted string");
        parts.Add(new(value.ToString(), true, false));
        return i + 1;
    }
}
