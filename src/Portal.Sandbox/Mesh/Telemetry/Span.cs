namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>One proxy's part of a trace.</summary>
/// <param name="Service">Canonical service and namespace, as <c>reviews.bookinfo</c>.</param>
/// <param name="Start">Microseconds since the epoch.</param>
internal sealed record Span(string TraceId, string SpanId, string? ParentId, string Service, string Operation, bool Server, long Start, long Duration, string Pod, string Ip, IReadOnlyList<KeyValuePair<string, string>> Tags);

/// <summary>The spans that collectors received, the latest only. Thread-safe.</summary>
internal sealed class SpanStore
{
    private const int MaxSpans = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<Span> _spans = new();

    public void Add(Span span)
    {
        lock (_gate)
        {
            _spans.Enqueue(span);
            if (_spans.Count > MaxSpans) _spans.Dequeue();
        }
    }

    public IReadOnlyList<Span> Read()
    {
        lock (_gate) return [.. _spans];
    }

    public void Clear()
    {
        lock (_gate) _spans.Clear();
    }
}
