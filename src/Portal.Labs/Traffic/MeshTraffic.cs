using System.Collections.Immutable;

namespace Portal.Labs.Traffic;

/// <summary>Traffic of the last minute, as the callers' proxies counted it.</summary>
/// <param name="Problem">Why there are no numbers although Prometheus is there; null when all is well.</param>
public sealed record MeshTraffic(bool Installed, ImmutableArray<MeshFlow> Flows, string? Problem = null)
{
    public static MeshTraffic NotInstalled { get; } = new(false, []);
}

/// <summary>Requests of one workload to a service that one workload answered.</summary>
/// <param name="Workload">The workload that answered; empty when none did.</param>
/// <param name="Rate">Requests a second.</param>
/// <param name="Errors">Of them, those without an answer or with a status of 5xx.</param>
/// <param name="P95">19 of 20 answers took no longer; null when not known.</param>
public sealed record MeshFlow(
    string SourceNamespace,
    string Source,
    string ServiceNamespace,
    string Service,
    string Workload,
    double Rate,
    double Errors,
    TimeSpan? P95
);
