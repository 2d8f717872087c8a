using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Data;
using Portal.Classroom.Model;
using Portal.Classroom.Reports;

namespace Portal.Classroom.Exports;

internal sealed class ExportService(IDbContextFactory<PortalDbContext> database) : IExports
{
    public async Task<PersonExport?> FindPersonAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        if (await db.Learners.AsNoTracking().FirstOrDefaultAsync(l => l.Id == id, cancellationToken) is not { } learner)
            return null;
        var teaches = db
            .Instructors.Where(i => i.LearnerId == id)
            .Join(db.Classes, i => i.ClassId, c => c.Id, (i, c) => new MembershipExport(c.Id, c.Name, null));
        var learns = db
            .Enrolments.Where(e => e.LearnerId == id)
            .Join(db.Classes, e => e.ClassId, c => c.Id, (e, c) => new MembershipExport(c.Id, c.Name, e.JoinedAt));
        return new PersonExport(
            learner.Id,
            learner.Name,
            learner.CreatedAt,
            await FindAccountAsync(db, id, cancellationToken),
            [.. await teaches.ToListAsync(cancellationToken), .. await learns.ToListAsync(cancellationToken)],
            [.. await db.Sections.AsNoTracking().Where(s => s.LearnerId == id).ToListAsync(cancellationToken)],
            [.. await db.Runs.AsNoTracking().Where(r => r.LearnerId == id).ToListAsync(cancellationToken)],
            [.. await db.Failures.AsNoTracking().Where(f => f.LearnerId == id).ToListAsync(cancellationToken)],
            [.. await db.Checks.AsNoTracking().Where(c => c.LearnerId == id).ToListAsync(cancellationToken)],
            [.. await db.Evidence.AsNoTracking().Where(e => e.LearnerId == id).ToListAsync(cancellationToken)],
            [.. await db.HelpRequests.AsNoTracking().Where(h => h.LearnerId == id).ToListAsync(cancellationToken)],
            [.. await db.Messages.AsNoTracking().Where(m => m.LearnerId == id).ToListAsync(cancellationToken)],
            [.. await db.PlatformScores.AsNoTracking().Where(s => s.LearnerId == id).ToListAsync(cancellationToken)]
        );
    }

    public async Task<ClassExport?> FindClassAsync(string classId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var found = await db
            .Classes.AsNoTracking()
            .Include(c => c.Enrolments)
                .ThenInclude(e => e.Learner)
            .FirstOrDefaultAsync(c => c.Id == classId, cancellationToken);
        if (found is null)
            return null;
        var (course, lesson) = (found.CourseId, found.LessonId);
        var ids = db.Enrolments.Where(e => e.ClassId == classId).Select(e => e.LearnerId);
        var sections = await db
            .Sections.AsNoTracking()
            .Where(s => s.CourseId == course && s.LessonId == lesson && ids.Contains(s.LearnerId))
            .ToListAsync(cancellationToken);
        var checks = await db
            .Checks.AsNoTracking()
            .Where(c => c.CourseId == course && c.LessonId == lesson && ids.Contains(c.LearnerId))
            .ToListAsync(cancellationToken);
        var runs = await db
            .Runs.AsNoTracking()
            .Where(r => r.CourseId == course && r.LessonId == lesson && ids.Contains(r.LearnerId))
            .ToListAsync(cancellationToken);
        var failures = await db
            .Failures.AsNoTracking()
            .Where(f => f.CourseId == course && f.LessonId == lesson && ids.Contains(f.LearnerId))
            .ToListAsync(cancellationToken);
        var asked = (
            await db
                .HelpRequests.AsNoTracking()
                .Where(h => h.CourseId == course && h.LessonId == lesson && ids.Contains(h.LearnerId))
                .Select(h => new { h.LearnerId, h.AskedAt })
                .ToListAsync(cancellationToken)
        ).ToLookup(h => h.LearnerId, h => h.AskedAt);
        var (sectionsOf, checksOf, runsOf, failuresOf) = (
            sections.ToLookup(s => s.LearnerId),
            checks.ToLookup(c => c.LearnerId),
            runs.ToLookup(r => r.LearnerId),
            failures.ToLookup(f => f.LearnerId)
        );
        return new ClassExport(
            found.Id,
            found.Name,
            course,
            lesson,
            [
                .. found
                    .Enrolments.Select(e => e.Learner!)
                    .OrderBy(l => l.Name, StringComparer.Ordinal)
                    .Select(l =>
                        ExportLearner(
                            l,
                            [.. sectionsOf[l.Id]],
                            [.. checksOf[l.Id]],
                            [.. runsOf[l.Id]],
                            [.. failuresOf[l.Id]],
                            asked[l.Id]
                        )
                    ),
            ]
        );
    }

    private static async Task<AccountExport?> FindAccountAsync(
        PortalDbContext db,
        string id,
        CancellationToken cancellationToken
    )
    {
        var user = await db.Users.AsNoTracking().FirstOrDefaultAsync(u => u.Id == id, cancellationToken);
        if (user is null)
            return null;
        var providers = db.UserLogins.Where(l => l.UserId == id).Select(l => l.LoginProvider);
        var passkeys = await db.UserPasskeys.AsNoTracking().Where(p => p.UserId == id).ToListAsync(cancellationToken);
        return new AccountExport(
            user.UserName,
            user.Email,
            user.Role,
            user.LastSeenAt,
            [.. await providers.ToListAsync(cancellationToken)],
            [.. passkeys.Select(p => p.Data.Name ?? "")]
        );
    }

    private static LearnerExport ExportLearner(
        Learner learner,
        ImmutableArray<SectionProgress> sections,
        ImmutableArray<CheckResult> checks,
        ImmutableArray<BlockRun> runs,
        ImmutableArray<RunFailure> failures,
        IEnumerable<DateTimeOffset> asked
    )
    {
        var trace = new LearnerTrace(sections, runs, failures, checks, asked);
        DateTimeOffset? StartOf(string section) => sections.FirstOrDefault(s => s.SectionId == section)?.StartedAt;
        (double? Worked, double? Away) Between(DateTimeOffset? from, DateTimeOffset? to) =>
            from is { } first && to is { } last && trace.Between(first, last) is var (worked, away)
                ? (worked.TotalSeconds, away.TotalSeconds)
                : default;
        return new LearnerExport(
            learner.Id,
            learner.Name,
            checks.Sum(c => c.Points),
            [
                .. sections
                    .OrderBy(s => s.StartedAt)
                    .Select(s => new SectionExport(
                        s.SectionId,
                        s.Kind,
                        s.Status,
                        s.StartedAt,
                        s.CompletedAt,
                        Between(s.StartedAt, s.CompletedAt).Worked,
                        Between(s.StartedAt, s.CompletedAt).Away,
                        trace.RunsIn(s.SectionId),
                        trace.FailuresIn(s.SectionId)
                    )),
            ],
            [
                .. checks
                    .OrderBy(c => c.Since)
                    .Select(c => new CheckExport(
                        c.CheckId,
                        c.SectionId,
                        c.Status,
                        c.Points,
                        c.Since,
                        c.Status == CheckStatus.Passed ? Between(StartOf(c.SectionId), c.Since).Worked : null
                    )),
            ]
        );
    }
}
