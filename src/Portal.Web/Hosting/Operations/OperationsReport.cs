using System.Collections.Immutable;
using Portal.Labs.Capacity;
using Portal.Labs.Sessions;

namespace Portal.Web.Hosting.Operations;

/// <summary>How the portal is at one moment; of nobody in particular.</summary>
public sealed record OperationsReport
{
    public required DateTimeOffset At { get; init; }
    public required SessionCensus Sessions { get; init; }
    public required AdmissionState Admission { get; init; }
    public required MachineState Machine { get; init; }

    /// <summary>
    /// Processors that this process, and all processes, kept busy since the reading before; null at first.
    /// </summary>
    public double? PortalCores { get; init; }
    public double? BusyCores { get; init; }
    public required long Circuits { get; init; }
    public required long Connected { get; init; }
    public required long Sandboxes { get; init; }
    public required long Unsaved { get; init; }
    public required long RunsStarted { get; init; }
    public required long RunsFailed { get; init; }
    public required Percentiles FirstOutput { get; init; }
    public required Percentiles Grading { get; init; }

    /// <summary>Bytes of the disk that the data directory is on.</summary>
    public required long Disk { get; init; }
    public required long DiskFree { get; init; }
    public required bool IsDraining { get; init; }

    /// <summary>What <c>/readyz</c> says.</summary>
    public required ImmutableArray<ReadyCheck> Checks { get; init; }
    public required Forecast Forecast { get; init; }

    /// <summary>Whether classes could not be read, and the forecast has none.</summary>
    public bool ClassesAreAway { get; init; }
}

/// <param name="Words">"ok", or what is wrong.</param>
public sealed record ReadyCheck(string Name, bool IsReady, string Words);
