namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>Parses awk by recursive descent.</summary>
internal sealed partial class AwkParser(string text)
{
    private const int Deepest = 200;

    private readonly List<AwkLexer.Token> _tokens = new AwkLexer(text).ReadAll();
    private readonly Dictionary<string, AwkFunction> _functions = new(StringComparer.Ordinal);
    private int _position;
    private int _depth;

    public AwkProgram Parse()
    {
        var rules = new List<AwkRule>();
        SkipNewlines(semicolons: true);
        while (Kind != "end")
        {
            if (Kind == "name" && Token.Text is "BEGIN" or "END")
            {
                var kind = Take().Text;
                rules.Add(new(kind, null, null, Block()));
            }
            else if (Kind is "name" && Token.Text is "function" or "func") Function();
            else if (Kind == "{") rules.Add(new("line", null, null, Block()));
            else
            {
                var pattern = Expression();
                AwkNode? until = null;
                if (TakeIf(","))
                {
                    SkipNewlines();
                    until = Expression();
                }
                rules.Add(new("line", pattern, until, Kind == "{" ? Block() : null));
            }
            SkipNewlines(semicolons: true);
        }
        return new(rules, _functions);
    }

    private AwkLexer.Token Token => _tokens[_position];

    private string Kind => _tokens[_position].Kind;

    private AwkLexer.Token Take() => Kind == "end" ? throw Unexpected() : _tokens[_position++];

    private bool TakeIf(string kind)
    {
        if (Kind != kind) return false;
        _position++;
        return true;
    }

    private void Expect(string kind)
    {
        if (!TakeIf(kind)) throw Unexpected();
    }

    private static CommandException Unexpected() => new("cmd. line:1: Unexpected token");

    private void SkipNewlines(bool semicolons = false)
    {
        while (Kind == "newline" || (semicolons && Kind == ";")) _position++;
    }

    private void Enter()
    {
        if (++_depth > Deepest) throw new CommandException("cmd. line:1: nested too deeply");
    }

    private void Function()
    {
        Take();
        var name = Take().Text;
        Expect("(");
        var parameters = new List<string>();
        while (Kind != ")")
        {
            SkipNewlines();
            parameters.Add(Take().Text);
            if (!TakeIf(",")) break;
        }
        Expect(")");
        SkipNewlines();
        _functions[name] = new(parameters, Block());
    }

    private AwkBlock Block()
    {
        SkipNewlines();
        Expect("{");
        Enter();
        var statements = new List<AwkStatement>();
        SkipNewlines(semicolons: true);
        while (Kind != "}")
        {
            statements.Add(Statement());
            SkipNewlines(semicolons: true);
        }
        _depth--;
        Expect("}");
        return new(statements);
    }

    private AwkStatement Statement()
    {
        Enter();
        var statement = StatementInner();
        _depth--;
        return statement;
    }

    private AwkStatement StatementInner()
    {
        if (Kind == "{") return Block();
        if (TakeIf(";")) return new AwkBlock([]);
        if (Kind is not ("name" or "call")) return Simple();
        switch (Token.Text)
        {
            case "if":
                Take();
                var condition = Parenthesized();
                var yes = Body();
                var before = _position;
                SkipNewlines(semicolons: true);
                if (Kind is "name" or "call" && Token.Text == "else")
                {
                    Take();
                    return new AwkIf(condition, yes, Body());
                }
                _position = before;
                return new AwkIf(condition, yes, null);
            case "while":
                Take();
                var test = Parenthesized();
                return new AwkLoop(null, test, null, Body(), false);
            case "do":
                Take();
                var body = Body();
                SkipNewlines(semicolons: true);
                if (Take().Text != "while") throw Unexpected();
                return new AwkLoop(null, Parenthesized(), null, body, true);
            case "for": return For();
            default: return Simple();
        }
    }

    private AwkStatement Body()
    {
        SkipNewlines();
        var body = Statement();
        return body;
    }

    private AwkNode Parenthesized()
    {
        Expect("(");
        var value = Expression();
        Expect(")");
        return value;
    }

    private AwkStatement For()
    {
        Take();
        Expect("(");
        if (
            Kind == "name"
            && _tokens[_position + 1] is { Kind: "name", Text: "in" }
            && _tokens[_position + 3].Kind == ")"
        )
        {
            var variable = Take().Text;
            Take();
            var array = Take().Text;
            Expect(")");
            return new AwkForIn(variable, array, Body());
        }
        var first = Kind == ";" ? null : Simple();
        Expect(";");
        SkipNewlines();
        var condition = Kind == ";" ? null : Expression();
        Expect(";");
        SkipNewlines();
        var step = Kind == ")" ? null : Simple();
        Expect(")");
        return new AwkLoop(first, condition, step, Body(), false);
    }

    private AwkStatement Simple()
    {
        if (Kind is "name" or "call")
        {
            switch (Token.Text)
            {
                case "print" or "printf": return Print();
                case "next" or "break" or "continue" or "exit" or "return":
                    var kind = Take().Text;
                    return new AwkJump(
                        kind,
                        kind is "exit" or "return" && Kind is not (";" or "newline" or "}" or "end")
                            ? Expression()
                            : null
                    );
                case "nextfile":
                    Take();
                    return new AwkJump("next", null);
                case "delete":
                    Take();
                    var array = Take().Text;
                    return new AwkDelete(array, TakeIf("[") ? Index() : null);
            }
        }
        return new AwkExpressionStatement(Expression());
    }

    private List<AwkNode> Index()
    {
        var index = new List<AwkNode> { Expression() };
        while (TakeIf(",")) index.Add(Expression());
        Expect("]");
        return index;
    }

    private AwkPrint Print()
    {
        var formatted = Take().Text == "printf";
        var arguments = new List<AwkNode>();
        _plainGreater++;
        if (Kind == "(" && ClosesBeforeRedirection())
        {
            Take();
            _plainGreater--;
            while (Kind != ")")
            {
                SkipNewlines();
                arguments.Add(Expression());
                if (!TakeIf(",")) break;
            }
            Expect(")");
            _plainGreater++;
        }
        else
        {
            while (Kind is not (";" or "newline" or "}" or ">" or ">>" or "|" or "end"))
            {
                arguments.Add(Expression());
                if (!TakeIf(",")) break;
                SkipNewlines();
            }
        }
        var redirection = Kind is ">" or ">>" or "|" ? Take().Kind : "";
        var target = redirection.Length > 0 ? Concatenation() : null;
        _plainGreater--;
        return new(formatted, arguments, redirection, target);
    }

    /// <summary>Whether a parenthesis holds all arguments of a print.</summary>
    private bool ClosesBeforeRedirection()
    {
        var open = 0;
        for (var i = _position; i < _tokens.Count; i++)
        {
            if (_tokens[i].Kind == "(")
                open++;
            if (_tokens[i].Kind == ")" && --open == 0)
                return _tokens[i + 1].Kind is ";" or "newline" or "}" or ">" or ">>" or "|" or "end";
        }
        return false;
    }
}
