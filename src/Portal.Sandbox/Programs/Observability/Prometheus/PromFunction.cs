using Portal.Sandbox.Mesh.Telemetry;

namespace Portal.Sandbox.Programs.Observability.Prometheus;

/// <param name="Optional">How many of the last arguments may be left out.</param>
/// <param name="Variadic">Whether the last argument may be repeated.</param>
internal sealed record PromFunction(string Name, PromType Result, IReadOnlyList<PromType> Arguments, Func<PromCall, PromValue> Invoke, int Optional = 0, bool Variadic = false);

/// <summary>A call of a function at one time; arguments are evaluated when they are read.</summary>
internal sealed class PromCall(PromEvaluator evaluator, IReadOnlyList<PromNode> arguments, long time)
{
    public int Count => arguments.Count;
    public long Time => time;

    public PromNode Node(int i) => arguments[i];

    public double Scalar(int i, double missing = 0) => i < arguments.Count ? evaluator.Evaluate(arguments[i], time).Scalar : missing;

    public string Text(int i) => evaluator.Evaluate(arguments[i], time).Text;

    public IReadOnlyList<PromSample> Vector(int i) => evaluator.Evaluate(arguments[i], time).Samples;

    public IReadOnlyList<PromRange> Matrix(int i) => evaluator.Evaluate(arguments[i], time).Ranges;

    /// <summary>A value for each sample of the first argument, without the metric's name.</summary>
    public PromValue Map(Func<double, double> compute) => PromValue.Of([.. Vector(0).Select(s => new PromSample(s.Labels.Without([]), compute(s.Value)))]);

    /// <summary>A value for each range of an argument; null drops it.</summary>
    public PromValue Over(int i, Func<PromRange, double?> compute, bool keepName = false)
    {
        var result = new List<PromSample>();
        foreach (var range in Matrix(i)) if (compute(range) is { } value) result.Add(new(keepName ? range.Labels : range.Labels.Without([]), value));
        return PromValue.Of(result);
    }
}
