using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Data;

namespace Portal.Classroom.Access;

internal sealed class ClassAccess(
    IDbContextFactory<PortalDbContext> database,
    ChangeSignal changes,
    TimeProvider time
) : IAccess
{
    private static readonly TimeSpan s_minInterval = TimeSpan.FromMilliseconds(200);

    public async Task<bool> MaySeeAsync(string viewerId, string learnerId, CancellationToken cancellationToken)
    {
        if (viewerId == learnerId)
            return true;
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return await db.Enrolments.AnyAsync(
            e => e.LearnerId == learnerId && db.Instructors.Any(i => i.ClassId == e.ClassId && i.LearnerId == viewerId),
            cancellationToken
        );
    }

    public async IAsyncEnumerable<bool> WatchMaySeeAsync(
        string viewerId,
        string learnerId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        bool? told = null;
        while (true)
        {
            var changed = changes.Next;
            var may = await MaySeeAsync(viewerId, learnerId, cancellationToken);
            if (may != told) yield return may;
            told = may;
            await changed.WaitAsync(cancellationToken);
            await Task.Delay(s_minInterval, time, cancellationToken);
        }
    }

    public async Task<bool> InstructsAsync(string personId, string classId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return await db.Instructors.AnyAsync(i => i.ClassId == classId && i.LearnerId == personId, cancellationToken);
    }
}
