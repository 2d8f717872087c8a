using System.Globalization;
using Portal.Sandbox.Text;

namespace Portal.Sandbox.Programs.Observability.Prometheus;

/// <summary>Reads a query into a tree and checks its types.</summary>
internal sealed class PromParser
{
    private const int MaxDepth = 100;

    private static readonly string[] s_aggregates = ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values"];
    private static readonly string[][] s_levels = [["or"], ["and", "unless"], ["==", "!=", ">", "<", ">=", "<="], ["+", "-"], ["*", "/", "%", "atan2"]];

    private readonly string _query;
    private readonly List<PromToken> _tokens;
    private int _at;
    private int _depth;

    private PromParser(string query) => (_query, _tokens) = (query, PromLexer.Read(query));

    private PromToken Current => _tokens[_at];

    public static PromNode Parse(string query)
    {
        if (string.IsNullOrWhiteSpace(query)) throw new PromException("unknown position: parse error: no expression found in input");
        var parser = new PromParser(query);
        var node = parser.Binary(0);
        if (parser.Current.Kind != PromTokenKind.End) throw parser.Unexpected();
        return node;
    }

    public static PromException Error(string query, int position, string message)
    {
        var line = query.AsSpan(0, position).Count('\n') + 1;
        var column = position - (query.LastIndexOf('\n', Math.Max(position - 1, 0)) is >= 0 and var nl && nl < position ? nl + 1 : 0) + 1;
        return new(string.Create(CultureInfo.InvariantCulture, $"{line}:{column}: parse error: {message}"));
    }

    private PromNode Binary(int level)
    {
        if (level == s_levels.Length) return Unary();
        var left = Binary(level + 1);
        while (s_levels[level].Contains(Current.Text.ToLowerInvariant()) && Current.Kind is PromTokenKind.Symbol or PromTokenKind.Name)
        {
            var token = Next();
            var op = token.Text.ToLowerInvariant();
            var asBool = TryName("bool");
            var matching = Matching();
            left = Checked(new BinaryNode(op, left, Binary(level + 1), asBool, matching), token);
        }
        return left;
    }

    private PromNode Unary()
    {
        if (++_depth > MaxDepth) throw Error(_query, Current.Position, "expression is nested too deeply");
        try
        {
            if (Try("-")) return new NegationNode(Scalarish(Unary()));
            if (Try("+")) return Scalarish(Unary());
            var operand = Postfix(Primary());
            if (Current is not { Kind: PromTokenKind.Symbol, Text: "^" }) return operand;
            var token = Next();
            var asBool = TryName("bool");
            var matching = Matching();
            return Checked(new BinaryNode("^", operand, Unary(), asBool, matching), token);
        }
        finally
        {
            _depth--;
        }
    }

    private PromNode Scalarish(PromNode node) => node.Type is PromType.Scalar or PromType.Vector ? node : throw Error(_query, Current.Position, $"unary expression only allowed on expressions of type scalar or instant vector, got \"{Word(node.Type)}\"");

    private BinaryNode Checked(BinaryNode node, PromToken token)
    {
        if (node.Left.Type is not (PromType.Scalar or PromType.Vector) || node.Right.Type is not (PromType.Scalar or PromType.Vector)) throw Error(_query, token.Position, "binary expression must contain only scalar and instant vector types");
        var comparison = s_levels[2].Contains(node.Operator);
        if (node.AsBool && !comparison) throw Error(_query, token.Position, "bool modifier can only be used on comparison operators");
        if (comparison && !node.AsBool && node.Type == PromType.Scalar) throw Error(_query, token.Position, "comparisons between scalars must use BOOL modifier");
        if (node.Operator is "and" or "or" or "unless" && (node.Left.Type == PromType.Scalar || node.Right.Type == PromType.Scalar)) throw Error(_query, token.Position, $"set operator \"{node.Operator}\" not allowed in binary scalar expression");
        return node;
    }

    private VectorMatching Matching()
    {
        var on = TryName("on");
        if (!on && !TryName("ignoring")) return VectorMatching.Default;
        var labels = Labels();
        var many = TryName("group_left") ? "left" : TryName("group_right") ? "right" : "";
        return new(on, labels, many, many.Length > 0 && Current is { Kind: PromTokenKind.Symbol, Text: "(" } ? Labels() : []);
    }

