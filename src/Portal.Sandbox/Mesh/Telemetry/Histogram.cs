using System.Globalization;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>A distribution in the buckets that Istio's proxies use. Not thread-safe; its owner locks.</summary>
internal sealed class Histogram
{
    private static readonly double[] s_bounds = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000];

    // Each bucket for itself; readers add them up.
    private readonly CounterHistory[] _buckets = new CounterHistory[s_bounds.Length + 1];
    private CounterHistory _sum;

    /// <summary>The upper bounds as the label <c>le</c> shows them.</summary>
    public static IReadOnlyList<string> Bounds { get; } = [.. s_bounds.Select(b => b.ToString(CultureInfo.InvariantCulture)), "+Inf"];

    public void Observe(long now, double value)
    {
        var i = Array.BinarySearch(s_bounds, value);
        _buckets[i >= 0 ? i : ~i].Add(now, 1);
        _sum.Add(now, value);
    }

    public double CountUpTo(int bucket, long time)
    {
        var count = 0.0;
        for (var i = 0; i <= bucket; i++) count += _buckets[i].At(time);
        return count;
    }

    public double Count(long time) => CountUpTo(s_bounds.Length, time);

    public double Sum(long time) => _sum.At(time);
}
