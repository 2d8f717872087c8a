using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Data;
using Portal.Classroom.Model;

namespace Portal.Classroom.Classes;

internal sealed class ClassService(IDbContextFactory<PortalDbContext> database, ChangeSignal changes, TimeProvider time)
    : IClasses
{
    public async Task<ImmutableArray<SchoolClass>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return
        [
            .. await db
                .Classes.AsNoTracking()
                .Include(c => c.Enrolments)
                .Include(c => c.Instructors)
                .AsSplitQuery()
                .OrderBy(c => c.CreatedAt)
                .ToListAsync(cancellationToken),
        ];
    }

    public async Task<SchoolClass?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return await db
            .Classes.AsNoTracking()
            .AsSplitQuery()
            .Include(c => c.Enrolments.OrderBy(e => e.JoinedAt))
                .ThenInclude(e => e.Learner)
            .Include(c => c.Instructors)
                .ThenInclude(i => i.Learner)
            .FirstOrDefaultAsync(c => c.Id == id, cancellationToken);
    }

    public async Task<SchoolClass> CreateAsync(
        string name,
        string courseId,
        string lessonId,
        string instructorId,
        CancellationToken cancellationToken
    )
    {
        var id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        var created = new SchoolClass
        {
            Id = id,
            Name = CleanName(name),
            JoinCode = JoinCode.New(),
            CourseId = courseId,
            LessonId = lessonId,
            CreatedAt = time.GetUtcNow(),
            Instructors =
            {
                new ClassInstructor { ClassId = id, LearnerId = instructorId },
            },
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
        if (await db.Enrolments.AnyAsync(e => e.ClassId == classId && e.LearnerId == learnerId, cancellationToken))
            return;
        await EnrolAsync(db, classId, learnerId, cancellationToken);
        changes.Raise();
    }

    /// <summary>Adds the enrolment and saves all that <paramref name="db"/> has to save.</summary>
    internal async Task EnrolAsync(
        PortalDbContext db,
        string classId,
        string learnerId,
        CancellationToken cancellationToken
    )
    {
        var learner = await db.Learners.FindAsync([learnerId], cancellationToken)
            ?? throw new ClassroomException("There is no such learner.");
        db.Enrolments.Add(
            new Enrolment
            {
                ClassId = classId,
                LearnerId = learnerId,
                NameSkeleton = learner.NameSkeleton,
                JoinedAt = time.GetUtcNow(),
            }
        );
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            await using var check = await database.CreateDbContextAsync(cancellationToken);
            if (
                await check.Enrolments.AnyAsync(
                    e => e.ClassId == classId && e.LearnerId == learnerId,
                    cancellationToken
                )
            )
                return;
            if (
                !await check.Enrolments.AnyAsync(
                    e => e.ClassId == classId && e.NameSkeleton == learner.NameSkeleton,
                    cancellationToken
                )
            )
                throw;
            throw new ClassroomException(
                $"Somebody in this class is called '{learner.Name}' already, or has a name that looks the same. Add "
                    + "something to the name, such as a middle initial."
            );
        }
    }

    public async Task LeaveAsync(string classId, string learnerId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await db
            .Enrolments.Where(e => e.ClassId == classId && e.LearnerId == learnerId)
            .ExecuteDeleteAsync(cancellationToken);
        changes.Raise();
    }

    public async Task AddInstructorAsync(string classId, string personId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        if (await db.Instructors.AnyAsync(i => i.ClassId == classId && i.LearnerId == personId, cancellationToken))
            return;
        db.Instructors.Add(new ClassInstructor { ClassId = classId, LearnerId = personId });
        await db.SaveChangesAsync(cancellationToken);
        changes.Raise();
    }

    public async Task RemoveInstructorAsync(string classId, string personId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        if (!await db.Instructors.AnyAsync(i => i.ClassId == classId && i.LearnerId != personId, cancellationToken))
        {
            throw new ClassroomException(
                "This is the last instructor of the class. Share the class with another one first, or delete it."
            );
        }
        await db
            .Instructors.Where(i => i.ClassId == classId && i.LearnerId == personId)
            .ExecuteDeleteAsync(cancellationToken);
        changes.Raise();
    }

    internal static string CleanName(string name)
    {
        var clean = name.Trim();
        if (clean.Length == 0)
            throw new ClassroomException("Give the class a name.");
        if (clean.Length > SchoolClass.NameMaxLength)
            throw new ClassroomException(
                $"The name is longer than {SchoolClass.NameMaxLength} characters. Shorten it."
            );
        return clean;
    }
}
