using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Data;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;

namespace Portal.Classroom.Platforms;

internal sealed class PlatformScoreService(IDbContextFactory<PortalDbContext> database) : IPlatformScores
{
    public async Task RememberAsync(PlatformScore score, CancellationToken cancellationToken)
    {
        try
        {
            await RememberOnceAsync(score, cancellationToken);
        }
        catch (DbUpdateException)
        {
            // Who clicks twice launches twice: this time the row is found and updated.
            await RememberOnceAsync(score, cancellationToken);
        }
    }

    public async Task<ImmutableArray<ProgressKey>> ListKeysAsync(CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var keys = await db
            .PlatformScores.Select(s => new { s.LearnerId, s.CourseId, s.LessonId })
            .Distinct()
            .ToListAsync(cancellationToken);
        return [.. keys.Select(k => new ProgressKey(k.LearnerId, k.CourseId, k.LessonId))];
    }

    public async Task<bool> SetAsync(ProgressKey key, int done, int total, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var ofKey = db.PlatformScores.Where(s =>
            s.LearnerId == key.LearnerId && s.CourseId == key.CourseId && s.LessonId == key.LessonId
        );
        await ofKey.ExecuteUpdateAsync(
            s => s.SetProperty(x => x.Done, done).SetProperty(x => x.Total, total),
            cancellationToken
        );
        return await Waiting(ofKey).AnyAsync(cancellationToken);
    }

    public async Task<ImmutableArray<PlatformScore>> ListWaitingAsync(
        string platformKey,
        CancellationToken cancellationToken
    )
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return
        [
            .. await Waiting(db.PlatformScores.Where(s => s.PlatformKey == platformKey))
                .AsNoTracking()
                .OrderBy(s => s.NextAt)
                .ToListAsync(cancellationToken),
        ];
    }

    public Task StampAsync(string id, DateTimeOffset stamp, CancellationToken cancellationToken) =>
        ChangeAsync(id, s => s.Stamp = stamp, cancellationToken);

    public async Task FoundAsync(PlatformScore score, string lineItem, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await OfColumn(db, score)
            .Where(s => s.LineItem == "")
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.LineItem, lineItem), cancellationToken);
    }

    public async Task LostAsync(PlatformScore score, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await OfColumn(db, score)
            .Where(s => s.LineItem == score.LineItem)
            .ExecuteUpdateAsync(
                s =>
                    s.SetProperty(x => x.LineItem, "")
                        .SetProperty(x => x.SentDone, 0)
                        .SetProperty(x => x.SentTotal, 0),
                cancellationToken
            );
    }

    public Task SentAsync(string id, int done, int total, CancellationToken cancellationToken) =>
        ChangeAsync(
            id,
            s => (s.SentDone, s.SentTotal, s.Failures, s.Problem) = (done, total, 0, null),
            cancellationToken
        );

    public Task FailedAsync(string id, string problem, DateTimeOffset nextAt, CancellationToken cancellationToken) =>
        ChangeAsync(
            id,
            s =>
            {
                s.Problem = problem.Length <= PlatformScore.ProblemMaxLength
                    ? problem
                    : problem[..PlatformScore.ProblemMaxLength];
                s.NextAt = nextAt;
                s.Failures++;
            },
            cancellationToken
        );

    public async Task<ImmutableArray<PlatformScore>> ListWaitingOfClassAsync(
        string classId,
        CancellationToken cancellationToken
    )
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return
        [
            .. await Waiting(db.PlatformScores.Where(s => s.ClassId == classId))
                .AsNoTracking()
                .Include(s => s.Learner)
                .OrderByDescending(s => s.Failures)
                .ThenBy(s => s.Id)
                .ToListAsync(cancellationToken),
        ];
    }

    public async Task<string?> FindProblemAsync(string classId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return await db
            .PlatformClasses.Where(p => p.ClassId == classId && p.ScoreProblem != null)
            .Select(p => p.ScoreProblem)
            .FirstOrDefaultAsync(cancellationToken);
    }

    public async Task<int> CountOfClassAsync(string classId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return await db.PlatformScores.CountAsync(s => s.ClassId == classId, cancellationToken);
    }

    private async Task RememberOnceAsync(PlatformScore score, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        if (score.LineItem.Length == 0)
        {
            score.LineItem =
                await OfColumn(db, score)
                    .Where(s => s.LineItem != "")
                    .Select(s => s.LineItem)
                    .FirstOrDefaultAsync(cancellationToken) ?? "";
        }
        if (await db.PlatformScores.FindAsync([score.Id], cancellationToken) is not { } known)
        {
            db.PlatformScores.Add(score);
        }
        else
        {
            // A link that leads to another lesson now, or to another column, has heard nothing of it.
            if ((known.CourseId, known.LessonId, known.LineItem) != (score.CourseId, score.LessonId, score.LineItem))
                (known.Done, known.SentDone, known.SentTotal) = (0, 0, 0);
            known.ClassId = score.ClassId;
            known.CourseId = score.CourseId;
            known.LessonId = score.LessonId;
            known.UserId = score.UserId;
            known.LineItem = score.LineItem;
            known.LineItems = score.LineItems;
            known.LinkId = score.LinkId;
            known.Title = score.Title;
            known.NextAt = score.NextAt;
            known.Failures = 0;
        }
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>All who share a column that the portal finds for itself.</summary>
    private static IQueryable<PlatformScore> OfColumn(PortalDbContext db, PlatformScore score) =>
        db.PlatformScores.Where(s =>
            s.PlatformKey == score.PlatformKey
            && s.LineItems != null
            && s.LineItems == score.LineItems
            && s.LinkId == score.LinkId
            && s.CourseId == score.CourseId
            && s.LessonId == score.LessonId
        );

    private static IQueryable<PlatformScore> Waiting(IQueryable<PlatformScore> scores) =>
        scores.Where(s => s.Done > 0 && (s.Done != s.SentDone || s.Total != s.SentTotal));

    private async Task ChangeAsync(string id, Action<PlatformScore> change, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        // Gone when its learner was removed, or its class.
        if (await db.PlatformScores.FindAsync([id], cancellationToken) is not { } score)
            return;
        change(score);
        await db.SaveChangesAsync(cancellationToken);
    }
}
