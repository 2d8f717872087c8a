namespace Portal.Sandbox.Programs.Observability.Prometheus;

internal enum PromType { Scalar, Vector, Matrix, String }

/// <summary>An expression of PromQL.</summary>
internal abstract record PromNode
{
    public abstract PromType Type { get; }
}

internal sealed record NumberNode(double Value) : PromNode
{
    public override PromType Type => PromType.Scalar;
}

internal sealed record TextNode(string Value) : PromNode
{
    public override PromType Type => PromType.String;
}

internal sealed record LabelMatcher(string Name, string Operator, string Value, System.Text.RegularExpressions.Regex? Pattern)
{
    public bool Matches(string value) => Operator switch
    {
        "=" => value == Value,
        "!=" => value != Value,
        "=~" => Pattern!.IsMatch(value),
        _ => !Pattern!.IsMatch(value),
    };
}

/// <param name="Name">The metric's name; null when only labels select.</param>
/// <param name="At">A fixed time in milliseconds; null for the time of evaluation.</param>
internal sealed record SelectorNode(string? Name, IReadOnlyList<LabelMatcher> Matchers, long Offset = 0, long? At = null) : PromNode
{
    public override PromType Type => PromType.Vector;
}

/// <summary>A selector with a range, such as <c>x[5m]</c>.</summary>
internal sealed record RangeNode(SelectorNode Selector, long Length) : PromNode
{
    public override PromType Type => PromType.Matrix;
}

/// <summary>An expression evaluated again and again over a range, such as <c>rate(x[1m])[10m:1m]</c>.</summary>
internal sealed record SubqueryNode(PromNode Inner, long Length, long Step, long Offset = 0) : PromNode
{
    public override PromType Type => PromType.Matrix;
}

internal sealed record NegationNode(PromNode Inner) : PromNode
{
    public override PromType Type => Inner.Type;
}

/// <summary>Which samples of two vectors belong together.</summary>
/// <param name="On">Whether <paramref name="Labels"/> are those that must agree, or those that do not count.</param>
/// <param name="Many">The side with several samples a group: "left", "right", or empty for one to one.</param>
/// <param name="Include">Labels that the result takes from the "one" side.</param>
internal sealed record VectorMatching(bool On, IReadOnlyList<string> Labels, string Many, IReadOnlyList<string> Include)
{
    public static VectorMatching Default { get; } = new(false, [], "", []);
}

internal sealed record BinaryNode(string Operator, PromNode Left, PromNode Right, bool AsBool, VectorMatching Matching) : PromNode
{
    public override PromType Type => Left.Type == PromType.Scalar && Right.Type == PromType.Scalar ? PromType.Scalar : PromType.Vector;
}

internal sealed record AggregateNode(string Operator, PromNode Inner, PromNode? Parameter, bool Without, IReadOnlyList<string> Labels) : PromNode
{
    public override PromType Type => PromType.Vector;
}

internal sealed record CallNode(PromFunction Function, IReadOnlyList<PromNode> Arguments) : PromNode
{
    public override PromType Type => Function.Result;
}

/// <summary>A query that cannot be read or carried out.</summary>
/// <param name="type">Prometheus's error type: bad_data or execution.</param>
internal sealed class PromException(string message, string type = "bad_data") : Exception(message)
{
    public string Type => type;
}
