using System.Text;

namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>
/// Splits an awk program into tokens. Whether a slash divides or begins an expression depends on what stood before.
/// </summary>
internal sealed class AwkLexer(string text)
{
    private static readonly string[] s_operators =
    [
        "**=",
        "&&",
        "||",
        "==",
        "!=",
        "<=",
        ">=",
        "++",
        "--",
        "+=",
        "-=",
        "*=",
        "/=",
        "%=",
        "^=",
        ">>",
        "!~",
        "**",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ";",
        ",",
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "!",
        ">",
        "<",
        "|",
        "?",
        ":",
        "~",
        "$",
        "=",
    ];

    private int _position;

    /// <param name="Kind">number, string, regex, name, call (a name that a parenthesis follows at once), newline,
    /// end, or the operator.</param>
    public sealed record Token(string Kind, string Text);

    public List<Token> ReadAll()
    {
        var tokens = new List<Token>();
        do
        {
            tokens.Add(Read(tokens.Count == 0 ? null : tokens[^1]));
        }
        while (tokens[^1].Kind != "end");
        return tokens;
    }

    private char At(int offset) => _position + offset < text.Length ? text[_position + offset] : '\0';

    private Token Read(Token? before)
    {
        while (_position < text.Length)
        {
            if (At(0) is ' ' or '\t' or '\r') _position++;
            else if (At(0) == '\\' && At(1) == '\n') _position += 2;
            else if (At(0) == '#') while (_position < text.Length && At(0) != '\n') _position++;
            else break;
        }
        if (_position >= text.Length) return new("end", "");
        var c = At(0);
        if (c == '\n')
        {
            _position++;
            return new("newline", "");
        }
        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(At(1)))) return Number();
        if (char.IsAsciiLetter(c) || c == '_')
        {
            var start = _position;
            while (char.IsAsciiLetterOrDigit(At(0)) || At(0) == '_') _position++;
            return new(At(0) == '(' ? "call" : "name", text[start.._position]);
        }
        if (c == '"')
            return Text();
        if (c == '/' && before?.Kind is not ("number" or "string" or "name" or ")" or "]" or "$" or "++" or "--"))
            return Regex();
        foreach (var op in s_operators)
        {
            if (string.CompareOrdinal(text, _position, op, 0, op.Length) != 0) continue;
            _position += op.Length;
            return new(op switch { "**" => "^", "**=" => "^=", _ => op }, op);
        }
        throw new CommandException($"cmd. line:1: Unexpected token");
    }

    private Token Number()
    {
        var start = _position;
        while (char.IsAsciiDigit(At(0)) || At(0) == '.') _position++;
        if (At(0) is 'e' or 'E' && (char.IsAsciiDigit(At(1)) || (At(1) is '-' or '+' && char.IsAsciiDigit(At(2)))))
        {
            _position += 2;
            while (char.IsAsciiDigit(At(0))) _position++;
        }
        return new("number", text[start.._position]);
    }

    private Token Text()
    {
        var result = new StringBuilder();
        for (_position++; ; _position++)
        {
            if (_position >= text.Length || At(0) == '\n')
                throw new CommandException("cmd. line:1: Unexpected end of string");
            if (At(0) == '"')
                break;
            if (At(0) != '\\')
            {
                result.Append(At(0));
                continue;
            }
            _position++;
            var length = 1;
            while (length < 3 && At(0) is >= '0' and <= '7' && At(length) is >= '0' and <= '7') length++;
            if (At(0) is >= '0' and <= '7')
            {
                result.Append((char)(Convert.ToInt32(text.Substring(_position, length), 8) & 255));
                _position += length - 1;
            }
            else if (At(0) == '\n') { }
            else
                result.Append(
                    At(0) switch
                    {
                        'n' => "\n",
                        't' => "\t",
                        'r' => "\r",
                        'a' => "\a",
                        'b' => "\b",
                        'f' => "\f",
                        'v' => "\v",
                        '\\' => "\\",
                        '"' => "\"",
                        '/' => "/",
                        var c => "\\" + c,
                    }
                );
        }
        _position++;
        return new("string", result.ToString());
    }

    private Token Regex()
    {
        var (result, inBracket) = (new StringBuilder(), false);
        for (_position++; ; _position++)
        {
            if (_position >= text.Length || At(0) == '\n')
                throw new CommandException("cmd. line:1: Unexpected end of regex");
            if (At(0) == '/' && !inBracket)
                break;
            inBracket = At(0) == '[' || (inBracket && At(0) != ']');
            if (At(0) == '\\' && At(1) == '/') _position++;
            else if (At(0) == '\\') result.Append(text[_position++]);
            result.Append(At(0));
        }
        _position++;
        return new("regex", result.ToString());
    }
}
