using System.Globalization;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>Arithmetic of the shell: C's operators on 64-bit integers, by precedence climbing.</summary>
internal sealed class Arithmetic
{
    private const int Deepest = 200;

    private static readonly string[] s_operators =
    [
        "<<=",
        ">>=",
        "**",
        "||",
        "&&",
        "==",
        "!=",
        "<=",
        ">=",
        "<<",
        ">>",
        "+=",
        "-=",
        "*=",
        "/=",
        "%=",
        "&=",
        "^=",
        "|=",
        "++",
        "--",
        "=",
        "<",
        ">",
        "+",
        "-",
        "*",
        "/",
        "%",
        "&",
        "|",
        "^",
        "?",
        ":",
        ",",
        "!",
        "~",
        "(",
        ")",
    ];

    private readonly string _text;
    private readonly ShellInterpreter _shell;
    private readonly int _level;
    private int _position;
    private int _depth;
    private int _skipping;

    private Arithmetic(string text, ShellInterpreter shell, int level) =>
        (_text, _shell, _level) = (text, shell, level);

    /// <exception cref="ShellErrorException">The expression is none.</exception>
    public static long Evaluate(string text, ShellInterpreter shell) => Evaluate(text, shell, 0);

    private static long Evaluate(string text, ShellInterpreter shell, int level)
    {
        if (level > Deepest / 10) throw new ShellErrorException("expression recursion loop detected");
        if (string.IsNullOrWhiteSpace(text)) return 0;
        var evaluation = new Arithmetic(text, shell, level);
        var value = evaluation.Comma();
        return evaluation.Peek() is null && evaluation._position >= text.Length ? value : throw SyntaxError();
    }

    private static ShellErrorException SyntaxError() => new("arithmetic syntax error");

    private string? Peek()
    {
        while (_position < _text.Length && _text[_position] is ' ' or '\t' or '\n' or '\r') _position++;
        foreach (var op in s_operators) if (string.CompareOrdinal(_text, _position, op, 0, op.Length) == 0) return op;
        return null;
    }

    private bool Take(string op)
    {
        if (Peek() != op) return false;
        _position += op.Length;
        return true;
    }

    private long Comma()
    {
        var value = Assign();
        while (Take(",")) value = Assign();
        return value;
    }

    private long Assign()
    {
        if (++_depth > Deepest) throw new ShellErrorException("arithmetic expression nested too deeply");
        var value = AssignInner();
        _depth--;
        return value;
    }

    private long AssignInner()
    {
        var start = _position;
        if (
            Peek() is null
            && Name() is { } name
            && Peek() is "=" or "+=" or "-=" or "*=" or "/=" or "%=" or "<<=" or ">>=" or "&=" or "^=" or "|="
        )
        {
            var op = Peek()!;
            _position += op.Length;
            var right = Assign();
            return Store(name, op == "=" ? right : Apply(op[..^1], Value(name), right));
        }
        _position = start;
        return Conditional();
    }

    private long Conditional()
    {
        var condition = Binary(0);
        if (!Take("?")) return condition;
        var yes = Skipped(condition == 0, Assign);
        if (!Take(":")) throw SyntaxError();
        var no = Skipped(condition != 0, Assign);
        return condition != 0 ? yes : no;
    }

    private long Skipped(bool skip, Func<long> evaluate)
    {
        if (skip) _skipping++;
        var value = evaluate();
        if (skip) _skipping--;
        return value;
    }

    private static int Precedence(string? op) =>
        op switch
        {
            "||" => 1,
            "&&" => 2,
            "|" => 3,
            "^" => 4,
            "&" => 5,
            "==" or "!=" => 6,
            "<" or ">" or "<=" or ">=" => 7,
            "<<" or ">>" => 8,
            "+" or "-" => 9,
            "*" or "/" or "%" => 10,
            "**" => 11,
            _ => 0,
        };

    private long Binary(int least)
    {
        var left = Unary();
        while (Peek() is { } op && Precedence(op) is var precedence && precedence > least)
        {
            _position += op.Length;
            var skip = (op == "||" && left != 0) || (op == "&&" && left == 0);
            var right = Skipped(skip, () => Binary(op == "**" ? precedence - 1 : precedence));
            left =
                op == "||"
                    ? left != 0 || right != 0
                        ? 1
                        : 0
                    : op == "&&"
                        ? left != 0 && right != 0
                            ? 1
                            : 0
                        : Apply(op, left, right);
        }
        return left;
    }

