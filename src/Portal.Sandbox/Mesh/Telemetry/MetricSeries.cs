namespace Portal.Sandbox.Mesh.Telemetry;

internal readonly record struct MetricPoint(long Time, double Value);

/// <summary>One series of a proxy as its scraper sees it: labels, and a value at any time since it began.</summary>
/// <param name="Begin">When it began, at zero.</param>
/// <param name="End">When its target was gone; null while it lives.</param>
internal sealed record MetricSeries(string Name, MetricLabels Labels, long Begin, long? End, Func<long, double> Read)
{
    public bool IsAt(long time) => time >= Begin && (End is null || time <= End);

    /// <summary>The readings within a window: the first, one every <see cref="CounterHistory.Resolution"/>, and one at the window's end when that is now.</summary>
    public void Window(long after, long until, long now, List<MetricPoint> into)
    {
        into.Clear();
        var last = Math.Min(until, End ?? long.MaxValue);
        var first = Math.Max(after + 1, Begin);
        if (first > last) return;
        if (Begin >= first) into.Add(new(Begin, Read(Begin)));
        for (var t = (first + CounterHistory.Resolution - 1) / CounterHistory.Resolution * CounterHistory.Resolution; t <= last; t += CounterHistory.Resolution)
        {
            if (into.Count == 0 || into[^1].Time < t) into.Add(new(t, Read(t)));
        }
        if (until >= now - 1000 && (into.Count == 0 || into[^1].Time < last)) into.Add(new(last, Read(last)));
    }
}
