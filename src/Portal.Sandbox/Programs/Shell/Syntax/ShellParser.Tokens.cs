using System.Runtime.CompilerServices;
using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// Reads a script command by command. The tokens of a shell depend on where they stand, so the parser pulls them.
/// </summary>
internal sealed partial class ShellParser(string text, int depth = 0)
{
    /// <summary>How deep constructs may stand in each other.</summary>
    public const int DeepestNesting = 200;

    private static readonly string[] s_operators =
    [
        "&>>",
        "<<-",
        "<<<",
        "&&",
        "||",
        ";;",
        "&>",
        ">>",
        ">&",
        ">|",
        "<<",
        "<&",
        "<>",
        ";",
        "|",
        "&",
        "(",
        ")",
        "<",
        ">",
    ];

    private readonly List<(Redirection Redirection, int Index, List<Redirection> Owner)> _documents = [];
    private int _position;
    private int _depth = depth;
    private Token? _next;
    private Token _taken = new("end", null, 0);

    /// <param name="Kind">"word", "newline", "end", "number" (of a redirection), or the operator.</param>
    private sealed record Token(string Kind, Word? Word, int At);

    private Token Peek() => _next ??= Read();

    private Token Take()
    {
        _taken = Peek();
        _next = null;
        return _taken;
    }

    private void Enter()
    {
        if (++_depth > DeepestNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new ShellSyntaxException("nested too deeply");
    }

    private Token Read()
    {
        while (true)
        {
            if (_position >= text.Length)
            {
                if (_documents.Count > 0) ReadDocuments();
                return new("end", null, _position);
            }
            var c = text[_position];
            if (c is ' ' or '\t' or '\r') _position++;
            else if (c == '\\' && At(1) == '\n') _position += 2;
            else if (c == '#') SkipComment();
            else break;
        }
        var at = _position;
        if (text[_position] == '\n')
        {
            _position++;
            if (_documents.Count > 0) ReadDocuments();
            return new("newline", null, at);
        }
        if (char.IsAsciiDigit(text[_position]) && RedirectionFollows() is { } number) return new("number", number, at);
        foreach (var op in s_operators)
        {
            if (string.CompareOrdinal(text, _position, op, 0, op.Length) != 0) continue;
            _position += op.Length;
            return new(op, null, at);
        }
        return new("word", ReadWord(), at);
    }

    private void SkipComment()
    {
        while (_position < text.Length && text[_position] != '\n') _position++;
    }

    private Word? RedirectionFollows()
    {
        var end = _position;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        if (end >= text.Length || text[end] is not ('<' or '>')) return null;
        var number = text[_position..end];
        _position = end;
        return new([new LiteralPart(number, false)]);
    }

    private char At(int offset) => _position + offset < text.Length ? text[_position + offset] : '\0';

    /// <summary>
    /// Whether a here document that was read has no end: it is taken as it is, or more lines are asked for.
    /// </summary>
    public bool HasOpenDocument { get; private set; }

    /// <summary>Reads the here documents whose operators stood on the line that has just ended.</summary>
    private void ReadDocuments()
    {
        foreach (var (redirection, index, owner) in _documents)
        {
            var quoted = redirection.Target.Parts.Any(p => p.Quoted);
            var end = string.Concat(redirection.Target.Parts.Select(p => p is LiteralPart l ? l.Text : ""));
            var body = new StringBuilder();
            var ended = false;
            while (_position < text.Length)
            {
                var stop = text.IndexOf('\n', _position);
                var line = text[_position..(stop < 0 ? text.Length : stop)];
                _position = stop < 0 ? text.Length : stop + 1;
                if (redirection.Operator == "<<-") line = line.TrimStart('\t');
                ended = line == end;
                if (ended) break;
                body.Append(line);
                if (stop >= 0) body.Append('\n');
            }
            HasOpenDocument |= !ended;
            var word = quoted
                ? new Word([new LiteralPart(body.ToString(), true)])
                : new ShellParser(body.ToString(), _depth).ReadDocument();
            owner[index] = redirection with { Target = word };
        }
        _documents.Clear();
    }

    private static ShellSyntaxException Unexpected(Token token, string? expected = null)
    {
        var name = token.Kind switch
        {
            "end" => "end of file", "newline" => "newline", "number" => "redirection",
            "word" => token.Word!.Plain is { } plain && IsReserved(plain) ? $"\"{plain}\"" : "word",
            "<" or ">" or ">>" or "<<" or "<<-" or "<<<" or "<&" or ">&" or ">|" or "<>" or "&>" or "&>>" =>
                "redirection",
            _ => $"\"{token.Kind}\"",
        };
        return new(
            $"unexpected {name}{(expected is null ? "" : $" (expecting \"{expected}\")")}",
            incomplete: token.Kind == "end"
        );
    }
}
