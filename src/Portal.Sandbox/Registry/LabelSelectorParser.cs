using System.Globalization;
using Portal.Sandbox.Validation;

namespace Portal.Sandbox.Registry;

/// <summary>Label selectors as query text: grammar and error texts of k8s.io/apimachinery/pkg/labels/selector.go.</summary>
internal sealed class LabelSelectorParser
{
    private readonly string _text;
    private int _position;

    private LabelSelectorParser(string text) => _text = text;

    /// <summary>Parses <c>a=b,c!=d,e in (x,y),!f,g,h&gt;1</c>.</summary>
    /// <exception cref="FormatException">The text is not a selector.</exception>
    public static Func<IReadOnlyDictionary<string, string>, bool> Parse(string text)
    {
        var requirements = new LabelSelectorParser(text).Requirements();
        return labels =>
        {
            foreach (var r in requirements)
            {
                if (!r(labels)) return false;
            }
            return true;
        };
    }

    private List<Func<IReadOnlyDictionary<string, string>, bool>> Requirements()
    {
        var requirements = new List<Func<IReadOnlyDictionary<string, string>, bool>>();
        while (true)
        {
            var next = Peek();
            if (next.Length == 0) return requirements;
            if (next != "!" && IsSymbol(next)) throw new FormatException($"found '{next}', expected: !, identifier, or 'end of string'");
            try
            {
                requirements.Add(Requirement());
            }
            catch (FormatException e)
            {
                throw new FormatException("unable to parse requirement: " + e.Message);
            }
            var separator = Next();
            if (separator.Length == 0) return requirements;
            if (separator != ",") throw new FormatException($"found '{separator}', expected: ',' or 'end of string'");
            var after = Peek();
            if (after.Length == 0 || (after != "!" && IsSymbol(after))) throw new FormatException($"found '{after}', expected: identifier after ','");
        }
    }

    private Func<IReadOnlyDictionary<string, string>, bool> Requirement()
    {
        var key = Next();
        var absent = key == "!";
        if (absent) key = Next();
        if (key.Length == 0 || IsSymbol(key)) throw new FormatException($"found '{key}', expected: identifier");
        if (NameRules.QualifiedName(key).FirstOrDefault() is { } wrong) throw new FormatException($"<nil>: Invalid value: \"{key}\": {wrong}");
        if (absent) return l => !l.ContainsKey(key);
        if (Peek() is "" or ",") return l => l.ContainsKey(key);
        switch (Next())
        {
            case "=" or "==":
                var equal = Value(key);
                return l => l.TryGetValue(key, out var v) && v == equal;
            case "!=":
                var other = Value(key);
                return l => !l.TryGetValue(key, out var v) || v != other;
            case "in":
                var values = Values(key);
                return l => l.TryGetValue(key, out var v) && values.Contains(v);
            case "notin":
                var excluded = Values(key);
                return l => !l.TryGetValue(key, out var v) || !excluded.Contains(v);
            case ">":
                var low = Number(key);
                return l => l.TryGetValue(key, out var v) && long.TryParse(v, CultureInfo.InvariantCulture, out var n) && n > low;
            case "<":
                var high = Number(key);
                return l => l.TryGetValue(key, out var v) && long.TryParse(v, CultureInfo.InvariantCulture, out var n) && n < high;
            case var found: throw new FormatException($"found '{found}', expected: in, notin, =, ==, !=, gt, lt");
        }
    }

    private string Value(string key)
    {
        if (Peek() is "" or ",") return "";
        var value = Next();
        if (IsSymbol(value)) throw new FormatException($"found '{value}', expected: identifier");
        return Checked(key, value);
    }

    private long Number(string key)
    {
        var value = Value(key);
        return long.TryParse(value, CultureInfo.InvariantCulture, out var n) ? n : throw new FormatException($"values[0]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, the value must be an integer");
    }

    private HashSet<string> Values(string key)
    {
        var open = Next();
        if (open != "(") throw new FormatException($"found '{open}' expected: '('");
        var values = new HashSet<string>(StringComparer.Ordinal);
        var expectValue = true;
        while (true)
        {
            var token = Next();
            if (token == ")")
            {
                // "()" and a trailing comma mean the empty value.
                if (expectValue) values.Add("");
                return values;
            }
            if (token == ",")
            {
                if (expectValue) values.Add("");
                expectValue = true;
            }
            else if (token.Length == 0 || IsSymbol(token) || !expectValue) throw new FormatException($"found '{token}', expected: ',' or ')'");
            else
            {
                values.Add(Checked(key, token));
                expectValue = false;
            }
        }
    }

    private static string Checked(string key, string value) =>
        NameRules.LabelValue(value).FirstOrDefault() is { } wrong ? throw new FormatException($"values[0][{key}]: Invalid value: \"{value}\": {wrong}") : value;

    private static bool IsSymbol(string token) => token is "!" or "=" or "==" or "!=" or "(" or ")" or "," or ">" or "<";

    private string Peek()
    {
        var start = _position;
        var token = Next();
        _position = start;
        return token;
    }

    /// <summary>The next symbol or identifier; empty at the end.</summary>
    private string Next()
    {
        while (_position < _text.Length && char.IsWhiteSpace(_text[_position])) _position++;
        if (_position == _text.Length) return "";
        var start = _position;
        var c = _text[_position++];
        if (c is '(' or ')' or ',' or '>' or '<') return c.ToString();
        if (c is '=' or '!')
        {
            if (_position < _text.Length && _text[_position] == '=') _position++;
            return _text[start.._position];
        }
        while (_position < _text.Length && !char.IsWhiteSpace(_text[_position]) && _text[_position] is not ('(' or ')' or ',' or '>' or '<' or '=' or '!')) _position++;
        return _text[start.._position];
    }
}
