using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Data;
using Portal.Classroom.Model;

namespace Portal.Classroom.Classes;

internal sealed class ClassLifeService(
    IDbContextFactory<PortalDbContext> database,
    ClassService classes,
    ChangeSignal changes,
    TimeProvider time
) : IClassLife
{
    public Task RenameAsync(string classId, string name, CancellationToken cancellationToken)
    {
        var clean = ClassService.CleanName(name);
        return ChangeAsync(classId, c => c.Name = clean, cancellationToken);
    }

    public Task SetStateAsync(string classId, ClassState state, CancellationToken cancellationToken) =>
        ChangeAsync(classId, c => c.State = state, cancellationToken);

    public Task RenewJoinCodeAsync(string classId, TimeSpan? validFor, int? uses, CancellationToken cancellationToken)
    {
        if (validFor <= TimeSpan.Zero || uses <= 0)
            throw new ClassroomException(
                "A join code needs time and at least one use. Close the class to let nobody join."
            );
        return ChangeAsync(
            classId,
            c =>
            {
                c.JoinCode = JoinCode.New();
                c.JoinCodeExpiresAt = time.GetUtcNow() + validFor;
                c.JoinCodeUsesLeft = uses;
            },
            cancellationToken
        );
    }

    public Task SetSessionLengthAsync(string classId, TimeSpan? length, CancellationToken cancellationToken)
    {
        if (length is { TotalMinutes: < 1 or > 24 * 60 })
            throw new ClassroomException("A session lasts between a minute and a day, or has no end.");
        return ChangeAsync(classId, c => c.SessionLength = length, cancellationToken);
    }

    public async Task DeleteAsync(string classId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await db.Classes.Where(c => c.Id == classId).ExecuteDeleteAsync(cancellationToken);
        changes.Raise();
    }

    public async Task<SchoolClass> FindByJoinCodeAsync(string joinCode, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return await Usable(db, joinCode).AsNoTracking().FirstOrDefaultAsync(cancellationToken) ?? throw NoSuchCode();
    }

    public async Task<SchoolClass> JoinAsync(string joinCode, string learnerId, CancellationToken cancellationToken)
    {
        // Both or neither: a use that was counted without a learner would keep another one out.
        var found = await database.InTransactionAsync(
            db => JoinAsync(db, joinCode, learnerId, cancellationToken),
            cancellationToken
        );
        changes.Raise();
        return found;
    }

    private async Task<SchoolClass> JoinAsync(
        PortalDbContext db,
        string joinCode,
        string learnerId,
        CancellationToken cancellationToken
    )
    {
        var found = await Usable(db, joinCode).AsNoTracking().FirstOrDefaultAsync(cancellationToken)
            ?? throw NoSuchCode();
        if (await db.Enrolments.AnyAsync(e => e.ClassId == found.Id && e.LearnerId == learnerId, cancellationToken))
            return found;
        if (
            await Usable(db, joinCode)
                .ExecuteUpdateAsync(
                    c => c.SetProperty(x => x.JoinCodeUsesLeft, x => x.JoinCodeUsesLeft - 1),
                    cancellationToken
                ) == 0
        )
            throw NoSuchCode();
        await classes.EnrolAsync(db, found.Id, learnerId, cancellationToken);
        return found;
    }

    private IQueryable<SchoolClass> Usable(PortalDbContext db, string joinCode)
    {
        var code = JoinCode.Normalize(joinCode);
        var now = time.GetUtcNow();
        return db.Classes.Where(c =>
            c.JoinCode == code
            && c.State == ClassState.Open
            && (c.JoinCodeExpiresAt == null || c.JoinCodeExpiresAt > now)
            && (c.JoinCodeUsesLeft == null || c.JoinCodeUsesLeft > 0)
        );
    }

    // One answer to all: who guesses learns nothing.
    private static ClassroomException NoSuchCode() =>
        new(
            "No class can be joined with this code now. Check it letter by letter, or ask your instructor for a new "
                + "one."
        );

    private async Task ChangeAsync(string classId, Action<SchoolClass> change, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var found = await db.Classes.FindAsync([classId], cancellationToken)
            ?? throw new ClassroomException("There is no such class. It may have been deleted.");
        change(found);
        await db.SaveChangesAsync(cancellationToken);
        changes.Raise();
    }
}
