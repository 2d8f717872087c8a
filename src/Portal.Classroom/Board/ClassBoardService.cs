using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Data;

namespace Portal.Classroom.Board;

internal sealed class ClassBoardService(IDbContextFactory<PortalDbContext> database, IPresence presence, ChangeSignal changes, TimeProvider time) : IClassBoard
{
    private static readonly TimeSpan s_minInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(20);

    public async IAsyncEnumerable<ClassBoard> WatchAsync(string classId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = changes.Next;
            if (await LoadAsync(classId, cancellationToken) is not { } board) yield break;
            yield return board;
            await Task.Delay(s_minInterval, time, cancellationToken);
            using var refresh = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(s_refresh, time, refresh.Token));
            await refresh.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<ClassBoard?> LoadAsync(string classId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        if (await db.Classes.AsNoTracking().FirstOrDefaultAsync(c => c.Id == classId, cancellationToken) is not { } found) return null;
        var enrolled = db.Enrolments.AsNoTracking().Where(e => e.ClassId == classId);
        var learners = await enrolled.OrderBy(e => e.JoinedAt).Select(e => e.Learner!).ToListAsync(cancellationToken);
        var ids = enrolled.Select(e => e.LearnerId);
        var ends = found.SessionLength is null
            ? []
            : await enrolled
                .Where(e => e.SessionEndsAt != null)
                .ToDictionaryAsync(e => e.LearnerId, e => e.SessionEndsAt, cancellationToken);
        var sections = await db.Sections.AsNoTracking().Where(s => s.CourseId == found.CourseId && s.LessonId == found.LessonId && ids.Contains(s.LearnerId)).ToListAsync(cancellationToken);
        var runs = await db.Runs.AsNoTracking().Where(r => r.CourseId == found.CourseId && r.LessonId == found.LessonId && ids.Contains(r.LearnerId)).ToListAsync(cancellationToken);
        var checks = await db.Checks.AsNoTracking().Where(c => c.CourseId == found.CourseId && c.LessonId == found.LessonId && ids.Contains(c.LearnerId)).ToListAsync(cancellationToken);
        var board = BoardBuilder.Build(
            found,
            learners,
            sections.ToLookup(s => s.LearnerId),
            runs.ToLookup(r => r.LearnerId),
            checks.ToLookup(c => c.LearnerId),
            id => presence.IsPresent(id, found.CourseId, found.LessonId),
            time.GetUtcNow()
        );
        return ends.Count == 0
            ? board
            : board with
            {
                Learners =
                [
                    .. board.Learners.Select(l => l with { SessionEndsAt = ends.GetValueOrDefault(l.LearnerId) }),
                ],
            };
    }
}
