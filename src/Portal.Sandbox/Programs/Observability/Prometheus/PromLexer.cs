using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Programs.Observability.Prometheus;

internal enum PromTokenKind { End, Name, Number, Duration, Text, Symbol }

/// <param name="Position">Offset of its first character in the query.</param>
internal readonly record struct PromToken(PromTokenKind Kind, string Text, int Position);

/// <summary>Splits a query into tokens.</summary>
internal static class PromLexer
{
    private static readonly string[] s_symbols = ["==", "!=", "=~", "!~", ">=", "<=", "(", ")", "{", "}", "[", "]", ",", "=", ">", "<", "+", "-", "*", "/", "%", "^", "@", ":"];

    public static List<PromToken> Read(string query)
    {
        var tokens = new List<PromToken>();
        var i = 0;
        while (i < query.Length)
        {
            var c = query[i];
            var start = i;
            if (char.IsWhiteSpace(c)) i++;
            else if (c == '#') while (i < query.Length && query[i] != '\n') i++;
            else if (char.IsAsciiDigit(c) || (c == '.' && i + 1 < query.Length && char.IsAsciiDigit(query[i + 1]))) tokens.Add(Number(query, ref i));
            else if (c is '"' or '\'' or '`') tokens.Add(new(PromTokenKind.Text, Quoted(query, ref i), start));
            else if (char.IsAsciiLetter(c) || c == '_' || (c == ':' && !InBrackets(tokens)))
            {
                while (i < query.Length && (char.IsAsciiLetterOrDigit(query[i]) || query[i] == '_' || (query[i] == ':' && !InBrackets(tokens)))) i++;
                tokens.Add(new(PromTokenKind.Name, query[start..i], start));
            }
            else if (Array.Find(s_symbols, s => string.CompareOrdinal(query, start, s, 0, s.Length) == 0) is { } symbol)
            {
                tokens.Add(new(PromTokenKind.Symbol, symbol, start));
                i += symbol.Length;
            }
            else throw PromParser.Error(query, start, $"unexpected character: {Describe(c)}");
        }
        tokens.Add(new(PromTokenKind.End, "", query.Length));
        return tokens;
    }

    /// <summary>A duration such as <c>1h30m</c> in milliseconds; null when it is none.</summary>
    public static long? Duration(string text)
    {
        var (total, i) = (0L, 0);
        while (i < text.Length)
        {
            var start = i;
            while (i < text.Length && char.IsAsciiDigit(text[i])) i++;
            if (i == start || !long.TryParse(text.AsSpan(start, i - start), out var n)) return null;
            var unit = i;
            while (i < text.Length && char.IsAsciiLetter(text[i])) i++;
            var factor = text[unit..i] switch { "ms" => 1L, "s" => 1000, "m" => 60_000, "h" => 3_600_000, "d" => 86_400_000, "w" => 604_800_000, "y" => 31_536_000_000, _ => 0 };
            if (factor == 0) return null;
            total += n * factor;
        }
        return text.Length == 0 ? null : total;
    }

    private static bool InBrackets(List<PromToken> tokens)
    {
        for (var i = tokens.Count - 1; i >= 0; i--)
        {
            if (tokens[i] is { Kind: PromTokenKind.Symbol, Text: "]" }) return false;
            if (tokens[i] is { Kind: PromTokenKind.Symbol, Text: "[" }) return true;
        }
        return false;
    }

    private static PromToken Number(string query, ref int i)
    {
        var start = i;
        if (query[i] == '0' && i + 1 < query.Length && query[i + 1] is 'x' or 'X')
        {
            i += 2;
            while (i < query.Length && char.IsAsciiHexDigit(query[i])) i++;
            return long.TryParse(query.AsSpan(start + 2, i - start - 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex)
                ? new(PromTokenKind.Number, hex.ToString(CultureInfo.InvariantCulture), start) : throw PromParser.Error(query, start, $"bad number or duration syntax: \"{query[start..i]}\"");
        }
        while (i < query.Length && (char.IsAsciiLetterOrDigit(query[i]) || query[i] == '.' || (query[i] is '+' or '-' && query[i - 1] is 'e' or 'E' && !query[start..i].Any(c => char.IsAsciiLetter(c) && c is not ('e' or 'E'))))) i++;
        var text = query[start..i];
        if (double.TryParse(text, CultureInfo.InvariantCulture, out _)) return new(PromTokenKind.Number, text, start);
        return Duration(text) is not null ? new(PromTokenKind.Duration, text, start) : throw PromParser.Error(query, start, $"bad number or duration syntax: \"{text}\"");
    }

    private static string Quoted(string query, ref int i)
    {
        var (quote, start, text) = (query[i], i, new StringBuilder());
        for (i++; i < query.Length; i++)
        {
            if (query[i] == quote)
            {
                i++;
                return text.ToString();
            }
            if (query[i] != '\\' || quote == '`' || i + 1 >= query.Length) text.Append(query[i]);
            else text.Append(query[++i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', '\\' => '\\', '"' => '"', '\'' => '\'', _ => throw PromParser.Error(query, i, "unknown escape sequence U+" + ((int)query[i]).ToString("X4", CultureInfo.InvariantCulture) + $" {Describe(query[i])}") });
        }
        throw PromParser.Error(query, start, "unterminated quoted string");
    }

    private static string Describe(char c) => $"'{c}'";
}
