using System.Globalization;
using Portal.Sandbox.Mesh.Telemetry;

namespace Portal.Sandbox.Programs.Observability.Prometheus;

/// <summary>Aggregations of a vector: sum, avg, topk and the like.</summary>
internal static class PromAggregates
{
    public static IReadOnlyList<PromSample> Apply(AggregateNode node, IReadOnlyList<PromSample> samples, PromValue? parameter)
    {
        var groups = samples.GroupBy(s => node.Without ? s.Labels.Without(node.Labels) : s.Labels.Keep(node.Labels));
        switch (node.Operator)
        {
            case "topk" or "bottomk":
                var k = (int)Math.Clamp(parameter!.Scalar, 0, int.MaxValue);
                var sign = node.Operator == "topk" ? -1 : 1;
                return [.. groups.SelectMany(g => g.OrderBy(s => double.IsNaN(s.Value)).ThenBy(s => sign * s.Value).Take(k))];
            case "count_values":
                return [.. groups.SelectMany(g => g.GroupBy(s => PromNumber.Text(s.Value)).Select(v => new PromSample(g.Key.With(parameter!.Text, v.Key), v.Count())))];
            default:
                return [.. groups.Select(g => new PromSample(g.Key, One(node.Operator, [.. g.Select(s => s.Value)], parameter?.Scalar ?? 0)))];
        }
    }

    /// <summary>The quantile of values by linear interpolation, as Prometheus computes it.</summary>
    public static double Quantile(double q, double[] values)
    {
        if (values.Length == 0 || double.IsNaN(q)) return double.NaN;
        if (q < 0) return double.NegativeInfinity;
        if (q > 1) return double.PositiveInfinity;
        Array.Sort(values);
        var rank = q * (values.Length - 1);
        var low = (int)Math.Floor(rank);
        var high = Math.Min(values.Length - 1, low + 1);
        return values[low] * (1 - (rank - low)) + values[high] * (rank - low);
    }

    private static double One(string op, double[] values, double parameter)
    {
        switch (op)
        {
            case "sum": return values.Sum();
            case "avg": return values.Average();
            case "min": return values.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Min();
            case "max": return values.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Max();
            case "count": return values.Length;
            case "group": return 1;
            case "quantile": return Quantile(parameter, values);
            default:
                var mean = values.Average();
                var variance = values.Sum(v => (v - mean) * (v - mean)) / values.Length;
                return op == "stddev" ? Math.Sqrt(variance) : variance;
        }
    }
}

/// <summary>Numbers as Prometheus writes them.</summary>
internal static class PromNumber
{
    public static string Text(double value)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "+Inf" : "-Inf";
        var magnitude = Math.Abs(value);
        if (magnitude is not 0 and (< 1e-6 or >= 1e21)) return value.ToString("R", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal);
        return value.ToString("R", CultureInfo.InvariantCulture) is var text && text.Contains('E', StringComparison.Ordinal) ? ((decimal)value).ToString(CultureInfo.InvariantCulture) : text;
    }
}
