using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Data;
using Portal.Classroom.Model;

namespace Portal.Classroom.Retention;

/// <summary>Lets go of what nobody looks at any more.</summary>
public interface IRetention
{
    /// <summary>
    /// Deletes evidence and runs from before a moment, of learners who did nothing since, and of lessons that a learner
    /// had in archived classes only. Progress and points stay.
    /// </summary>
    /// <returns>The number of rows.</returns>
    Task<int> DeleteBeforeAsync(DateTimeOffset moment, CancellationToken cancellationToken);
}

internal sealed class RetentionService(IDbContextFactory<PortalDbContext> database) : IRetention
{
    public Task<int> DeleteBeforeAsync(DateTimeOffset moment, CancellationToken cancellationToken) =>
        database.InTransactionAsync(db => DeleteBeforeAsync(db, moment, cancellationToken), cancellationToken);

    private static async Task<int> DeleteBeforeAsync(
        PortalDbContext db,
        DateTimeOffset moment,
        CancellationToken cancellationToken
    )
    {
        var active = db
            .Runs.Where(r => r.At >= moment)
            .Select(r => r.LearnerId)
            .Union(db.Checks.Where(c => c.At >= moment).Select(c => c.LearnerId))
            .Union(db.Users.Where(u => u.LastSeenAt >= moment).Select(u => u.Id));
        var places = db.Classes.SelectMany(
            c => c.Enrolments,
            (c, e) => new { e.LearnerId, c.CourseId, c.LessonId, Archived = c.State == ClassState.Archived }
        );
        // A lesson that a learner has in archived classes only.
        var past = places.Where(p => p.Archived && !places.Any(o =>
            o.LearnerId == p.LearnerId && o.CourseId == p.CourseId && o.LessonId == p.LessonId && !o.Archived
        ));
        var evidence = await db
            .Evidence.Where(x => x.At < moment)
            .Where(x =>
                !active.Contains(x.LearnerId)
                || past.Any(p => p.LearnerId == x.LearnerId && p.CourseId == x.CourseId && p.LessonId == x.LessonId)
            )
            .ExecuteDeleteAsync(cancellationToken);
        var runs = await db
            .Runs.Where(x => x.At < moment)
            .Where(x =>
                !active.Contains(x.LearnerId)
                || past.Any(p => p.LearnerId == x.LearnerId && p.CourseId == x.CourseId && p.LessonId == x.LessonId)
            )
            .ExecuteDeleteAsync(cancellationToken);
        var failures = await db
            .Failures.Where(x => x.At < moment)
            .Where(x =>
                !active.Contains(x.LearnerId)
                || past.Any(p => p.LearnerId == x.LearnerId && p.CourseId == x.CourseId && p.LessonId == x.LessonId)
            )
            .ExecuteDeleteAsync(cancellationToken);
        return evidence + runs + failures;
    }
}
