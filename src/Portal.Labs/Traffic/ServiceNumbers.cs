using System.Collections.Immutable;

namespace Portal.Labs.Traffic;

/// <summary>How the services of a mesh do, as the callers' proxies counted it.</summary>
/// <param name="Installed">Whether there is a Prometheus to ask.</param>
/// <param name="Rows">By namespace, service and version.</param>
/// <param name="Problem">Why there are no numbers although Prometheus is there; null when all is well.</param>
public sealed record ServiceNumbers(bool Installed, ImmutableArray<ServiceNumbersRow> Rows, string? Problem = null)
{
    public static ServiceNumbers NotInstalled { get; } = new(false, []);

    /// <summary>How far back <see cref="ServiceNumbersRow.History"/> goes.</summary>
    public static TimeSpan HistoryLength { get; } = TimeSpan.FromMinutes(10);
}

/// <summary>One version of a service, in the last minute.</summary>
/// <param name="Version">The label <c>version</c> of the workload that answered; empty when none did.</param>
/// <param name="Rate">Requests a second.</param>
/// <param name="Errors">Of them, those without an answer or with a status of 5xx.</param>
/// <param name="P50">Half of the answers took no longer; null when not known.</param>
/// <param name="P95">19 of 20.</param>
/// <param name="P99">99 of 100.</param>
/// <param name="History">Requests a second of the last ten minutes, oldest first; only what was measured.</param>
public sealed record ServiceNumbersRow(
    string Namespace,
    string Service,
    string Version,
    double Rate,
    double Errors,
    TimeSpan? P50,
    TimeSpan? P95,
    TimeSpan? P99,
    ImmutableArray<RatePoint> History
);

/// <summary>Requests a second at a time of the cluster's clock.</summary>
public readonly record struct RatePoint(DateTimeOffset At, double Rate);
