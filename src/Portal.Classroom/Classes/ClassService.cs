using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Data;
using Portal.Classroom.Model;

namespace Portal.Classroom.Classes;

internal sealed class ClassService(IDbContextFactory<PortalDbContext> database, ChangeSignal changes, TimeProvider time) : IClasses
{
    // No characters that are easily mistaken for each other when a code is read aloud.
    private const string CodeAlphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

    public async Task<ImmutableArray<SchoolClass>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return [.. await db.Classes.AsNoTracking().Include(c => c.Enrolments).OrderBy(c => c.CreatedAt).ToListAsync(cancellationToken)];
    }

    public async Task<SchoolClass?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return await db.Classes.AsNoTracking().Include(c => c.Enrolments).FirstOrDefaultAsync(c => c.Id == id, cancellationToken);
    }

    public async Task<SchoolClass?> FindByJoinCodeAsync(string joinCode, CancellationToken cancellationToken)
    {
        var code = joinCode.Trim().ToUpperInvariant();
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return await db.Classes.AsNoTracking().FirstOrDefaultAsync(c => c.JoinCode == code, cancellationToken);
    }

    public async Task<SchoolClass> CreateAsync(string name, string courseId, string lessonId, CancellationToken cancellationToken)
    {
        var clean = name.Trim();
        if (clean.Length == 0) throw new ClassroomException("Give the class a name.");
        if (clean.Length > SchoolClass.NameMaxLength) throw new ClassroomException($"The name is longer than {SchoolClass.NameMaxLength} characters. Shorten it.");
        var created = new SchoolClass
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N"),
            Name = clean,
            JoinCode = RandomNumberGenerator.GetString(CodeAlphabet, 6),
            CourseId = courseId,
            LessonId = lessonId,
            CreatedAt = time.GetUtcNow(),
        };
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        db.Classes.Add(created);
        await db.SaveChangesAsync(cancellationToken);
        changes.Raise();
        return created;
    }

    public async Task EnrolAsync(string classId, string learnerId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        if (await db.Enrolments.AnyAsync(e => e.ClassId == classId && e.LearnerId == learnerId, cancellationToken)) return;
        db.Enrolments.Add(new Enrolment { ClassId = classId, LearnerId = learnerId, JoinedAt = time.GetUtcNow() });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            await using var check = await database.CreateDbContextAsync(cancellationToken);
            if (!await check.Enrolments.AnyAsync(e => e.ClassId == classId && e.LearnerId == learnerId, cancellationToken)) throw;
        }
        changes.Raise();
    }
}
