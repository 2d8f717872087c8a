using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Access;
using Portal.Classroom.Data;
using Portal.Classroom.Model;

namespace Portal.Classroom.Classes;

internal sealed class SessionTimes(
    IDbContextFactory<PortalDbContext> database,
    IAccess access,
    ChangeSignal changes,
    TimeProvider time
) : ISessionTimes
{
    public async Task<DateTimeOffset?> BeginAsync(
        string learnerId,
        string courseId,
        string lessonId,
        CancellationToken cancellationToken
    )
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var found = await db
            .Enrolments.Where(e => e.LearnerId == learnerId)
            .Join(
                db.Classes.Where(c =>
                    c.CourseId == courseId && c.LessonId == lessonId && c.State != ClassState.Archived
                ),
                e => e.ClassId,
                c => c.Id,
                (e, c) => new { Enrolment = e, c.SessionLength }
            )
            .ToListAsync(cancellationToken);
        if (found.Count == 0 || found.Exists(f => f.SessionLength is null)) return null;
        var now = time.GetUtcNow();
        foreach (var f in found.Where(f => !(f.Enrolment.SessionEndsAt > now)))
            f.Enrolment.SessionEndsAt = now + f.SessionLength;
        if (await db.SaveChangesAsync(cancellationToken) > 0) changes.Raise();
        return found.Max(f => f.Enrolment.SessionEndsAt);
    }

    public async Task<ImmutableDictionary<string, DateTimeOffset>> ExtendAsync(
        string classId,
        string instructorId,
        IReadOnlyCollection<string> learnerIds,
        TimeSpan by,
        CancellationToken cancellationToken
    )
    {
        if (by <= TimeSpan.Zero || by > TimeSpan.FromDays(1))
            throw new ClassroomException("Give between a minute and a day more.");
        if (!await access.InstructsAsync(instructorId, classId, cancellationToken))
            throw new ClassroomException("You do not teach this class any more.");
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var ids = learnerIds.ToHashSet(StringComparer.Ordinal);
        if (!await db.Classes.AnyAsync(c => c.Id == classId && c.SessionLength != null, cancellationToken))
            return ImmutableDictionary<string, DateTimeOffset>.Empty;
        var begun = await db
            .Enrolments.Where(e => e.ClassId == classId && e.SessionEndsAt != null)
            .ToListAsync(cancellationToken);
        var now = time.GetUtcNow();
        var extended = begun.Where(e => ids.Contains(e.LearnerId)).ToList();
        foreach (var e in extended) e.SessionEndsAt = (e.SessionEndsAt > now ? e.SessionEndsAt : now) + by;
        await db.SaveChangesAsync(cancellationToken);
        changes.Raise();
        return extended.ToImmutableDictionary(e => e.LearnerId, e => e.SessionEndsAt!.Value);
    }
}
