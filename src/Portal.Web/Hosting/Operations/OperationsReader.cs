using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Portal.Classroom.Classes;
using Portal.Classroom.Model;
using Portal.Labs;
using Portal.Labs.Capacity;
using Portal.Labs.Sessions;
using Portal.Web.Hosting.Draining;
using Portal.Web.Hosting.Health;

namespace Portal.Web.Hosting.Operations;

/// <summary>
/// Reads how the portal is, for one page: what is measured between two readings needs the one before. Not thread-safe.
/// </summary>
internal sealed class OperationsReader(
    ILessonSessions sessions,
    ISessionAdmission admission,
    IMachine machine,
    MeterReadings meters,
    HealthCheckService health,
    PortalDrain drain,
    IClasses classes,
    IOptions<DataOptions> data,
    IOptions<LabsOptions> labs,
    TimeProvider time
)
{
    private const long Mebibyte = 1 << 20;

    /// <summary>Rosters change seldom, and reading them costs the database more than all the rest.</summary>
    private static readonly TimeSpan s_classesEvery = TimeSpan.FromSeconds(30);

    private ImmutableArray<(string Name, int Learners)>? _classes;
    private long _classesRead;
    private (MachineState State, long At)? _before;

    public async Task<OperationsReport> ReadAsync(CancellationToken cancellationToken)
    {
        var state = machine.Read();
        var (portalCores, busyCores) = CoresSince(state);
        var census = sessions.Count();
        var queue = admission.Current;
        var rosters = await RostersAsync(cancellationToken);
        var checks = await health.CheckHealthAsync(cancellationToken);
        var disk = new DriveInfo(data.Value.Directory!);
        return new OperationsReport
        {
            At = time.GetUtcNow(),
            Sessions = census,
            Admission = queue,
            Machine = state,
            PortalCores = portalCores,
            BusyCores = busyCores,
            Circuits = meters.Sum(MeterReadings.Circuits),
            Connected = meters.Sum(MeterReadings.Connected),
            Sandboxes = meters.Sum(MeterReadings.Sandboxes),
            Unsaved = meters.Sum(MeterReadings.Unsaved),
            RunsStarted = meters.Sum(MeterReadings.RunsStarted),
            RunsFailed = meters.Sum(MeterReadings.RunsEnded, RunPhase.Failed),
            FirstOutput = meters.Recent(MeterReadings.FirstOutput),
            Grading = meters.Recent(MeterReadings.Grading),
            Disk = disk.TotalSize,
            DiskFree = disk.AvailableFreeSpace,
            IsDraining = drain.IsDraining,
            Checks =
            [
                .. checks.Entries.Select(e => new ReadyCheck(
                    e.Key,
                    e.Value.Status == HealthStatus.Healthy,
                    HealthEndpoints.Words(e.Value)
                )),
            ],
            Forecast = Forecast.Of(
                state,
                queue.Footprint,
                census.Open,
                census.Watched,
                busyCores,
                queue.Limit,
                labs.Value.Admission.ReservedMebibytes * Mebibyte,
                rosters ?? []
            ),
            ClassesAreAway = rosters is null,
        };
    }

    private (double? Portal, double? All) CoresSince(MachineState state)
    {
        var before = _before;
        _before = (state, time.GetTimestamp());
        if (before is not var (last, at) || time.GetElapsedTime(at) is not { Ticks: > 0 } passed)
            return (null, null);
        return ((state.PortalTime - last.PortalTime) / passed, (state.BusyTime - last.BusyTime) / passed);
    }

    /// <summary>Null while the database is away.</summary>
    private async Task<ImmutableArray<(string Name, int Learners)>?> RostersAsync(CancellationToken cancellationToken)
    {
        if (_classes is not null && time.GetElapsedTime(_classesRead) < s_classesEvery) return _classes;
        try
        {
            _classes =
            [
                .. (await classes.ListAsync(cancellationToken))
                    .Where(c => c.State != ClassState.Archived && c.Enrolments.Count > 0)
                    .OrderByDescending(c => c.Enrolments.Count)
                    .Select(c => (c.Name, c.Enrolments.Count)),
            ];
            _classesRead = time.GetTimestamp();
            return _classes;
        }
        catch (Exception e) when (DatabaseAway.Is(e))
        {
            return null;
        }
    }
}
