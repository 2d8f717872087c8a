using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Programs;

/// <summary>A distribution in fortio's buckets, from a thousandth of a second on.</summary>
internal sealed class FortioHistogram
{
    private const double Resolution = 0.001;

    private static readonly int[] s_bounds =
    [
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100, 120, 140, 160, 180, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900, 1000,
        2000, 3000, 4000, 5000, 7500, 10000, 20000, 30000, 40000, 50000, 75000, 100000,
    ];

    private readonly record struct Bucket(double Start, double End, double Percent, int Count);

    private readonly double[] _values;
    private readonly List<Bucket> _buckets = [];

    public FortioHistogram(IEnumerable<double> values)
    {
        _values = [.. values.Order()];
        var (low, seen) = (double.NegativeInfinity, 0);
        foreach (var bound in s_bounds.Select(b => b * Resolution).Append(double.PositiveInfinity))
        {
            var until = seen;
            while (until < _values.Length && _values[until] <= bound) until++;
            // The ends of the whole are those of the values.
            if (until > seen) _buckets.Add(new(seen == 0 ? _values[0] : low, until == _values.Length ? _values[^1] : bound, 100.0 * until / _values.Length, until - seen));
            (low, seen) = (bound, until);
        }
    }

    public void Write(StringBuilder text, string name, double[] percentiles, bool ranges)
    {
        if (_values.Length == 0)
        {
            text.Append(name).Append(ranges || percentiles.Length == 0 ? " : no data\n" : " : count 0 avg 0 +/- 0 min 0 max 0 sum 0\n");
            return;
        }
        text.Append(CultureInfo.InvariantCulture, $"{name} : count {_values.Length} avg {G(_values.Average(), 8)} +/- {G(Deviation, 4)} min {G(_values[0], 9)} max {G(_values[^1], 9)} sum {G(_values.Sum(), 9)}\n");
        if (ranges)
        {
            text.Append("# range, mid point, percentile, count\n");
            for (var i = 0; i < _buckets.Count; i++)
            {
                var b = _buckets[i];
                text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? ">=" : ">")} {G(b.Start, 6)} <= {G(b.End, 6)} , {G((b.Start + b.End) / 2, 6)} , {b.Percent:0.00}, {b.Count}\n");
            }
        }
        foreach (var p in percentiles) text.Append(CultureInfo.InvariantCulture, $"# target {p:0.##}% {G(Percentile(p), 6)}\n");
    }

    public JsonObject Json(double[] percentiles) => new()
    {
        ["Count"] = _values.Length, ["Min"] = _values.FirstOrDefault(), ["Max"] = _values.LastOrDefault(), ["Sum"] = _values.Sum(), ["Avg"] = _values.Length == 0 ? 0 : _values.Average(), ["StdDev"] = Deviation,
        ["Data"] = new JsonArray([.. _buckets.Select(b => (JsonNode)new JsonObject { ["Start"] = b.Start, ["End"] = b.End, ["Percent"] = b.Percent, ["Count"] = b.Count })]),
        ["Percentiles"] = new JsonArray([.. percentiles.Where(_ => _values.Length > 0).Select(p => (JsonNode)new JsonObject { ["Percentile"] = p, ["Value"] = Percentile(p) })]),
    };

    /// <summary>A number as Go's <c>%.6g</c> writes it.</summary>
    public static string G(double value, int digits) => value.ToString("G" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal);

    private double Deviation
    {
        get
        {
            if (_values.Length == 0) return 0;
            var mean = _values.Average();
            return Math.Sqrt(_values.Sum(v => (v - mean) * (v - mean)) / _values.Length);
        }
    }

    private double Percentile(double p)
    {
        var before = 0.0;
        foreach (var b in _buckets)
        {
            if (b.Percent >= p) return b.Start + ((p - before) / (b.Percent - before) * (b.End - b.Start));
            before = b.Percent;
        }
        return _values[^1];
    }
}
