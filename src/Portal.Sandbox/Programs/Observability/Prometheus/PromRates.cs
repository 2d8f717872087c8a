using System.Globalization;
using Portal.Sandbox.Mesh.Telemetry;

namespace Portal.Sandbox.Programs.Observability.Prometheus;

/// <summary>Changes over time, with Prometheus's extrapolation to the ends of a window, and quantiles of histograms.</summary>
internal static class PromRates
{
    private const double Slack = 1.1;

    public static double? Extrapolated(PromRange range, bool counter, bool perSecond)
    {
        var points = range.Points;
        if (points.Count < 2) return null;
        var change = points[^1].Value - points[0].Value;
        if (counter) for (var i = 1; i < points.Count; i++) if (points[i].Value < points[i - 1].Value) change += points[i - 1].Value;
        var covered = (points[^1].Time - points[0].Time) / 1000.0;
        var average = covered / (points.Count - 1);
        var (before, after) = ((points[0].Time - range.From) / 1000.0, (range.Until - points[^1].Time) / 1000.0);
        // Beyond the first and last reading the change is taken to go on, but not far, and a counter not below zero.
        if (before >= average * Slack) before = average / 2;
        if (counter && change > 0 && points[0].Value >= 0) before = Math.Min(before, covered * (points[0].Value / change));
        if (after >= average * Slack) after = average / 2;
        var value = change * ((covered + before + after) / covered);
        return perSecond ? value / ((range.Until - range.From) / 1000.0) : value;
    }

    public static double? Last(PromRange range, bool counter, bool perSecond)
    {
        if (range.Points is not [.., var before, var last] || last.Time == before.Time) return null;
        var change = counter && last.Value < before.Value ? last.Value : last.Value - before.Value;
        return perSecond ? change / ((last.Time - before.Time) / 1000.0) : change;
    }

    public static double? Slope(PromRange range)
    {
        if (range.Points.Count < 2) return null;
        var origin = range.Points[0].Time;
        var (n, x, y, xy, xx) = (range.Points.Count, 0.0, 0.0, 0.0, 0.0);
        foreach (var p in range.Points)
        {
            var t = (p.Time - origin) / 1000.0;
            (x, y, xy, xx) = (x + t, y + p.Value, xy + (t * p.Value), xx + (t * t));
        }
        return (xy - (x * y / n)) / (xx - (x * x / n));
    }

    public static List<PromSample> HistogramQuantile(double q, IReadOnlyList<PromSample> buckets)
    {
        var result = new List<PromSample>();
        foreach (var group in buckets.Where(b => b.Labels["le"].Length > 0).GroupBy(b => b.Labels.Without(["le"])))
        {
            var bounds = group.Select(b => (Bound: Bound(b.Labels["le"]), Count: b.Value)).Where(b => !double.IsNaN(b.Bound)).OrderBy(b => b.Bound).ToList();
            result.Add(new(group.Key, Quantile(q, bounds)));
        }
        return result;
    }

    private static double Quantile(double q, List<(double Bound, double Count)> bounds)
    {
        if (q < 0) return double.NegativeInfinity;
        if (q > 1) return double.PositiveInfinity;
        if (bounds.Count < 2 || !double.IsPositiveInfinity(bounds[^1].Bound) || bounds[^1].Count is 0 or double.NaN) return double.NaN;
        for (var i = 1; i < bounds.Count; i++) if (bounds[i].Count < bounds[i - 1].Count) bounds[i] = bounds[i] with { Count = bounds[i - 1].Count };
        var rank = q * bounds[^1].Count;
        var hit = bounds.FindIndex(b => b.Count >= rank);
        if (hit == bounds.Count - 1) return bounds[^2].Bound;
        if (hit == 0 && bounds[0].Bound <= 0) return bounds[0].Bound;
        var (start, below) = hit == 0 ? (0, 0) : bounds[hit - 1];
        var inside = bounds[hit].Count - below;
        return start + ((bounds[hit].Bound - start) * (inside == 0 ? 0 : (rank - below) / inside));
    }

    private static double Bound(string le) => le == "+Inf" ? double.PositiveInfinity : double.TryParse(le, CultureInfo.InvariantCulture, out var bound) ? bound : double.NaN;
}
