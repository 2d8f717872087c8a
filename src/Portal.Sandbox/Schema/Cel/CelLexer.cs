using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Schema.Cel;

internal enum CelTokenKind { End, Identifier, Int, Uint, Double, String, Bytes, Operator }

/// <param name="Position">Where the token begins in the source.</param>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, object? Value, int Position);

/// <summary>Splits an expression of the Common Expression Language into tokens.</summary>
internal sealed class CelLexer(string source)
{
    private static readonly string[] s_operators = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}"];

    private int _at;

    public static List<CelToken> Read(string source)
    {
        var lexer = new CelLexer(source);
        var tokens = new List<CelToken>();
        do tokens.Add(lexer.Next());
        while (tokens[^1].Kind != CelTokenKind.End);
        return tokens;
    }

    private char Current => _at < source.Length ? source[_at] : '\0';

    private CelToken Next()
    {
        SkipSpace();
        var start = _at;
        if (_at >= source.Length) return new(CelTokenKind.End, "<EOF>", null, start);
        if (StringPrefix() is { } prefix) return ReadString(prefix, start);
        if (char.IsAsciiLetter(Current) || Current == '_')
        {
            while (char.IsAsciiLetterOrDigit(Current) || Current == '_') _at++;
            return new(CelTokenKind.Identifier, source[start.._at], null, start);
        }
        if (Current == '`') return Quoted(start);
        if (char.IsAsciiDigit(Current) || (Current == '.' && _at + 1 < source.Length && char.IsAsciiDigit(source[_at + 1]))) return ReadNumber(start);
        foreach (var op in s_operators)
        {
            if (string.CompareOrdinal(source, _at, op, 0, op.Length) != 0) continue;
            _at += op.Length;
            return new(CelTokenKind.Operator, op, null, start);
        }
        throw new CelSyntaxException($"Syntax error: token recognition error at: '{source[start]}'", start);
    }

    /// <summary>A field's name in back quotes may hold what no identifier may.</summary>
    private CelToken Quoted(int start)
    {
        var end = source.IndexOf('`', start + 1);
        if (end < 0) throw new CelSyntaxException("Syntax error: token recognition error at: '`'", start);
        _at = end + 1;
        return new(CelTokenKind.Identifier, source[(start + 1)..end], null, start);
    }

    private void SkipSpace()
    {
        while (_at < source.Length)
        {
            if (char.IsWhiteSpace(Current)) _at++;
            else if (Current == '/' && _at + 1 < source.Length && source[_at + 1] == '/')
            {
                while (_at < source.Length && Current != '\n') _at++;
            }
            else return;
        }
    }

    /// <summary>The letters before a string's quote (<c>r</c>, <c>b</c> or both); null when no string begins here.</summary>
    private string? StringPrefix()
    {
        var end = _at;
        while (end < source.Length && end - _at < 2 && source[end] is 'r' or 'R' or 'b' or 'B') end++;
        return end < source.Length && source[end] is '"' or '\'' ? source[_at..end].ToLowerInvariant() : null;
    }

    private CelToken ReadNumber(int start)
    {
        if (Current == '0' && _at + 1 < source.Length && source[_at + 1] is 'x' or 'X')
        {
            _at += 2;
            var digits = _at;
            while (char.IsAsciiHexDigit(Current)) _at++;
            if (!ulong.TryParse(source.AsSpan(digits, _at - digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)) throw Bad("int");
            return Integer(hex);
        }
        while (char.IsAsciiDigit(Current)) _at++;
        var isDouble = false;
        if (Current == '.' && _at + 1 < source.Length && char.IsAsciiDigit(source[_at + 1]))
        {
            isDouble = true;
            _at++;
            while (char.IsAsciiDigit(Current)) _at++;
        }
        if (Current is 'e' or 'E')
        {
            isDouble = true;
            _at++;
            if (Current is '+' or '-') _at++;
            while (char.IsAsciiDigit(Current)) _at++;
        }
        var text = source[start.._at];
        if (isDouble) return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) ? new(CelTokenKind.Double, text, d, start) : throw Bad("double");
        if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n)) throw Bad("int");
        return Integer(n);

        CelToken Integer(ulong value)
        {
            if (Current is not ('u' or 'U')) return new(CelTokenKind.Int, source[start.._at], value, start);
            _at++;
            return new(CelTokenKind.Uint, source[start.._at], value, start);
        }

        CelSyntaxException Bad(string type) => new($"invalid {type} literal", start);
    }

    private CelToken ReadString(string prefix, int start)
    {
        _at += prefix.Length;
        var quote = source[_at];
        var triple = string.CompareOrdinal(source, _at, new string(quote, 3), 0, 3) == 0;
        var closing = new string(quote, triple ? 3 : 1);
        _at += closing.Length;
        var (raw, bytes) = (prefix.Contains('r', StringComparison.Ordinal), prefix.Contains('b', StringComparison.Ordinal));
        var text = new StringBuilder();
        while (string.CompareOrdinal(source, _at, closing, 0, closing.Length) != 0)
        {
            if (_at >= source.Length || (!triple && Current is '\n' or '\r')) throw new CelSyntaxException($"Syntax error: token recognition error at: '{source[start.._at]}'", start);
            if (Current == '\\' && !raw) Escape(text);
            else text.Append(source[_at++]);
        }
        _at += closing.Length;
        return bytes ? new(CelTokenKind.Bytes, source[start.._at], Encoding.UTF8.GetBytes(text.ToString()), start) : new(CelTokenKind.String, source[start.._at], text.ToString(), start);
    }

    private void Escape(StringBuilder text)
    {
        var start = _at++;
        var c = Current;
        _at++;
        switch (c)
        {
            case 'n': text.Append('\n'); break;
            case 't': text.Append('\t'); break;
            case 'r': text.Append('\r'); break;
            case 'a': text.Append('\a'); break;
            case 'b': text.Append('\b'); break;
            case 'f': text.Append('\f'); break;
            case 'v': text.Append('\v'); break;
            case '\\' or '\'' or '"' or '`' or '?': text.Append(c); break;
            case 'x' or 'X': Code(2, NumberStyles.AllowHexSpecifier); break;
            case 'u': Code(4, NumberStyles.AllowHexSpecifier); break;
            case 'U': Code(8, NumberStyles.AllowHexSpecifier); break;
            case >= '0' and <= '3':
                if (_at + 2 > source.Length || source.AsSpan(_at - 1, 3).ContainsAnyExceptInRange('0', '7')) throw Bad();
                text.Append((char)Convert.ToInt32(source.Substring(_at - 1, 3), 8));
                _at += 2;
                break;
            default: throw Bad();
        }

        void Code(int length, NumberStyles style)
        {
            if (_at + length > source.Length || !uint.TryParse(source.AsSpan(_at, length), style, CultureInfo.InvariantCulture, out var code) || !Rune.IsValid(code)) throw Bad();
            text.Append(new Rune(code).ToString());
            _at += length;
        }

        CelSyntaxException Bad() => new("Syntax error: token recognition error at: '\\'", start);
    }
}
