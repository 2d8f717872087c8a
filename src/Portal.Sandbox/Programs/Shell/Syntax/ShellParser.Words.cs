using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>Words: quotes and expansions.</summary>
internal sealed partial class ShellParser
{
    private const string WordEnd = " \t\r\n;&|<>()";

    private Word ReadWord()
    {
        var parts = new PartList();
        while (_position < text.Length && !WordEnd.Contains(text[_position], StringComparison.Ordinal))
            ReadUnquoted(parts);
        return parts.ToWord();
    }

    /// <summary>A whole text as it stands between double quotes, where quotes themselves mean nothing.</summary>
    public Word ReadDocument()
    {
        var parts = new PartList();
        while (_position < text.Length) ReadQuoted(parts, document: true);
        parts.Add("", true);
        return parts.ToWord();
    }

    /// <summary>Reads one character, quotation or expansion outside of quotes.</summary>
    private void ReadUnquoted(PartList parts)
    {
        var c = text[_position];
        switch (c)
        {
            case '\\':
                if (_position + 1 >= text.Length)
                {
                    _position++;
                    parts.Add("\\", true);
                    break;
                }
                if (At(1) != '\n') parts.Add(At(1).ToString(), true);
                _position += 2;
                break;
            case '\'':
                var end = text.IndexOf('\'', _position + 1);
                if (end < 0) throw Unterminated();
                parts.Add(text[(_position + 1)..end], true);
                _position = end + 1;
                break;
            case '"':
                ReadDoubleQuotes(parts);
                break;
            case '$' when At(1) == '\'':
                ReadEscapedQuotes(parts);
                break;
            case '$' or '`':
                ReadExpansion(parts, quoted: false);
                break;
            default:
                parts.Add(c.ToString(), false);
                _position++;
                break;
        }
    }

    private void ReadDoubleQuotes(PartList parts)
    {
        _position++;
        parts.Add("", true);
        while (true)
        {
            if (_position >= text.Length) throw Unterminated();
            if (text[_position] == '"') break;
            ReadQuoted(parts, document: false);
        }
        _position++;
    }

    private void ReadQuoted(PartList parts, bool document)
    {
        var c = text[_position];
        if (c is '$' or '`')
        {
            ReadExpansion(parts, quoted: true);
            return;
        }
        if (c == '\\' && At(1) is '$' or '`' or '\\' or '\n' or '"' && !(document && At(1) == '"'))
        {
            if (c == '\\')
            {
                if (At(1) != '\n') parts.Add(At(1).ToString(), true);
                _position += 2;
                return;
            }
        }
        parts.Add(c.ToString(), true);
        _position++;
    }

    private void ReadEscapedQuotes(PartList parts)
    {
        _position += 2;
        var start = _position;
        while (_position < text.Length && text[_position] != '\'') _position += text[_position] == '\\' ? 2 : 1;
        if (_position >= text.Length) throw Unterminated();
        parts.Add(Escapes.Expand(text[start.._position], Escapes.Style.Quote, out _), true);
        _position++;
    }

    /// <summary>Reads what begins with a dollar or a backquote.</summary>
    private void ReadExpansion(PartList parts, bool quoted)
    {
        if (text[_position] == '`')
        {
            ReadBackquotes(parts, quoted);
            return;
        }
        var next = At(1);
        if (next == '(')
        {
            Enter();
            if (At(2) != '(' || !TryReadArithmetic(parts, quoted)) ReadSubstitution(parts, quoted);
            _depth--;
        }
        else if (next == '{')
        {
            Enter();
            ReadBraces(parts, quoted);
            _depth--;
        }
        else if (char.IsAsciiLetter(next) || next == '_')
        {
            var end = _position + 1;
            while (end < text.Length && IsNameCharacter(text[end])) end++;
            parts.Add(new ParameterPart(text[(_position + 1)..end], "", null, null, quoted));
            _position = end;
        }
        else if (char.IsAsciiDigit(next) || "@*#?-$!".Contains(next, StringComparison.Ordinal) && next != '\0')
        {
            parts.Add(new ParameterPart(next.ToString(), "", null, null, quoted));
            _position += 2;
        }
        else
        {
            parts.Add("$", quoted);
            _position++;
        }
    }

    private void ReadBackquotes(PartList parts, bool quoted)
    {
        var script = new StringBuilder();
        for (_position++; ; _position++)
        {
            if (_position >= text.Length)
                throw new ShellSyntaxException("EOF in backquote substitution", incomplete: true);
            if (text[_position] == '`')
                break;
            if (text[_position] == '\\' && (At(1) is '\\' or '$' or '`' || quoted && At(1) == '"'))
                _position++;
            script.Append(text[_position]);
        }
        _position++;
        Enter();
        parts.Add(new CommandPart(new ShellParser(script.ToString(), _depth).ReadAll(), quoted));
        _depth--;
    }

