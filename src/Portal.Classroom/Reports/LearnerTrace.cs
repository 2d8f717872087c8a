using System.Collections.Immutable;
using Portal.Classroom.Model;

namespace Portal.Classroom.Reports;

/// <summary>When something was seen of a learner in a lesson, and what follows of how long they worked.</summary>
internal sealed class LearnerTrace(
    IReadOnlyCollection<SectionProgress> sections,
    IReadOnlyCollection<BlockRun> runs,
    IReadOnlyCollection<RunFailure> failures,
    IReadOnlyCollection<CheckResult> checks,
    IEnumerable<DateTimeOffset> asked
)
{
    private readonly ImmutableArray<DateTimeOffset> _seen =
    [
        .. sections
            .SelectMany(s => (DateTimeOffset?[])[s.StartedAt, s.Since, s.CompletedAt])
            .OfType<DateTimeOffset>()
            .Concat(runs.SelectMany(r => (DateTimeOffset[])[r.At - r.Duration, r.At]))
            .Concat(failures.Select(f => f.At))
            .Concat(checks.SelectMany(c => (DateTimeOffset[])[c.Since, c.At]))
            .Concat(asked)
            .Distinct()
            .Order(),
    ];

    /// <summary>
    /// How long they worked and were away between two moments. Neither is less than nothing, though clocks are set
    /// back.
    /// </summary>
    public (TimeSpan Worked, TimeSpan Away) Between(DateTimeOffset from, DateTimeOffset to)
    {
        var (worked, away) = (TimeSpan.Zero, TimeSpan.Zero);
        var last = from;
        foreach (var at in _seen.Where(s => s > from && s < to).Append(to))
        {
            var pause = at - last;
            if (pause > IClassReports.AwayAfter)
                away += pause;
            else if (pause > TimeSpan.Zero)
                worked += pause;
            last = at;
        }
        return (worked, away);
    }

    /// <summary>The last thing that was done in a section.</summary>
    public DateTimeOffset LastIn(SectionProgress section) =>
        runs.Where(r => r.SectionId == section.SectionId)
            .Select(r => r.At)
            .Concat(failures.Where(f => f.SectionId == section.SectionId).Select(f => f.At))
            .Concat(checks.Where(c => c.SectionId == section.SectionId).Select(c => c.At))
            .Append(section.Since)
            .Max();

    /// <summary>How often blocks of a section were run.</summary>
    public int RunsIn(string sectionId) => runs.Where(r => r.SectionId == sectionId).Sum(r => r.Count);

    /// <summary>How many of those failed; of a block whose failures were not kept, the latest.</summary>
    public int FailuresIn(string sectionId) =>
        failures.Count(f => f.SectionId == sectionId)
        + runs.Count(r =>
            r.SectionId == sectionId
            && r.Status is (RunStatus.Failed or RunStatus.TimedOut)
            && failures.All(f => f.BlockId != r.BlockId)
        );
}
