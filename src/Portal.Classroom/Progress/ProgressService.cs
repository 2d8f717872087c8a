using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Data;
using Portal.Classroom.Model;

namespace Portal.Classroom.Progress;

internal sealed class ProgressService(
    IDbContextFactory<PortalDbContext> database,
    ChangeSignal changes,
    IEnumerable<IProgressObserver> observers,
    TimeProvider time
) : IProgressService
{
    /// <summary>Of one block by one learner; more tell nothing new.</summary>
    private const int MaxFailures = 100;

    /// <summary>Of one check of one learner; each time it is passed or lost brings one.</summary>
    private const int MaxEvidence = 20;

    public async Task<LessonProgress> LoadAsync(ProgressKey key, CancellationToken cancellationToken)
    {
        var (learner, course, lesson) = key;
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var latest = db
            .Evidence.Where(x => x.LearnerId == learner && x.CourseId == course && x.LessonId == lesson)
            .GroupBy(x => x.CheckId)
            .Select(g => g.Max(x => x.Id));
        return new LessonProgress(
            [.. await db.Sections.AsNoTracking().Where(x => x.LearnerId == learner && x.CourseId == course && x.LessonId == lesson).ToListAsync(cancellationToken)],
            [.. await db.Runs.AsNoTracking().Where(x => x.LearnerId == learner && x.CourseId == course && x.LessonId == lesson).ToListAsync(cancellationToken)],
            [
                .. await db
                    .Checks.AsNoTracking()
                    .Where(x => x.LearnerId == learner && x.CourseId == course && x.LessonId == lesson)
                    .ToListAsync(cancellationToken),
            ],
            (await db.Evidence.AsNoTracking().Where(x => latest.Contains(x.Id)).ToListAsync(cancellationToken))
                .ToImmutableDictionary(x => x.CheckId, x => x.Json, StringComparer.Ordinal));
    }

    public async Task<ImmutableArray<SectionProgress>> LoadSectionsAsync(string learnerId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return [.. await db.Sections.AsNoTracking().Where(x => x.LearnerId == learnerId).ToListAsync(cancellationToken)];
    }

    public async Task RecordSectionAsync(ProgressKey key, SectionFact fact, CancellationToken cancellationToken)
    {
        var first = false;
        await SaveAsync(
            async db => first = await ChangeSectionAsync(db, key, fact, cancellationToken),
            cancellationToken
        );
        if (!first) return;
        foreach (var observer in observers) observer.SectionCompleted(key, fact);
    }

    /// <returns>Whether the section is completed for the first time.</returns>
    private async Task<bool> ChangeSectionAsync(
        PortalDbContext db,
        ProgressKey key,
        SectionFact fact,
        CancellationToken cancellationToken
    )
    {
        var row = await db.Sections.FindAsync([key.LearnerId, key.CourseId, key.LessonId, fact.SectionId], cancellationToken);
        if (row is null)
        {
            row = new SectionProgress
            {
                LearnerId = key.LearnerId, CourseId = key.CourseId, LessonId = key.LessonId,
                SectionId = fact.SectionId, Kind = fact.Kind, StartedAt = fact.At, Since = fact.At, Status = fact.Status,
            };
            db.Sections.Add(row);
        }
        if (IsLate(fact.At, row.Since)) return false;
        if (row.Status != fact.Status) row.Since = fact.At;
        row.Kind = fact.Kind;
        row.Status = fact.Status;
        if (fact.Status != SectionStatus.Completed || row.CompletedAt is not null) return false;
        row.CompletedAt = fact.At;
        return true;
    }

    public Task RecordRunAsync(ProgressKey key, RunFact fact, CancellationToken cancellationToken) => SaveAsync(async db =>
    {
        var row = await db.Runs.FindAsync([key.LearnerId, key.CourseId, key.LessonId, fact.BlockId], cancellationToken);
        if (row is null)
        {
            row = new BlockRun { LearnerId = key.LearnerId, CourseId = key.CourseId, LessonId = key.LessonId, BlockId = fact.BlockId, SectionId = fact.SectionId };
            db.Runs.Add(row);
        }
        else if (IsLate(fact.At, row.At) || (fact.At == row.At && fact.Status == row.Status))
        {
            return; // late, or the same again
        }
        row.SectionId = fact.SectionId;
        row.Status = fact.Status;
        row.FailedCommand = fact.FailedCommand;
        row.Duration = fact.Duration;
        row.At = fact.At;
        row.Count++;
        if (fact.Status is RunStatus.Failed or RunStatus.TimedOut)
            await AddFailureAsync(db, key, fact, cancellationToken);
    }, cancellationToken);

    private static async Task AddFailureAsync(
        PortalDbContext db,
        ProgressKey key,
        RunFact fact,
        CancellationToken cancellationToken
    )
    {
        var (learner, course, lesson) = key;
        var known = db.Failures.Where(f =>
            f.LearnerId == learner && f.CourseId == course && f.LessonId == lesson && f.BlockId == fact.BlockId
        );
        if (await known.CountAsync(cancellationToken) >= MaxFailures) return;
        if (await known.AnyAsync(f => f.At == fact.At, cancellationToken)) return;
        db.Failures.Add(
            new RunFailure
            {
                LearnerId = learner,
                CourseId = course,
                LessonId = lesson,
                BlockId = fact.BlockId,
                SectionId = fact.SectionId,
                At = fact.At,
            }
        );
    }

    public Task RecordCheckAsync(ProgressKey key, CheckFact fact, CancellationToken cancellationToken) => SaveAsync(async db =>
    {
        var row = await db.Checks.FindAsync([key.LearnerId, key.CourseId, key.LessonId, fact.CheckId], cancellationToken);
        if (row is null)
        {
            row = new CheckResult
            {
                LearnerId = key.LearnerId, CourseId = key.CourseId, LessonId = key.LessonId,
                CheckId = fact.CheckId, SectionId = fact.SectionId, Status = fact.Status, Message = fact.Message, Since = fact.At,
            };
            db.Checks.Add(row);
        }
        else if (
            IsLate(fact.At, row.At)
            || (fact.At == row.At && fact.Status == row.Status && fact.Message == row.Message)
        )
        {
            return; // late, or the same again
        }
        if (row.Status != fact.Status || row.Message != fact.Message) row.Since = fact.At;
        row.SectionId = fact.SectionId;
        row.Status = fact.Status;
        row.Points = fact.Points;
        row.Message = fact.Message;
        row.At = fact.At;
        if (fact.EvidenceJson is { } evidence) await AddEvidenceAsync(db, key, fact, evidence, cancellationToken);
    }, cancellationToken);

    private static async Task AddEvidenceAsync(
        PortalDbContext db,
        ProgressKey key,
        CheckFact fact,
        string json,
        CancellationToken cancellationToken
    )
    {
        var (learner, course, lesson) = key;
        db.Evidence.RemoveRange(
            await db
                .Evidence.Where(e =>
                    e.LearnerId == learner
                    && e.CourseId == course
                    && e.LessonId == lesson
                    && e.CheckId == fact.CheckId
                )
                .OrderByDescending(e => e.Id)
                .Skip(MaxEvidence - 1)
                .ToListAsync(cancellationToken)
        );
        db.Evidence.Add(
            new CheckEvidence
            {
                LearnerId = learner,
                CourseId = course,
                LessonId = lesson,
                CheckId = fact.CheckId,
                At = fact.At,
                Json = json,
            }
        );
    }

    /// <summary>
    /// A write that hung for a while may end after the one that took its place. A time that has not come yet is that of
    /// a clock that has been set back since, and keeps nobody from going on.
    /// </summary>
    private bool IsLate(DateTimeOffset at, DateTimeOffset stored) => at < stored && stored <= time.GetUtcNow();

    private async Task SaveAsync(Func<PortalDbContext, Task> change, CancellationToken cancellationToken)
    {
        try
        {
            await SaveOnceAsync(change, cancellationToken);
        }
        catch (DbUpdateException)
        {
            // Another writer inserted the same row between our read and our write: this time it is found and updated.
            await SaveOnceAsync(change, cancellationToken);
        }
        changes.Raise();
    }

    private async Task SaveOnceAsync(Func<PortalDbContext, Task> change, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await change(db);
        await db.SaveChangesAsync(cancellationToken);
    }
}
