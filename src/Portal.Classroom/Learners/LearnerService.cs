using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Data;
using Portal.Classroom.Model;

namespace Portal.Classroom.Learners;

internal sealed class LearnerService(IDbContextFactory<PortalDbContext> database, ChangeSignal changes, TimeProvider time) : ILearners
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
        var learner = new Learner { Id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N"), Name = Clean(name), CreatedAt = time.GetUtcNow() };
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        db.Learners.Add(learner);
        await SaveNameAsync(db, learner.Name, cancellationToken);
        return learner;
    }

    public async Task<Learner> EnsureAsync(string id, string name, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is { } known) return known;
        var learner = new Learner { Id = id, Name = Clean(name), CreatedAt = time.GetUtcNow() };
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        db.Learners.Add(learner);
        try
        {
            await SaveNameAsync(db, learner.Name, cancellationToken);
            return learner;
        }
        catch (ClassroomException) when (!cancellationToken.IsCancellationRequested)
        {
            // Two requests may meet here; the one that comes second finds the row of the first.
            return await FindAsync(id, cancellationToken) ?? throw new ClassroomException($"There is already a learner called '{learner.Name}'. Choose another name.");
        }
    }

    public async Task RenameAsync(string id, string name, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var learner = await db.Learners.FindAsync([id], cancellationToken) ?? throw new ClassroomException("There is no such learner.");
        learner.Name = Clean(name);
        await SaveNameAsync(db, learner.Name, cancellationToken);
    }

    private async Task SaveNameAsync(PortalDbContext db, string name, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            await using var check = await database.CreateDbContextAsync(cancellationToken);
            if (!await check.Learners.AnyAsync(l => l.Name == name, cancellationToken)) throw;
            throw new ClassroomException($"There is already a learner called '{name}'. Choose another name.");
        }
        changes.Raise();
    }

    private static string Clean(string name)
    {
        var clean = name.Trim();
        if (clean.Length == 0) throw new ClassroomException("Give the learner a name.");
        if (clean.Length > Learner.NameMaxLength) throw new ClassroomException($"The name is longer than {Learner.NameMaxLength} characters. Shorten it.");
        return clean;
    }
}
