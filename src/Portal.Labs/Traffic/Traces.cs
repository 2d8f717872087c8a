using System.Collections.Immutable;

namespace Portal.Labs.Traffic;

/// <summary>What a mesh's Jaeger has of one service.</summary>
/// <param name="Installed">Whether there is a Jaeger to ask.</param>
/// <param name="Services">Of which it has traces, as it names them.</param>
/// <param name="Service">The one whose traces these are; null when there is none.</param>
/// <param name="Traces">The newest first.</param>
/// <param name="Problem">Why there are none although Jaeger is there; null when all is well.</param>
public sealed record TraceList(
    bool Installed,
    ImmutableArray<string> Services,
    string? Service,
    ImmutableArray<Trace> Traces,
    string? Problem = null
)
{
    /// <summary>So many traces are read, and so many spans of each.</summary>
    public const int Most = 20;

    public const int MostSpans = 200;

    public static TraceList NotInstalled { get; } = new(false, [], null, []);
}

/// <summary>One request and those that it led to.</summary>
/// <param name="Spans">Parents before their children, siblings by their beginning.</param>
/// <param name="Left">How many spans are not here because there are too many.</param>
public sealed record Trace(
    string Id,
    DateTimeOffset Start,
    TimeSpan Duration,
    ImmutableArray<TraceSpan> Spans,
    int Left
)
{
    public bool HasErrors => Spans.Any(s => s.IsError);
}

/// <param name="Depth">0 for a span without a parent.</param>
/// <param name="Offset">From the trace's beginning.</param>
/// <param name="Status">HTTP status, or empty.</param>
/// <param name="Flags">Envoy's response flags such as <c>UF</c>, or empty.</param>
public sealed record TraceSpan(
    string Service,
    string Operation,
    int Depth,
    TimeSpan Offset,
    TimeSpan Duration,
    string Kind,
    string Status,
    string Flags,
    bool IsError
);
