using Portal.Sandbox.Mesh.Telemetry;

namespace Portal.Sandbox.Programs.Observability.Prometheus;

/// <summary>Evaluates an expression at one time after another, over series that it selects once.</summary>
/// <param name="select">All series of a metric, or of every metric when the name is null.</param>
/// <param name="now">When the query was asked.</param>
internal sealed class PromEvaluator(Func<string?, IEnumerable<MetricSeries>> select, long now)
{
    /// <summary>
    /// Samples that a query may touch, as Prometheus' <c>--query.max-samples</c>: subqueries of subqueries would go
    /// on for days.
    /// </summary>
    private const int MaxSamples = 2_000_000;

    private readonly Dictionary<SelectorNode, List<MetricSeries>> _selected = new(ReferenceEqualityComparer.Instance);

    private int _samples;

    public long Now => now;

    /// <exception cref="PromException">The query asks for what cannot be, or for too much.</exception>
    public PromValue Evaluate(PromNode node, long time)
    {
        Spend(1);
        var value = Compute(node, time);
        if (value.Type == PromType.Vector) Spend(value.Samples.Count);
        else if (value.Type == PromType.Matrix) foreach (var range in value.Ranges) Spend(range.Points.Count);
        return value;
    }

    private void Spend(int samples)
    {
        if ((_samples += samples) > MaxSamples)
            throw new PromException(
                "query processing would load too many samples into memory in query execution",
                "execution"
            );
    }

    private PromValue Compute(PromNode node, long time) =>
        node switch
        {
            NumberNode n => PromValue.Of(n.Value),
            TextNode t => new(PromType.String, Text: t.Value),
            SelectorNode s => PromValue.Of(Instant(s, time)),
            RangeNode r => new(PromType.Matrix, Matrix: Range(r, time)),
            SubqueryNode q => new(PromType.Matrix, Matrix: Subquery(q, time)),
            NegationNode n => Evaluate(n.Inner, time) is var v && v.Type == PromType.Vector
                ? PromValue.Of([.. v.Samples.Select(s => new PromSample(s.Labels.Without([]), -s.Value))])
                : PromValue.Of(-v.Scalar),
            BinaryNode b => PromOperators.Apply(b, Evaluate(b.Left, time), Evaluate(b.Right, time)),
            AggregateNode a => PromValue.Of(
                PromAggregates.Apply(
                    a,
                    Evaluate(a.Inner, time).Samples,
                    a.Parameter is null ? null : Evaluate(a.Parameter, time)
                )
            ),
            CallNode c => c.Function.Invoke(new PromCall(this, c.Arguments, time)),
            _ => throw new PromException("unknown expression", "execution"),
        };

    private List<PromSample> Instant(SelectorNode node, long time)
    {
        var at = (node.At ?? time) - node.Offset;
        return [.. Select(node).Where(s => s.IsAt(at)).Select(s => new PromSample(s.Labels.With("__name__", s.Name), s.Read(at)))];
    }

    private List<PromRange> Range(RangeNode node, long time)
    {
        var until = (node.Selector.At ?? time) - node.Selector.Offset;
        var ranges = new List<PromRange>();
        foreach (var series in Select(node.Selector))
        {
            var points = new List<MetricPoint>();
            series.Window(until - node.Length, until, now, points);
            if (points.Count > 0) ranges.Add(new(series.Labels.With("__name__", series.Name), points, until - node.Length, until));
        }
        return ranges;
    }

    private List<PromRange> Subquery(SubqueryNode node, long time)
    {
        var until = time - node.Offset;
        if (node.Length / node.Step > PromApi.MaxPoints) throw new PromException("exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)", "execution");
        var found = new Dictionary<MetricLabels, List<MetricPoint>>();
        for (var t = (until - node.Length) / node.Step * node.Step + node.Step; t <= until; t += node.Step)
        {
            var value = Evaluate(node.Inner, t);
            IEnumerable<PromSample> samples = value.Type == PromType.Scalar ? [new(MetricLabels.Empty, value.Scalar)] : value.Samples;
            foreach (var s in samples)
            {
                if (!found.TryGetValue(s.Labels, out var points)) found[s.Labels] = points = [];
                points.Add(new(t, s.Value));
            }
        }
        return [.. found.Select(f => new PromRange(f.Key, f.Value, until - node.Length, until))];
    }

    private List<MetricSeries> Select(SelectorNode node)
    {
        if (_selected.TryGetValue(node, out var found))
            return found;
        return _selected[node] = [
            .. select(node.Name)
                .Where(s => node.Matchers.All(m => m.Matches(m.Name == "__name__" ? s.Name : s.Labels[m.Name]))),
        ];
    }
}
