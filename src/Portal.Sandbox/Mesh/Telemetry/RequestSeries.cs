namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>One metric of requests or connections that share all labels. Thread-safe.</summary>
internal abstract class MetricFamily(string name, IReadOnlyList<KeyValuePair<string, string>> labels, long created)
{
    protected Lock Gate { get; } = new();
    protected string Name => name;

    /// <param name="added">Labels that a scraper adds.</param>
    /// <param name="only">Only the series of this name; null for all.</param>
    public abstract IEnumerable<MetricSeries> Series(IReadOnlyList<KeyValuePair<string, string>> added, long? end, string? only);

    protected MetricLabels All(IReadOnlyList<KeyValuePair<string, string>> added) => new([.. labels, .. added]);

    /// <summary>The series was there, at zero, just before its first request.</summary>
    protected MetricSeries One(string series, MetricLabels with, long? end, Func<long, double> read) => new(series, with, created - 1, end, t =>
    {
        lock (Gate) return read(t);
    });
}

/// <summary>A metric that only grows.</summary>
internal sealed class CounterFamily(string name, IReadOnlyList<KeyValuePair<string, string>> labels, long created) : MetricFamily(name, labels, created)
{
    private CounterHistory _count;

    public void Add(long now, long n)
    {
        lock (Gate) _count.Add(now, n);
    }

    public override IEnumerable<MetricSeries> Series(IReadOnlyList<KeyValuePair<string, string>> added, long? end, string? only) =>
        only is null || only == Name ? [One(Name, All(added), end, t => _count.At(t))] : [];
}

/// <summary>A metric with buckets, a sum and a count.</summary>
internal sealed class HistogramFamily(string name, IReadOnlyList<KeyValuePair<string, string>> labels, long created) : MetricFamily(name, labels, created)
{
    private readonly Histogram _values = new();

    public void Observe(long now, double value)
    {
        lock (Gate) _values.Observe(now, value);
    }

    public override IEnumerable<MetricSeries> Series(IReadOnlyList<KeyValuePair<string, string>> added, long? end, string? only)
    {
        if (only?.StartsWith(Name, StringComparison.Ordinal) == false) yield break;
        var all = All(added);
        for (var i = 0; (only is null || only == Name + "_bucket") && i < Histogram.Bounds.Count; i++)
        {
            var bucket = i;
            yield return One(Name + "_bucket", all.With("le", Histogram.Bounds[i]), end, t => _values.CountUpTo(bucket, t));
        }
        if (only is null || only == Name + "_sum") yield return One(Name + "_sum", all, end, _values.Sum);
        if (only is null || only == Name + "_count") yield return One(Name + "_count", all, end, _values.Count);
    }
}

/// <summary>What requests of one kind count into; null where a Telemetry object turned the metric off.</summary>
internal sealed record RequestSeries(CounterFamily? Count, HistogramFamily? Duration, HistogramFamily? RequestBytes, HistogramFamily? ResponseBytes)
{
    public void Record(long now, double milliseconds, long requestBytes, long responseBytes)
    {
        Count?.Add(now, 1);
        Duration?.Observe(now, milliseconds);
        RequestBytes?.Observe(now, requestBytes);
        ResponseBytes?.Observe(now, responseBytes);
    }
}

/// <summary>What connections of one kind count into, of which a proxy only sees bytes.</summary>
internal sealed record ConnectionSeries(CounterFamily? Opened, CounterFamily? Closed, CounterFamily? Received, CounterFamily? Sent)
{
    public void Record(long now, long received, long sent)
    {
        Opened?.Add(now, 1);
        Closed?.Add(now, 1);
        Received?.Add(now, received);
        Sent?.Add(now, sent);
    }
}