    private PromNode Primary()
    {
        var token = Next();
        switch (token)
        {
            case { Kind: PromTokenKind.Number }: return new NumberNode(double.Parse(token.Text, CultureInfo.InvariantCulture));
            case { Kind: PromTokenKind.Duration }: return new NumberNode(PromLexer.Duration(token.Text)!.Value / 1000.0);
            case { Kind: PromTokenKind.Text }: return new TextNode(token.Text);
            case { Kind: PromTokenKind.Symbol, Text: "(" }:
                var inner = Binary(0);
                Expect(")", "in paren expression");
                return inner;
            case { Kind: PromTokenKind.Symbol, Text: "{" }: return Selector(null, token);
            case { Kind: PromTokenKind.Name }:
                var word = token.Text.ToLowerInvariant();
                var called = Current is { Kind: PromTokenKind.Symbol, Text: "(" };
                if (s_aggregates.Contains(word) && (called || Current is { Kind: PromTokenKind.Name, Text: "by" or "without" or "BY" or "WITHOUT" })) return Aggregate(word, token);
                if (called) return Call(token);
                if (word is "nan") return new NumberNode(double.NaN);
                if (word is "inf") return new NumberNode(double.PositiveInfinity);
                return Selector(token.Text, token);
            default:
                _at--;
                throw Unexpected();
        }
    }

    /// <summary>Ranges, subqueries, offsets and times after an operand.</summary>
    private PromNode Postfix(PromNode node)
    {
        while (true)
        {
            var token = Current;
            if (Try("["))
            {
                var length = Length("range");
                if (Try(":"))
                {
                    var step = Current is { Kind: PromTokenKind.Symbol, Text: "]" } ? 60_000 : Length("subquery");
                    Expect("]", "in subquery selector");
                    if (node.Type is not (PromType.Vector or PromType.Scalar)) throw Error(_query, token.Position, $"subquery is only allowed on instant vector, got {Word(node.Type)} instead");
                    node = new SubqueryNode(node, length, Math.Max(1, step));
                    continue;
                }
                Expect("]", "in range selector");
                node = node is SelectorNode selector ? new RangeNode(selector, length) : throw Error(_query, token.Position, "ranges only allowed for vector selectors");
            }
            else if (TryName("offset"))
            {
                var sign = Try("-") ? -1 : 1;
                var offset = sign * Length("offset");
                node = node switch
                {
                    SelectorNode s => s with { Offset = offset },
                    RangeNode r => r with { Selector = r.Selector with { Offset = offset } },
                    SubqueryNode q => q with { Offset = offset },
                    _ => throw Error(_query, token.Position, "offset modifier must be preceded by an instant vector selector or range vector selector or a subquery"),
                };
            }
            else if (Try("@"))
            {
                var number = Next();
                if (number.Kind != PromTokenKind.Number || node is not (SelectorNode or RangeNode)) throw Error(_query, token.Position, "@ modifier must be preceded by an instant vector selector or range vector selector or a subquery");
                var at = (long)(double.Parse(number.Text, CultureInfo.InvariantCulture) * 1000);
                node = node is SelectorNode s ? s with { At = at } : (RangeNode)node with { Selector = ((RangeNode)node).Selector with { At = at } };
            }
            else return node;
        }
    }

    private long Length(string what)
    {
        var token = Next();
        var length = token.Kind switch { PromTokenKind.Duration => PromLexer.Duration(token.Text), PromTokenKind.Number => (long)(double.Parse(token.Text, CultureInfo.InvariantCulture) * 1000), _ => null };
        if (length is null)
        {
            _at--;
            throw Error(_query, Current.Position, $"unexpected {Show(Current)} in {(what == "offset" ? "offset" : "subquery or range selector")}, expected number, duration, step(), or range()");
        }
        return length > 0 || what == "offset" ? length.Value : throw Error(_query, token.Position, "duration must be greater than 0");
    }

    private SelectorNode Selector(string? name, PromToken token)
    {
        var matchers = new List<LabelMatcher>();
        if (name is null) _at--;
        if (Try("{"))
        {
            while (!Try("}"))
            {
                var label = Next();
                if (label.Kind == PromTokenKind.Text && name is null && Current is { Kind: PromTokenKind.Symbol, Text: "," or "}" }) name = label.Text;
                else
                {
                    if (label.Kind is not (PromTokenKind.Name or PromTokenKind.Text)) throw Error(_query, label.Position, $"unexpected {Show(label)} in label matching, expected identifier or \"}}\"");
                    var op = Next();
                    if (op.Text is not ("=" or "!=" or "=~" or "!~")) throw Error(_query, op.Position, $"unexpected {Show(op)} in label matching, expected label matching operator");
                    var value = Next();
                    if (value.Kind != PromTokenKind.Text) throw Error(_query, value.Position, $"unexpected {Show(value)} in label matching, expected string");
                    matchers.Add(Matcher(label, op.Text, value));
                }
                if (Try(",")) continue;
                Expect("}", "in label matching");
                break;
            }
        }
        if (matchers.Find(m => m is { Name: "__name__", Operator: "=" }) is { } named && name is null)
        {
            name = named.Value;
            matchers.Remove(named);
        }
        if (name is null && matchers.TrueForAll(m => m.Matches(""))) throw Error(_query, token.Position, "vector selector must contain at least one non-empty matcher");
        return new(name, matchers);
    }