    private void ReadSubstitution(PartList parts, bool quoted)
    {
        _position += 2;
        var before = _next;
        _next = null;
        var body = ReadList(")");
        if (Take() is { Kind: not ")" } token) throw Unexpected(token, ")");
        _next = before;
        parts.Add(new CommandPart(body, quoted));
    }

    /// <summary>
    /// Reads <c>$((…))</c>; when it turns out to be a substitution that begins with a subshell, nothing is read.
    /// </summary>
    private bool TryReadArithmetic(PartList parts, bool quoted)
    {
        var start = _position;
        _position += 3;
        var inner = new PartList();
        for (var open = 0; ;)
        {
            if (_position >= text.Length) throw new ShellSyntaxException("missing '))'", incomplete: true);
            var c = text[_position];
            if (c == ')' && open == 0)
            {
                if (At(1) == ')') break;
                _position = start;
                return false;
            }
            if (c is '(' or ')') open += c == '(' ? 1 : -1;
            if (c == '"') _position++;
            else if (c is '$' or '`' or '\\') ReadQuoted(inner, document: false);
            else
            {
                inner.Add(c.ToString(), true);
                _position++;
            }
        }
        _position += 2;
        parts.Add(new ArithmeticPart(inner.ToWord(), quoted));
        return true;
    }

    private void ReadBraces(PartList parts, bool quoted)
    {
        _position += 2;
        var length =
            At(0) == '#'
            && At(1) != '}'
            && (IsNameCharacter(At(1)) || "@*?$!#-".Contains(At(1), StringComparison.Ordinal))
            && !(At(1) == '#' && At(2) != '}')
            && !(At(1) == '-' && At(2) != '}');
        if (length)
            _position++;
        var start = _position;
        if (char.IsAsciiDigit(At(0)))
            while (char.IsAsciiDigit(At(0)))
                _position++;
        else if (IsNameCharacter(At(0)))
            while (IsNameCharacter(At(0)))
                _position++;
        else if ("@*#?-$!".Contains(At(0), StringComparison.Ordinal) && At(0) != '\0')
            _position++;
        else
            throw new ShellSyntaxException(
                _position >= text.Length ? "missing '}'" : "bad substitution",
                _position >= text.Length
            );
        var name = text[start.._position];
        if (At(0) == '}')
        {
            _position++;
            parts.Add(new ParameterPart(name, length ? "length" : "", null, null, quoted));
            return;
        }
        string[] operators = [":-", ":=", ":?", ":+", "##", "%%", "//", "-", "=", "?", "+", "#", "%", "/", ":"];
        var op = length
            ? null
            : operators.FirstOrDefault(o => string.CompareOrdinal(text, _position, o, 0, o.Length) == 0);
        if (op is null)
            throw new ShellSyntaxException(
                _position >= text.Length ? "missing '}'" : "bad substitution",
                _position >= text.Length
            );
        _position += op.Length;
        // Quotes mean something in a pattern even between double quotes.
        var inner = quoted && op[0] is not ('#' or '%' or '/');
        var argument = ReadBraceWord(inner, op is "/" or "//" ? '/' : op == ":" ? ':' : '}', skipFirst: op[0] == '/');
        var second = default(Word);
        if (At(0) is '/' or ':' && op is "/" or "//" or ":")
        {
            _position++;
            second = ReadBraceWord(inner, '}', skipFirst: false);
        }
        if (At(0) != '}') throw new ShellSyntaxException("missing '}'", incomplete: true);
        _position++;
        parts.Add(new ParameterPart(name, op, argument, second, quoted));
    }

    private Word ReadBraceWord(bool quoted, char stop, bool skipFirst)
    {
        var parts = new PartList();
        for (var first = _position; _position < text.Length; )
        {
            var c = text[_position];
            if (c == '}' || (c == stop && !(skipFirst && _position == first))) break;
            if (!quoted) ReadUnquoted(parts);
            else if (c == '"') ReadDoubleQuotes(parts);
            else if (c == '\\' && At(1) == '}')
            {
                parts.Add("}", true);
                _position += 2;
            }
            else ReadQuoted(parts, document: false);
        }
        return parts.ToWord();
    }

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static ShellSyntaxException Unterminated() => new("unterminated quoted string", incomplete: true);

    /// <summary>Collects the parts of a word; neighbouring literals become one.</summary>
    private sealed class PartList
    {
        private readonly List<WordPart> _parts = [];
        private readonly StringBuilder _literal = new();
        private bool? _quoted;

        public void Add(string text, bool quoted)
        {
            if (_quoted is { } before && before != quoted) Flush();
            _quoted = quoted;
            _literal.Append(text);
        }

        public void Add(WordPart part)
        {
            Flush();
            _parts.Add(part);
        }

        public Word ToWord()
        {
            Flush();
            return new(_parts);
        }

        private void Flush()
        {
            if (_quoted is { } quoted) _parts.Add(new LiteralPart(_literal.ToString(), quoted));
            _literal.Clear();
            _quoted = null;
        }
    }
}
