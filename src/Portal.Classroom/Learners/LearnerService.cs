using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Data;
using Portal.Classroom.Model;

namespace Portal.Classroom.Learners;

internal sealed class LearnerService(
    IDbContextFactory<PortalDbContext> database,
    ChangeSignal changes,
    TimeProvider time
) : ILearners
{
    public async Task<ImmutableArray<Learner>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return [.. await db.Learners.AsNoTracking().OrderBy(l => l.CreatedAt).ToListAsync(cancellationToken)];
    }

    public async Task<Learner?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return await db.Learners.AsNoTracking().FirstOrDefaultAsync(l => l.Id == id, cancellationToken);
    }

    public async Task<Learner> AddAsync(string name, CancellationToken cancellationToken)
    {
        var learner = new Learner
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N"),
            Name = PersonName.Clean(name),
            CreatedAt = time.GetUtcNow(),
        };
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        if (await db.Learners.AnyAsync(l => l.NameSkeleton == learner.NameSkeleton, cancellationToken))
            throw Taken(learner.Name);
        db.Learners.Add(learner);
        await db.SaveChangesAsync(cancellationToken);
        changes.Raise();
        return learner;
    }

    public async Task<Learner> EnsureAsync(string id, string name, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is { } known)
            return known;
        var learner = new Learner
        {
            Id = id,
            Name = PersonName.Clean(name),
            CreatedAt = time.GetUtcNow(),
        };
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        db.Learners.Add(learner);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            // Two requests may meet here; the one that comes second finds the row of the first.
            if (await FindAsync(id, cancellationToken) is { } first)
                return first;
            throw;
        }
        changes.Raise();
        return learner;
    }

    public async Task RenameAsync(string id, string name, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var learner = await db.Learners.FindAsync([id], cancellationToken)
            ?? throw new ClassroomException("There is no such learner.");
        learner.Name = PersonName.Clean(name);
        foreach (var place in await db.Enrolments.Where(e => e.LearnerId == id).ToListAsync(cancellationToken))
            place.NameSkeleton = learner.NameSkeleton;
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            await using var check = await database.CreateDbContextAsync(cancellationToken);
            var classes = check.Enrolments.Where(e => e.LearnerId == id).Select(e => e.ClassId);
            if (
                !await check.Enrolments.AnyAsync(
                    e => classes.Contains(e.ClassId) && e.LearnerId != id && e.NameSkeleton == learner.NameSkeleton,
                    cancellationToken
                )
            )
                throw;
            throw Taken(learner.Name);
        }
        changes.Raise();
    }

    public async Task RemoveAsync(string id, string heirId, CancellationToken cancellationToken)
    {
        await database.InTransactionAsync(db => RemoveAsync(db, id, heirId, cancellationToken), cancellationToken);
        changes.Raise();
    }

    private static async Task<int> RemoveAsync(
        PortalDbContext db,
        string id,
        string heirId,
        CancellationToken cancellationToken
    )
    {
        var orphans = await db
            .Instructors.Where(i => i.LearnerId == id)
            .Select(i => i.ClassId)
            .Where(c => !db.Instructors.Any(other => other.ClassId == c && other.LearnerId != id))
            .ToListAsync(cancellationToken);
        db.Instructors.AddRange(orphans.Select(c => new ClassInstructor { ClassId = c, LearnerId = heirId }));
        await db.SaveChangesAsync(cancellationToken);

        await db.Sections.Where(s => s.LearnerId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Failures.Where(f => f.LearnerId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Runs.Where(r => r.LearnerId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Checks.Where(c => c.LearnerId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Evidence.Where(e => e.LearnerId == id).ExecuteDeleteAsync(cancellationToken);
        await db.UserClaims.Where(c => c.UserId == id).ExecuteDeleteAsync(cancellationToken);
        await db.UserLogins.Where(l => l.UserId == id).ExecuteDeleteAsync(cancellationToken);
        await db.UserTokens.Where(t => t.UserId == id).ExecuteDeleteAsync(cancellationToken);
        await db.UserPasskeys.Where(p => p.UserId == id).ExecuteDeleteAsync(cancellationToken);
        // The account and the places in classes go with the learner.
        return await db.Learners.Where(l => l.Id == id).ExecuteDeleteAsync(cancellationToken);
    }

    private static ClassroomException Taken(string name) =>
        new($"There is already a learner called '{name}', or by a name that looks the same. Choose another name.");
}
