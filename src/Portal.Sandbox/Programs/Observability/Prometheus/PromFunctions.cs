using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Text;

namespace Portal.Sandbox.Programs.Observability.Prometheus;

/// <summary>The functions of PromQL that dashboards use.</summary>
internal static class PromFunctions
{
    private const PromType Scalar = PromType.Scalar, Vector = PromType.Vector, Matrix = PromType.Matrix, String = PromType.String;

    private const int MaxLabel = 16384;

    public static IReadOnlyDictionary<string, PromFunction> All { get; } = new PromFunction[]
    {
        new("rate", Vector, [Matrix], c => c.Over(0, r => PromRates.Extrapolated(r, counter: true, perSecond: true))),
        new("increase", Vector, [Matrix], c => c.Over(0, r => PromRates.Extrapolated(r, counter: true, perSecond: false))),
        new("delta", Vector, [Matrix], c => c.Over(0, r => PromRates.Extrapolated(r, counter: false, perSecond: false))),
        new("irate", Vector, [Matrix], c => c.Over(0, r => PromRates.Last(r, counter: true, perSecond: true))),
        new("idelta", Vector, [Matrix], c => c.Over(0, r => PromRates.Last(r, counter: false, perSecond: false))),
        new("deriv", Vector, [Matrix], c => c.Over(0, PromRates.Slope)),
        new("predict_linear", Vector, [Matrix, Scalar], c => c.Over(0, r => PromRates.Slope(r) is { } slope
            ? r.Points.Average(p => p.Value) + (slope * (((c.Time - r.Points.Average(p => (double)p.Time)) / 1000) + c.Scalar(1))) : null)),
        new("changes", Vector, [Matrix], c => c.Over(0, r => Pairs(r).Count(p => p.Before != p.After))),
        new("resets", Vector, [Matrix], c => c.Over(0, r => Pairs(r).Count(p => p.After < p.Before))),
        new("avg_over_time", Vector, [Matrix], c => c.Over(0, r => r.Points.Average(p => p.Value))),
        new("min_over_time", Vector, [Matrix], c => c.Over(0, r => r.Points.Min(p => p.Value))),
        new("max_over_time", Vector, [Matrix], c => c.Over(0, r => r.Points.Max(p => p.Value))),
        new("sum_over_time", Vector, [Matrix], c => c.Over(0, r => r.Points.Sum(p => p.Value))),
        new("count_over_time", Vector, [Matrix], c => c.Over(0, r => r.Points.Count)),
        new("stddev_over_time", Vector, [Matrix], c => c.Over(0, r => Math.Sqrt(Variance(r)))),
        new("stdvar_over_time", Vector, [Matrix], c => c.Over(0, r => Variance(r))),
        new("last_over_time", Vector, [Matrix], c => c.Over(0, r => r.Points[^1].Value, keepName: true)),
        new("present_over_time", Vector, [Matrix], c => c.Over(0, _ => 1)),
        new("quantile_over_time", Vector, [Scalar, Matrix], c => c.Over(1, r => PromAggregates.Quantile(c.Scalar(0), [.. r.Points.Select(p => p.Value)]))),
        new("abs", Vector, [Vector], c => c.Map(Math.Abs)),
        new("ceil", Vector, [Vector], c => c.Map(Math.Ceiling)),
        new("floor", Vector, [Vector], c => c.Map(Math.Floor)),
        new("exp", Vector, [Vector], c => c.Map(Math.Exp)),
        new("ln", Vector, [Vector], c => c.Map(Math.Log)),
        new("log2", Vector, [Vector], c => c.Map(Math.Log2)),
        new("log10", Vector, [Vector], c => c.Map(Math.Log10)),
        new("sqrt", Vector, [Vector], c => c.Map(Math.Sqrt)),
        new("sgn", Vector, [Vector], c => c.Map(v => double.IsNaN(v) ? v : Math.Sign(v))),
        new("round", Vector, [Vector, Scalar], c => c.Scalar(1, 1) is var to ? c.Map(v => Math.Floor((v / to) + 0.5) * to) : PromValue.Of(0), Optional: 1),
        new("clamp", Vector, [Vector, Scalar, Scalar], c => c.Scalar(1) <= c.Scalar(2) ? c.Map(v => Math.Min(Math.Max(v, c.Scalar(1)), c.Scalar(2))) : PromValue.Of([])),
        new("clamp_min", Vector, [Vector, Scalar], c => c.Map(v => Math.Max(v, c.Scalar(1)))),
        new("clamp_max", Vector, [Vector, Scalar], c => c.Map(v => Math.Min(v, c.Scalar(1)))),
        new("sort", Vector, [Vector], c => PromValue.Of([.. c.Vector(0).OrderBy(s => s.Value)])),
        new("sort_desc", Vector, [Vector], c => PromValue.Of([.. c.Vector(0).OrderByDescending(s => s.Value)])),
        new("time", Scalar, [], c => PromValue.Of(c.Time / 1000.0)),
        new("timestamp", Vector, [Vector], c => c.Map(_ => c.Time / 1000.0)),
        Calendar("minute", t => t.Minute), Calendar("hour", t => t.Hour), Calendar("day_of_week", t => (int)t.DayOfWeek), Calendar("day_of_month", t => t.Day), Calendar("day_of_year", t => t.DayOfYear), Calendar("month", t => t.Month), Calendar("year", t => t.Year),
        new("pi", Scalar, [], _ => PromValue.Of(Math.PI)),
        new("scalar", Scalar, [Vector], c => PromValue.Of(c.Vector(0) is [var only] ? only.Value : double.NaN)),
        new("vector", Vector, [Scalar], c => PromValue.Of([new PromSample(MetricLabels.Empty, c.Scalar(0))])),
        new("absent", Vector, [Vector], c => c.Vector(0).Count > 0 ? PromValue.Of([]) : PromValue.Of([new PromSample(Wanted(c.Node(0)), 1)])),
        new("absent_over_time", Vector, [Matrix], c => c.Matrix(0).Count > 0 ? PromValue.Of([]) : PromValue.Of([new PromSample(Wanted(c.Node(0)), 1)])),
        new("histogram_quantile", Vector, [Scalar, Vector], c => PromValue.Of(PromRates.HistogramQuantile(c.Scalar(0), c.Vector(1)))),
        new("label_replace", Vector, [Vector, String, String, String, String], LabelReplace),
        new("label_join", Vector, [Vector, String, String, String], c => PromValue.Of([.. c.Vector(0).Select(s => s with { Labels = s.Labels.With(c.Text(1), string.Join(c.Text(2), Enumerable.Range(3, c.Count - 3).Select(i => s.Labels[c.Text(i)]))) })]), Variadic: true),
    }.ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>A part of a time in UTC: that of each value, or of now.</summary>
    private static PromFunction Calendar(string name, Func<DateTime, int> part) => new(name, Vector, [Vector], c =>
    {
        double Part(double seconds) => double.IsNaN(seconds) || Math.Abs(seconds) > 1e11 ? double.NaN : part(DateTime.UnixEpoch.AddSeconds(seconds));
        return c.Count == 0 ? PromValue.Of([new PromSample(MetricLabels.Empty, Part(c.Time / 1000.0))]) : c.Map(Part);
    }, Optional: 1);

