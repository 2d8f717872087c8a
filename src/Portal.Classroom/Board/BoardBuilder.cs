using System.Collections.Immutable;
using Portal.Classroom.Model;

namespace Portal.Classroom.Board;

/// <summary>Computes a board from stored rows. Pure: the same rows and time give the same board.</summary>
internal static class BoardBuilder
{
    /// <summary>A section that takes longer than this counts as stuck even when nothing fails.</summary>
    public static readonly TimeSpan SlowAfter = TimeSpan.FromMinutes(15);

    public static ClassBoard Build(SchoolClass @class, IReadOnlyList<Learner> learners, ILookup<string, SectionProgress> sections,
        ILookup<string, BlockRun> runs, ILookup<string, CheckResult> checks, Func<string, bool> online, DateTimeOffset now)
    {
        var rows = learners.Select(l => Row(l, [.. sections[l.Id]], [.. runs[l.Id]], [.. checks[l.Id]], online(l.Id), now)).ToImmutableArray();
        return new ClassBoard
        {
            ClassId = @class.Id,
            Name = @class.Name,
            JoinCode = @class.JoinCode,
            CourseId = @class.CourseId,
            LessonId = @class.LessonId,
            SessionLength = @class.SessionLength,
            At = now,
            Learners = rows,
            Stuck = [.. rows.SelectMany(r => StuckOn(r, now)).GroupBy(s => s.Reason with { Message = null })
                .Select(Group)
                .OrderByDescending(g => g.LearnerIds.Length).ThenBy(g => g.Since)],
        };
    }

    /// <summary>Those who see what most of the group see stand first.</summary>
    private static StuckGroup Group(IGrouping<Reason, (Reason Reason, string LearnerId, DateTimeOffset Since)> group)
    {
        var messages = group
            .GroupBy(s => s.Reason.Message)
            .OrderByDescending(m => m.Count())
            .ThenBy(m => m.Min(s => s.Since))
            .ToList();
        return new StuckGroup(
            group.Key.SectionId, group.Key.CheckId, group.Key.BlockId, messages[0].Key, group.Min(s => s.Since),
            [.. messages.SelectMany(m => m).Select(s => s.LearnerId)])
        {
            Same = messages[0].Count(),
            OtherMessages = [.. messages.Skip(1).Take(3).Select(m => m.Key).OfType<string>()],
        };
    }

    private static LearnerRow Row(Learner learner, List<SectionProgress> sections, ImmutableArray<BlockRun> runs, ImmutableArray<CheckResult> checks, bool online, DateTimeOffset now)
    {
        var activity = sections.Select(s => (s.SectionId, s.Since))
            .Concat(runs.Select(r => (r.SectionId, Since: r.At)))
            .Concat(checks.Where(c => c.Message is not null || c.Status != CheckStatus.NotYet).Select(c => (c.SectionId, c.Since)))
            // What has not come yet was before the clock was set back.
            .OrderByDescending(a => a.Since <= now)
            .ThenByDescending(a => a.Since)
            .ToList();
        var cells = sections.ToImmutableDictionary(s => s.SectionId, s => new BoardCell(
            s.SectionId, s.Status, s.Since,
            Span(s.StartedAt, s.Status == SectionStatus.Completed && s.CompletedAt is { } done ? done : now),
            checks.Count(c => c.SectionId == s.SectionId && c.Status != CheckStatus.Passed && c.Message is not null),
            runs.Count(r => r.SectionId == s.SectionId && Failed(r))));
        return new LearnerRow
        {
            LearnerId = learner.Id,
            Name = learner.Name,
            Online = online,
            CurrentSectionId = activity.Count > 0 ? activity[0].SectionId : null,
            LastActivity = activity.Count > 0 ? activity[0].Since : null,
            Points = checks.Sum(c => c.Points),
            Cells = cells,
            Checks = checks,
            Runs = runs,
        };
    }

    private static IEnumerable<(Reason Reason, string LearnerId, DateTimeOffset Since)> StuckOn(LearnerRow row, DateTimeOffset now)
    {
        if (row.CurrentSectionId is not { } section || row.Cells.GetValueOrDefault(section) is not { } cell || cell.Status == SectionStatus.Completed) yield break;

        var failing = row.Checks.Where(c => c.SectionId == section && c.Status != CheckStatus.Passed && c.Message is not null).ToList();
        foreach (var check in failing) yield return (new Reason(section, check.CheckId, null, check.Message), row.LearnerId, check.Since);
        if (failing.Count > 0) yield break;

        var runs = row.Runs.Where(r => r.SectionId == section && Failed(r)).ToList();
        foreach (var run in runs) yield return (new Reason(section, null, run.BlockId, Describe(run)), row.LearnerId, run.At);
        if (runs.Count == 0 && row.Online && now - cell.Since > SlowAfter) yield return (new Reason(section, null, null, null), row.LearnerId, cell.Since);
    }

    /// <summary>Never less than nothing, though clocks are set back.</summary>
    private static TimeSpan Span(DateTimeOffset from, DateTimeOffset to) => to > from ? to - from : TimeSpan.Zero;

    private static bool Failed(BlockRun run) => run.Status is RunStatus.Failed or RunStatus.TimedOut;

    private static string Describe(BlockRun run) => run.Status == RunStatus.TimedOut
        ? $"command {run.FailedCommand + 1} timed out"
        : $"command {run.FailedCommand + 1} failed";

    private sealed record Reason(string SectionId, string? CheckId, string? BlockId, string? Message);
}
