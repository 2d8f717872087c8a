using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Data;

namespace Portal.Classroom.Access;

internal sealed class ClassAccess(IDbContextFactory<PortalDbContext> database) : IAccess
{
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

    public async Task<bool> InstructsAsync(string personId, string classId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return await db.Instructors.AnyAsync(i => i.ClassId == classId && i.LearnerId == personId, cancellationToken);
    }
}