    private LabelMatcher Matcher(PromToken label, string op, PromToken value)
    {
        if (op is "=" or "!=")
            return new(label.Text, op, value.Text, null);
        return Re2.TryCompile($@"\A(?s:{value.Text})\z", out var pattern)
            ? new(label.Text, op, value.Text, pattern)
            : throw Error(_query, value.Position, $"error parsing regexp: {value.Text}");
    }

    private AggregateNode Aggregate(string op, PromToken token)
    {
        var (without, labels) = Grouping() ?? (false, null);
        Expect("(", "in aggregation");
        var arguments = Arguments();
        if (labels is null) (without, labels) = Grouping() ?? (false, []);
        var wanted = op is "topk" or "bottomk" or "quantile" or "count_values" ? 2 : 1;
        if (arguments.Count != wanted) throw Error(_query, token.Position, arguments.Count == 0 ? "no arguments for aggregate expression provided" : $"wrong number of arguments for aggregate expression provided, expected {wanted}, got {arguments.Count}");
        if (arguments[^1].Type != PromType.Vector) throw Error(_query, token.Position, $"expected type instant vector in aggregation expression, got {Word(arguments[^1].Type)}");
        return new(op, arguments[^1], wanted == 2 ? arguments[0] : null, without, labels ?? []);
    }

    private (bool Without, IReadOnlyList<string>? Labels)? Grouping() => TryName("by") ? (false, Labels()) : TryName("without") ? (true, Labels()) : null;

    private CallNode Call(PromToken token)
    {
        if (!PromFunctions.All.TryGetValue(token.Text, out var function)) throw Error(_query, token.Position, $"unknown function with name \"{token.Text}\"");
        Expect("(", "in function call");
        var arguments = Arguments();
        var least = function.Arguments.Count - function.Optional;
        if (arguments.Count < least || (!function.Variadic && arguments.Count > function.Arguments.Count))
            throw Error(_query, token.Position, $"expected {(function.Optional > 0 ? arguments.Count < least ? "at least " : "at most " : "")}{(arguments.Count < least ? least : function.Arguments.Count)} argument(s) in call to \"{token.Text}\", got {arguments.Count}");
        for (var i = 0; i < arguments.Count; i++)
        {
            var wanted = function.Arguments[Math.Min(i, function.Arguments.Count - 1)];
            if (arguments[i].Type != wanted) throw Error(_query, token.Position, $"expected type {Word(wanted)} in call to function \"{token.Text}\", got {Word(arguments[i].Type)}");
        }
        return new(function, arguments);
    }

    private List<PromNode> Arguments()
    {
        var arguments = new List<PromNode>();
        while (!Try(")"))
        {
            arguments.Add(Binary(0));
            if (Try(",")) continue;
            Expect(")", "in function call");
            break;
        }
        return arguments;
    }

    private List<string> Labels()
    {
        var labels = new List<string>();
        Expect("(", "in grouping opts");
        while (!Try(")"))
        {
            var label = Next();
            if (label.Kind is not (PromTokenKind.Name or PromTokenKind.Text)) throw Error(_query, label.Position, $"unexpected {Show(label)} in grouping opts, expected label");
            labels.Add(label.Text);
            if (Try(",")) continue;
            Expect(")", "in grouping opts");
            break;
        }
        return labels;
    }

    private PromToken Next() => Current.Kind == PromTokenKind.End ? throw Unexpected() : _tokens[_at++];

    private bool Try(string symbol)
    {
        if (Current.Kind != PromTokenKind.Symbol || Current.Text != symbol) return false;
        _at++;
        return true;
    }

    private bool TryName(string word)
    {
        if (Current.Kind != PromTokenKind.Name || !Current.Text.Equals(word, StringComparison.OrdinalIgnoreCase)) return false;
        _at++;
        return true;
    }

    private void Expect(string symbol, string where)
    {
        if (Try(symbol)) return;
        throw Error(_query, Current.Position, Current.Kind == PromTokenKind.End && symbol is ")" ? "unclosed left parenthesis" : $"unexpected {Show(Current)} {where}, expected \"{symbol}\"");
    }

    private PromException Unexpected() => Error(_query, Current.Position, $"unexpected {Show(Current)}");

    private static string Show(PromToken token) => token.Kind switch
    {
        PromTokenKind.End => "end of input",
        PromTokenKind.Name => $"identifier \"{token.Text}\"",
        PromTokenKind.Number => $"number \"{token.Text}\"",
        PromTokenKind.Duration => $"duration \"{token.Text}\"",
        PromTokenKind.Text => $"string \"{token.Text}\"",
        _ => token.Text switch { "(" => "left parenthesis", ")" => "right parenthesis", "{" => "\"{\"", "}" => "\"}\"", _ => $"\"{token.Text}\"" } is var s && char.IsLetter(s[0]) ? $"{s} '{token.Text}'" : $"<op:{token.Text}>",
    };

    private static string Word(PromType type) => type switch { PromType.Scalar => "scalar", PromType.Vector => "instant vector", PromType.Matrix => "range vector", _ => "string" };
}
