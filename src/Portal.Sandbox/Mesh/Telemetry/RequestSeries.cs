namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>Count, duration and sizes of the requests that share all labels. Thread-safe.</summary>
internal sealed class RequestSeries(IReadOnlyList<KeyValuePair<string, string>> labels, long created)
{
    private readonly Lock _gate = new();
    private readonly Histogram _duration = new();
    private readonly Histogram _requestBytes = new();
    private readonly Histogram _responseBytes = new();
    private CounterHistory _count;

    public void Record(long now, double milliseconds, long requestBytes, long responseBytes)
    {
        lock (_gate)
        {
            _count.Add(now, 1);
            _duration.Observe(now, milliseconds);
            _requestBytes.Observe(now, requestBytes);
            _responseBytes.Observe(now, responseBytes);
        }
    }

    public IEnumerable<MetricSeries> Series(IReadOnlyList<KeyValuePair<string, string>> added, long? end, string? only)
    {
        if (only?.StartsWith("istio_tcp_", StringComparison.Ordinal) == true) yield break;
        var all = new MetricLabels([.. labels, .. added]);
        // The counter was there, at zero, just before its first request.
        var begin = created - 1;
        MetricSeries One(string name, MetricLabels with, Func<long, double> read) => new(name, with, begin, end, t =>
        {
            lock (_gate) return read(t);
        });
        if (only is null or "istio_requests_total") yield return One("istio_requests_total", all, t => _count.At(t));
        foreach (var (name, histogram) in new[] { ("istio_request_duration_milliseconds", _duration), ("istio_request_bytes", _requestBytes), ("istio_response_bytes", _responseBytes) })
        {
            if (only?.StartsWith(name, StringComparison.Ordinal) == false) continue;
            for (var i = 0; (only is null || only == name + "_bucket") && i < Histogram.Bounds.Count; i++)
            {
                var bucket = i;
                yield return One(name + "_bucket", all.With("le", Histogram.Bounds[i]), t => histogram.CountUpTo(bucket, t));
            }
            if (only is null || only == name + "_sum") yield return One(name + "_sum", all, histogram.Sum);
            if (only is null || only == name + "_count") yield return One(name + "_count", all, histogram.Count);
        }
    }
}

/// <summary>Connections and bytes of what a proxy forwards without reading it. Thread-safe.</summary>
internal sealed class ConnectionSeries(IReadOnlyList<KeyValuePair<string, string>> labels, long created)
{
    private readonly Lock _gate = new();
    private CounterHistory _connections;
    private CounterHistory _received;
    private CounterHistory _sent;

    public void Record(long now, long received, long sent)
    {
        lock (_gate)
        {
            _connections.Add(now, 1);
            _received.Add(now, received);
            _sent.Add(now, sent);
        }
    }

    public IEnumerable<MetricSeries> Series(IReadOnlyList<KeyValuePair<string, string>> added, long? end, string? only)
    {
        var all = new MetricLabels([.. labels, .. added]);
        MetricSeries One(string name, Func<long, double> read) => new(name, all, created - 1, end, t =>
        {
            lock (_gate) return read(t);
        });
        return new[]
        {
            One("istio_tcp_connections_opened_total", t => _connections.At(t)), One("istio_tcp_connections_closed_total", t => _connections.At(t)),
            One("istio_tcp_received_bytes_total", t => _received.At(t)), One("istio_tcp_sent_bytes_total", t => _sent.At(t)),
        }.Where(s => only is null || s.Name == only);
    }
}