    private long Unary()
    {
        if (++_depth > Deepest) throw new ShellErrorException("arithmetic expression nested too deeply");
        var op = Peek();
        long value;
        if (op is "++" or "--")
        {
            var before = _position;
            _position += 2;
            if (Peek() is null && Name() is { } name) value = Store(name, Value(name) + (op == "++" ? 1 : -1));
            else
            {
                // Two signs.
                _position = before + 1;
                value = op == "++" ? Unary() : -Unary();
            }
        }
        else if (op is "+" or "-" or "!" or "~")
        {
            _position++;
            var operand = Unary();
            value = op switch { "-" => -operand, "!" => operand == 0 ? 1 : 0, "~" => ~operand, _ => operand };
        }
        else value = Primary();
        _depth--;
        return value;
    }

    private long Primary()
    {
        if (Take("("))
        {
            var value = Comma();
            return Take(")") ? value : throw SyntaxError();
        }
        if (Peek() is not null) throw SyntaxError();
        if (_position < _text.Length && char.IsAsciiDigit(_text[_position])) return Number();
        if (Name() is not { } name) throw SyntaxError();
        if (Peek() is "++" or "--")
        {
            var op = _text[_position];
            _position += 2;
            var before = Value(name);
            Store(name, before + (op == '+' ? 1 : -1));
            return before;
        }
        return Value(name);
    }

    private string? Name()
    {
        var start = _position;
        while (_position < _text.Length && (char.IsAsciiLetterOrDigit(_text[_position]) || _text[_position] == '_'))
            _position++;
        if (start < _position && !char.IsAsciiDigit(_text[start]))
            return _text[start.._position];
        _position = start;
        return null;
    }

    private long Number()
    {
        var start = _position;
        while (
            _position < _text.Length && (char.IsAsciiLetterOrDigit(_text[_position]) || _text[_position] is '#' or '_')
        )
            _position++;
        var word = _text[start.._position];
        try
        {
            return word switch
            {
                ['0', 'x' or 'X', ..] => (long)
                    ulong.Parse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                ['0', _, ..] => Radix(word[1..], 8),
                _ when word.Split('#') is [var radix, var digits] => Radix(
                    digits,
                    int.Parse(radix, CultureInfo.InvariantCulture)
                ),
                _ => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
                : word.All(char.IsAsciiDigit) ? long.MaxValue
                : throw SyntaxError(),
            };
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw SyntaxError();
        }
    }

    private static long Radix(string digits, int radix)
    {
        if (radix is < 2 or > 64) throw SyntaxError();
        var value = 0L;
        foreach (var c in digits)
        {
            var digit = c switch
            {
                >= '0' and <= '9' => c - '0',
                >= 'a' and <= 'z' => c - 'a' + 10,
                >= 'A' and <= 'Z' => c - 'A' + (radix <= 36 ? 10 : 36),
                _ => 63,
            };
            value = digit < radix ? unchecked((value * radix) + digit) : throw SyntaxError();
        }
        return value;
    }

    private long Value(string name)
    {
        var text = _shell.Parameter(name);
        if (text is null && _shell.Options.NoUnset && _skipping == 0)
            throw new ShellErrorException($"{name}: parameter not set");
        if (string.IsNullOrEmpty(text))
            return 0;
        return
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && !(text.Length > 1 && text[0] == '0')
            ? number
            : Evaluate(text, _shell, _level + 1);
    }

    private long Store(string name, long value)
    {
        if (_skipping == 0) _shell.Variables.Set(name, value.ToString(CultureInfo.InvariantCulture));
        return value;
    }

    private long Apply(string op, long a, long b)
    {
        if (op is "/" or "%" && b == 0)
            return _skipping > 0 ? 0 : throw new ShellErrorException("divide by zero");
        return unchecked(
            op switch
            {
                "|" => a | b,
                "^" => a ^ b,
                "&" => a & b,
                "==" => a == b ? 1 : 0,
                "!=" => a != b ? 1 : 0,
                "<" => a < b ? 1 : 0,
                ">" => a > b ? 1 : 0,
                "<=" => a <= b ? 1 : 0,
                ">=" => a >= b ? 1 : 0,
                "<<" => a << (int)b,
                ">>" => a >> (int)b,
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                "/" => b == -1 ? -a : a / b,
                "%" => b == -1 ? 0 : a % b,
                "**" => b < 0 ? throw new ShellErrorException("exponent less than 0") : Power(a, b),
                _ => throw SyntaxError(),
            }
        );
    }

    private static long Power(long value, long exponent)
    {
        var result = 1L;
        for (; exponent > 0; exponent >>= 1, value = unchecked(value * value))
            if ((exponent & 1) == 1)
                result = unchecked(result * value);
        return result;
    }
}
