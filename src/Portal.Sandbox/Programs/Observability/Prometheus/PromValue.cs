using Portal.Sandbox.Mesh.Telemetry;

namespace Portal.Sandbox.Programs.Observability.Prometheus;

internal readonly record struct PromSample(MetricLabels Labels, double Value);

/// <summary>A series within a range.</summary>
internal sealed record PromRange(MetricLabels Labels, IReadOnlyList<MetricPoint> Points, long From, long Until);

/// <summary>The result of an expression at one time: one of the four, as its type says.</summary>
internal sealed record PromValue(PromType Type, double Scalar = 0, IReadOnlyList<PromSample>? Vector = null, IReadOnlyList<PromRange>? Matrix = null, string Text = "")
{
    public IReadOnlyList<PromSample> Samples => Vector ?? [];
    public IReadOnlyList<PromRange> Ranges => Matrix ?? [];

    public static PromValue Of(double scalar) => new(PromType.Scalar, scalar);

    public static PromValue Of(IReadOnlyList<PromSample> vector) => new(PromType.Vector, Vector: vector);
}
