using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Data;
using Portal.Classroom.Model;

namespace Portal.Classroom.Reports;

internal sealed class ClassReports(IDbContextFactory<PortalDbContext> database) : IClassReports
{
    public async Task<ClassReport?> FindAsync(string classId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var found = await db.Classes.AsNoTracking().FirstOrDefaultAsync(c => c.Id == classId, cancellationToken);
        if (found is null) return null;
        var (course, lesson) = (found.CourseId, found.LessonId);
        var enrolled = db.Enrolments.AsNoTracking().Where(e => e.ClassId == classId);
        var ids = enrolled.Select(e => e.LearnerId);
        var learners = await enrolled.OrderBy(e => e.JoinedAt).Select(e => e.Learner!).ToListAsync(cancellationToken);
        var sections = await db
            .Sections.AsNoTracking()
            .Where(s => s.CourseId == course && s.LessonId == lesson && ids.Contains(s.LearnerId))
            .ToListAsync(cancellationToken);
        var runs = await db
            .Runs.AsNoTracking()
            .Where(r => r.CourseId == course && r.LessonId == lesson && ids.Contains(r.LearnerId))
            .ToListAsync(cancellationToken);
        var checks = await db
            .Checks.AsNoTracking()
            .Where(c => c.CourseId == course && c.LessonId == lesson && ids.Contains(c.LearnerId))
            .ToListAsync(cancellationToken);
        var failures = await db
            .Failures.AsNoTracking()
            .Where(f => f.CourseId == course && f.LessonId == lesson && ids.Contains(f.LearnerId))
            .ToListAsync(cancellationToken);
        var help = await db
            .HelpRequests.AsNoTracking()
            .Where(h => h.CourseId == course && h.LessonId == lesson && ids.Contains(h.LearnerId))
            .Select(h => new { h.LearnerId, Event = new ReportEvent(ReportEventKind.Help, h.AskedAt, h.SectionId) })
            .ToListAsync(cancellationToken);
        var messages = await db
            .Messages.AsNoTracking()
            .Where(m => m.ClassId == classId && ids.Contains(m.LearnerId))
            .Select(m => new { m.LearnerId, Event = new ReportEvent(ReportEventKind.Message, m.SentAt, null) })
            .ToListAsync(cancellationToken);
        var asked = help.ToLookup(h => h.LearnerId, h => h.Event.At);
        var others = help.Concat(messages).ToLookup(e => e.LearnerId, e => e.Event);
        var (sectionsOf, runsOf, checksOf, failuresOf) = (
            sections.ToLookup(s => s.LearnerId),
            runs.ToLookup(r => r.LearnerId),
            checks.ToLookup(c => c.LearnerId),
            failures.ToLookup(f => f.LearnerId)
        );
        return new ClassReport(
            found.Id,
            found.Name,
            course,
            lesson,
            found.State,
            [
                .. learners.Select(l =>
                    Report(
                        l,
                        [.. sectionsOf[l.Id]],
                        [.. runsOf[l.Id]],
                        [.. checksOf[l.Id]],
                        [.. failuresOf[l.Id]],
                        asked[l.Id],
                        others[l.Id]
                    )
                ),
            ]
        );
    }

    private static LearnerReport Report(
        Learner learner,
        List<SectionProgress> sections,
        List<BlockRun> runs,
        List<CheckResult> checks,
        List<RunFailure> failures,
        IEnumerable<DateTimeOffset> asked,
        IEnumerable<ReportEvent> others
    )
    {
        var trace = new LearnerTrace(sections, runs, failures, checks, asked);
        var reports = sections.ToImmutableDictionary(s => s.SectionId, s => Report(s, trace));
        var completed = reports
            .Where(r => r.Value.CompletedAt is not null)
            .Select(r => new ReportEvent(ReportEventKind.Completed, r.Value.CompletedAt!.Value, r.Key));
        var failed = failures.Select(f => new ReportEvent(ReportEventKind.Failed, f.At, f.SectionId));
        return new LearnerReport(
            learner.Id,
            learner.Name,
            checks.Sum(c => c.Points),
            reports,
            [.. completed.Concat(failed).Concat(others).OrderBy(e => e.At)]
        );
    }

    private static SectionReport Report(SectionProgress section, LearnerTrace trace)
    {
        var (worked, away) = trace.Between(section.StartedAt, section.CompletedAt ?? trace.LastIn(section));
        return new SectionReport(
            section.Status,
            section.StartedAt,
            section.CompletedAt,
            worked,
            away,
            trace.RunsIn(section.SectionId),
            trace.FailuresIn(section.SectionId)
        );
    }
}
