using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>Expressions, from the loosest operator to the tightest.</summary>
internal sealed partial class AwkParser
{
    private static readonly HashSet<string> s_functions = new(StringComparer.Ordinal)
    {
        "length",
        "substr",
        "index",
        "split",
        "sub",
        "gsub",
        "match",
        "tolower",
        "toupper",
        "int",
        "sqrt",
        "rand",
        "srand",
        "sprintf",
        "system",
        "close",
        "fflush",
        "sin",
        "cos",
        "atan2",
        "exp",
        "log",
        "systime",
        "strftime",
        "and",
        "or",
        "xor",
        "lshift",
        "rshift",
        "compl",
        "gensub",
    };

    private int _plainGreater;
    private int _noIn;

    private AwkNode Expression()
    {
        Enter();
        var left = Ternary();
        if (
            Kind is "=" or "+=" or "-=" or "*=" or "/=" or "%=" or "^="
            && left is AwkVariable or AwkField or AwkElement
        )
        {
            var op = Take().Kind[..^1];
            SkipNewlines();
            left = new AwkAssign(op, left, Expression());
        }
        _depth--;
        return left;
    }

    private AwkNode Ternary()
    {
        var condition = Or();
        if (!TakeIf("?")) return condition;
        SkipNewlines();
        var yes = Expression();
        SkipNewlines();
        Expect(":");
        SkipNewlines();
        return new AwkConditional(condition, yes, Expression());
    }

    private AwkNode Or()
    {
        var left = And();
        while (TakeIf("||"))
        {
            SkipNewlines();
            left = new AwkBinary("||", left, And());
        }
        return left;
    }

    private AwkNode And()
    {
        var left = In();
        while (TakeIf("&&"))
        {
            SkipNewlines();
            left = new AwkBinary("&&", left, In());
        }
        return left;
    }

    private AwkNode In()
    {
        var left = Match();
        while (_noIn == 0 && Kind == "name" && Token.Text == "in")
        {
            Take();
            left = new AwkIn([left], Take().Text);
        }
        return left;
    }

    private AwkNode Match()
    {
        var left = Comparison();
        while (Kind is "~" or "!~") left = new AwkBinary(Take().Kind, left, Comparison());
        return left;
    }

    private AwkNode Comparison()
    {
        var left = Concatenation();
        if (Kind is "<" or "<=" or "==" or "!=" or ">=" || (Kind == ">" && _plainGreater == 0))
            return new AwkBinary(Take().Kind, left, Concatenation());
        // "cmd" | getline
        while (Kind == "|" && _tokens[_position + 1] is { Kind: "name" or "call", Text: "getline" })
        {
            Take();
            Take();
            left = new AwkGetline("command", left, Target());
        }
        return left;
    }

    private AwkNode Concatenation()
    {
        var left = Additive();
        while (
            Kind is "number" or "string" or "call" or "(" or "$" or "!" or "-" or "+" or "++" or "--"
            || (Kind == "name" && Token.Text is not ("in" or "getline"))
        )
        {
            if (Kind is "call" && Token.Text is "if" or "while" or "for") break;
            left = new AwkBinary(" ", left, Additive());
        }
        return left;
    }

    private AwkNode Additive()
    {
        var left = Multiplicative();
        while (Kind is "+" or "-") left = new AwkBinary(Take().Kind, left, Multiplicative());
        return left;
    }

    private AwkNode Multiplicative()
    {
        var left = Unary();
        while (Kind is "*" or "/" or "%") left = new AwkBinary(Take().Kind, left, Unary());
        return left;
    }

    private AwkNode Unary()
    {
        if (Kind is not ("!" or "-" or "+")) return Power();
        Enter();
        var node = new AwkUnary(Take().Kind, Unary());
        _depth--;
        return node;
    }

    private AwkNode Power()
    {
        var left = Postfix();
        if (!TakeIf("^")) return left;
        Enter();
        var right = Kind is "-" or "+" or "!" ? Unary() : Power();
        _depth--;
        return new AwkBinary("^", left, right);
    }

    private AwkNode Postfix()
    {
        if (Kind is "++" or "--")
        {
            var by = Take().Kind == "++" ? 1 : -1;
            return new AwkStep(Primary(), by, Before: true);
        }
        var node = Primary();
        if (Kind is "++" or "--" && node is AwkVariable or AwkField or AwkElement)
            return new AwkStep(node, Take().Kind == "++" ? 1 : -1, Before: false);
        return node;
    }

    private AwkNode Primary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case "number":
                return new AwkNumber(double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture));
            case "string":
                return new AwkString(token.Text);
            case "regex":
                return new AwkRegex(token.Text);
            case "$":
                Enter();
                var index = Kind is "++" or "--" ? Postfix() : Kind is "-" or "!" ? Unary() : Primary();
                _depth--;
                return new AwkField(index);
            case "(":
                Enter();
                var (greater, noIn) = (_plainGreater, _noIn);
                (_plainGreater, _noIn) = (0, 0);
                var inner = new List<AwkNode> { Expression() };
                while (TakeIf(",")) inner.Add(Expression());
                SkipNewlines();
                Expect(")");
                (_plainGreater, _noIn) = (greater, noIn);
                _depth--;
                if (inner.Count == 1) return new AwkUnary("(", inner[0]);
                if (Take().Text != "in") throw Unexpected();
                return new AwkIn(inner, Take().Text);
            case "name" or "call" when token.Text == "getline":
                if (!TakeIf("<"))
                {
                    var target = Target();
                    return TakeIf("<")
                        ? new AwkGetline("file", Primary(), target)
                        : new AwkGetline("line", null, target);
                }
                return new AwkGetline("file", Primary(), null);
            case "call": return Call(token.Text);
            case "name" when token.Text == "length": return new AwkCall("length", [], false);
            case "name" when TakeIf("["): return new AwkElement(token.Text, Index());
            case "name": return new AwkVariable(token.Text);
            default: throw Unexpected();
        }
    }

    private AwkNode? Target() => Kind is "$" or "name" && !(Kind == "name" && Token.Text == "in") ? Primary() : null;

    private AwkCall Call(string name)
    {
        Expect("(");
        var (greater, noIn) = (_plainGreater, _noIn);
        (_plainGreater, _noIn) = (0, 0);
        var arguments = new List<AwkNode>();
        while (Kind != ")")
        {
            SkipNewlines();
            arguments.Add(Expression());
            SkipNewlines();
            if (!TakeIf(",")) break;
        }
        Expect(")");
        (_plainGreater, _noIn) = (greater, noIn);
        return new(name, arguments, !s_functions.Contains(name));
    }
}