    private static double Variance(PromRange range)
    {
        var mean = range.Points.Average(p => p.Value);
        return range.Points.Average(p => (p.Value - mean) * (p.Value - mean));
    }

    private static IEnumerable<(double Before, double After)> Pairs(PromRange range) => range.Points.Zip(range.Points.Skip(1), (a, b) => (a.Value, b.Value));

    /// <summary>The labels that an absent series would have had.</summary>
    private static MetricLabels Wanted(PromNode node) => (node as SelectorNode ?? (node as RangeNode)?.Selector) is { } selector
        ? new(selector.Matchers.Where(m => m.Operator == "=").GroupBy(m => m.Name).Where(g => g.Count() == 1).Select(g => KeyValuePair.Create(g.Key, g.First().Value))) : MetricLabels.Empty;

    /// <summary>A label that functions made of labels; doubled again and again it would be gigabytes.</summary>
    private static string Bounded(string label) =>
        label.Length <= MaxLabel
            ? label
            : throw new PromException("a label value is longer than 16384 characters", "execution");

    private static PromValue LabelReplace(PromCall c)
    {
        var (target, replacement, source) = (c.Text(1), c.Text(2), c.Text(3));
        if (!Re2.TryCompile($@"\A(?s:{c.Text(4)})\z", out var pattern))
            throw new PromException($"invalid regular expression in label_replace(): {c.Text(4)}", "execution");
        return PromValue.Of([
            .. c.Vector(0)
                .Select(s =>
                {
                    var match = pattern.Match(s.Labels[source]);
                    return match.Success
                        ? s with
                        {
                            Labels = s.Labels.With(target, Bounded(match.Result(replacement))),
                        }
                        : s;
                }),
        ]);
    }
}
