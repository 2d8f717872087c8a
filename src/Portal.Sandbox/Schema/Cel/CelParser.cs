using System.Globalization;

namespace Portal.Sandbox.Schema.Cel;

/// <summary>Parses an expression and resolves its names: variables, fields of declared objects, functions.</summary>
internal sealed class CelParser
{
    /// <summary>As deep as cel-go lets expressions be; deeper ones would also exhaust the stack.</summary>
    private const int MaxDepth = 100;

    private static readonly string[] s_types = ["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];

    private readonly List<CelToken> _tokens;
    private readonly Stack<(string Name, SchemaNode? Schema)> _variables = new();
    private int _at;
    private int _depth;

    private CelParser(string source, IEnumerable<(string, SchemaNode?)> variables)
    {
        _tokens = CelLexer.Read(source);
        foreach (var variable in variables) _variables.Push(variable);
    }

    public static CelNode Parse(string source, params IEnumerable<(string Name, SchemaNode? Schema)> variables)
    {
        var parser = new CelParser(source, variables);
        var node = parser.Expression();
        return parser.Current.Kind == CelTokenKind.End ? node : throw parser.Unexpected("<EOF>");
    }

    private CelToken Current => _tokens[_at];

    private CelNode Expression()
    {
        if (++_depth > MaxDepth) throw new CelSyntaxException($"expression recursion limit exceeded: {MaxDepth}", Current.Position);
        var condition = Binary(0);
        if (Accept("?", out var at))
        {
            var then = Binary(0);
            Expect(":");
            condition = new CelConditional(condition, then, Expression(), at);
        }
        _depth--;
        return condition;
    }

    private static int Level(CelToken token) => token.Kind == CelTokenKind.Operator
        ? token.Text switch { "||" => 0, "&&" => 1, "<" or "<=" or ">" or ">=" or "==" or "!=" => 2, "+" or "-" => 3, "*" or "/" or "%" => 4, _ => -1 }
        : token is { Kind: CelTokenKind.Identifier, Text: "in" } ? 2 : -1;

    private CelNode Binary(int level)
    {
        if (level > 4) return Unary();
        var left = Binary(level + 1);
        var length = 0;
        while (Level(Current) == level)
        {
            // Chains of one operator make trees that are as deep as the chain is long.
            if (++length > 2 * MaxDepth) throw new CelSyntaxException($"expression recursion limit exceeded: {MaxDepth}", Current.Position);
            var op = _tokens[_at++];
            var right = Binary(level + 1);
            left = op.Text switch
            {
                "||" => new CelLogic(left, right, true, op.Position),
                "&&" => new CelLogic(left, right, false, op.Position),
                _ => Call(op.Text, op.Position, left, right),
            };
        }
        return left;
    }

    private CelNode Unary()
    {
        if (Current is { Kind: CelTokenKind.Operator, Text: "!" or "-" } op)
        {
            if (++_depth > MaxDepth) throw new CelSyntaxException($"expression recursion limit exceeded: {MaxDepth}", Current.Position);
            _at++;
            CelNode node;
            if (op.Text == "-" && Current is { Kind: CelTokenKind.Int, Value: 9223372036854775808UL })
            {
                _at++;
                node = Members(new CelLiteral(long.MinValue, op.Position));
            }
            else node = op.Text == "!" ? new CelNot(Unary(), op.Position) : Call("-_", op.Position, Unary());
            _depth--;
            return node;
        }
        return Members(Primary());
    }

    private CelNode Members(CelNode node)
    {
        for (var length = 0; ; length++)
        {
            if (length > 2 * MaxDepth) throw new CelSyntaxException($"expression recursion limit exceeded: {MaxDepth}", Current.Position);
            if (Accept(".", out var dot))
            {
                var optional = Accept("?", out _);
                var name = Identifier();
                node = !optional && Accept("(", out var open) ? Method(node, name, open) : Select(node, name, testOnly: false, optional, dot);
            }
            else if (Accept("[", out var bracket))
            {
                var optional = Accept("?", out _);
                var key = Expression();
                Expect("]");
                node = new CelIndex(node, key, optional, bracket) { Schema = optional ? null : node.Schema?.Items };
            }
            else return node;
        }
    }

    private CelNode Primary()
    {
        var token = _tokens[_at];
        if (token.Kind != CelTokenKind.End) _at++;
        switch (token.Kind)
        {
            case CelTokenKind.Int: return new CelLiteral((ulong)token.Value! <= long.MaxValue ? (long)(ulong)token.Value : throw new CelSyntaxException("invalid int literal", token.Position), token.Position);
            case CelTokenKind.Uint or CelTokenKind.Double or CelTokenKind.String or CelTokenKind.Bytes: return new CelLiteral(token.Value, token.Position);
            case CelTokenKind.Identifier: return Name(token);
        }
        switch (token.Text)
        {
            case "(":
                var inner = Expression();
                Expect(")");
                return inner;
            case "[":
                var items = new List<(CelNode, bool)>();
                while (!Accept("]", out _))
                {
                    var optional = Accept("?", out _);
                    items.Add((Expression(), optional));
                    if (!Accept(",", out _) && Current.Text != "]") throw Unexpected("']'");
                }
                return new CelListLiteral(items, token.Position);
            case "{":
                var entries = new List<(CelNode, CelNode, bool)>();
                while (!Accept("}", out _))
                {
                    var optional = Accept("?", out _);
                    var key = Expression();
                    Expect(":");
                    entries.Add((key, Expression(), optional));
                    if (!Accept(",", out _) && Current.Text != "}") throw Unexpected("'}'");
                }
                return new CelMapLiteral(entries, token.Position);
            case "." when Current.Kind == CelTokenKind.Identifier: return Name(_tokens[_at++]);
        }
        _at = token.Kind == CelTokenKind.End ? _at : _at - 1;
        throw Unexpected(null);
    }

    private CelNode Name(CelToken token)
    {
        switch (token.Text)
        {
            case "true": return new CelLiteral(true, token.Position);
            case "false": return new CelLiteral(false, token.Position);
            case "null": return new CelLiteral(null, token.Position);
        }
        if (Accept("(", out var open)) return Function(token.Text, open);
        if (_variables.FirstOrDefault(v => v.Name == token.Text) is { Name: not null } variable) return new CelVariable(token.Text, token.Position) { Schema = variable.Schema };
        if (s_types.Contains(token.Text)) return new CelLiteral(new CelType(token.Text), token.Position);
        return Qualified(token) ?? throw Undeclared(token.Text, token.Position);
    }

    /// <summary>Functions of a library with a name of its own: <c>cel.bind(…)</c>, <c>optional.of(…)</c>, <c>sets.contains(…)</c>.</summary>
    private CelNode? Qualified(CelToken token)
    {
        if (Current.Text != "." || _tokens[_at + 1].Kind != CelTokenKind.Identifier || _tokens[_at + 2].Text != "(") return null;
        var name = $"{token.Text}.{_tokens[_at + 1].Text}";
        if (name != "cel.bind" && !CelFunctions.All.ContainsKey(name)) return null;
        var open = _tokens[_at + 2].Position;
        _at += 3;
        if (name != "cel.bind") return Call(name, open, [.. Arguments()]);
        var variable = Identifier();
        Expect(",");
        var bound = Expression();
        Expect(",");
        var body = Within([(variable, bound.Schema)]);
        Expect(")");
        return new CelBind(variable, bound, body, open);
    }

    private CelNode Function(string name, int open)
    {
        if (name != "has") return Call(name, open, [.. Arguments()]);
        var argument = Expression();
        Expect(")");
        return argument is CelSelect select ? select with { TestOnly = true } : throw new CelSyntaxException("invalid argument to has() macro", open);
    }

    private CelNode Method(CelNode target, string name, int open)
    {
        if (name is "optMap" or "optFlatMap")
        {
            var variable = Identifier();
            Expect(",");
            var body = Within([(variable, null)]);
            Expect(")");
            return new CelOptionalMap(target, variable, body, name == "optFlatMap", open);
        }
        if (!CelComprehension.IsMacro(name)) return Call(name, open, [target, .. Arguments()]);
        var first = Identifier();
        Expect(",");
        string? second = null;
        if (Current.Kind == CelTokenKind.Identifier && _tokens[_at + 1].Text == "," && TwoVariables(name))
        {
            second = Identifier();
            Expect(",");
        }
        var element = target.Schema is { Type: SchemaType.Array } list ? list.Items : null;
        (string, SchemaNode?)[] bound = second is null ? [(first, element)] : [(first, null), (second, target.Schema?.Items)];
        var parts = new List<CelNode> { Within(bound) };
        if (name is "map" or "transformList" or "transformMap" && Accept(",", out _)) parts.Add(Within(bound));
        Expect(")");
        return new CelComprehension(name, target, first, second, parts.Count > 1 ? parts[0] : null, parts[^1], open);
    }

    /// <summary>Whether the macro's third argument makes its second a variable: <c>map(x, filter, body)</c> has three and one variable.</summary>
    private static bool TwoVariables(string macro) => macro is not ("map" or "filter");

    private CelNode Within(IReadOnlyList<(string, SchemaNode?)> bound)
    {
        foreach (var variable in bound) _variables.Push(variable);
        var body = Expression();
        foreach (var _ in bound) _variables.Pop();
        return body;
    }

    private static CelSelect Select(CelNode operand, string field, bool testOnly, bool optional, int position)
    {
        var name = Unescape(field);
        if (operand.Schema is { Type: SchemaType.Object, PreserveUnknown: false } declared && declared.Properties.Count > 0 && declared.Child(name) is null)
            throw new CelSyntaxException($"undefined field '{field}'", position);
        return new CelSelect(operand, name, testOnly, optional, position) { Schema = optional ? null : operand.Schema?.Child(name) };
    }

    /// <summary>Property names that are no identifiers are written with these words.</summary>
    private static string Unescape(string name)
    {
        if (!name.Contains("__", StringComparison.Ordinal)) return name;
        var plain = name.Replace("__underscores__", "\u0001", StringComparison.Ordinal).Replace("__dot__", ".", StringComparison.Ordinal).Replace("__dash__", "-", StringComparison.Ordinal).Replace("__slash__", "/", StringComparison.Ordinal).Replace("\u0001", "__", StringComparison.Ordinal);
        return plain.Length > 4 && plain.StartsWith("__", StringComparison.Ordinal) && plain.EndsWith("__", StringComparison.Ordinal) ? plain[2..^2] : plain;
    }

    private static CelCall Call(string name, int position, params IReadOnlyList<CelNode> arguments) =>
        CelFunctions.All.TryGetValue(name, out var function) ? new(name, function, arguments, position) : throw Undeclared(name, position);

    private List<CelNode> Arguments()
    {
        var arguments = new List<CelNode>();
        if (Accept(")", out _)) return arguments;
        do arguments.Add(Expression());
        while (Accept(",", out _));
        Expect(")");
        return arguments;
    }

    private string Identifier()
    {
        if (Current.Kind != CelTokenKind.Identifier) throw Unexpected("IDENTIFIER");
        return _tokens[_at++].Text;
    }

    private bool Accept(string op, out int position)
    {
        position = Current.Position;
        if (Current.Kind != CelTokenKind.Operator || Current.Text != op) return false;
        _at++;
        return true;
    }

    private void Expect(string op)
    {
        if (!Accept(op, out _)) throw Unexpected($"'{op}'");
    }

    private static CelSyntaxException Undeclared(string name, int position) => new($"undeclared reference to '{name}' (in container '')", position);

    private CelSyntaxException Unexpected(string? wanted) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Syntax error: mismatched input '{Current.Text}' expecting {wanted ?? "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"}"), Current.Position);
}
