using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Classes;
using Portal.Classroom.Data;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;

namespace Portal.Classroom.Platforms;

internal sealed class PlatformClassService(
    IDbContextFactory<PortalDbContext> database,
    IClasses classes,
    ILearners learners,
    ChangeSignal changes,
    TimeProvider time
) : IPlatformClasses, IDisposable
{
    // A whole class comes at once, and the first two would make a class each. The database belongs to this process.
    private readonly SemaphoreSlim _gate = new(1);

    public async Task<SchoolClass> EnterAsync(PlatformEntry entry, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var found = await FindOrMakeAsync(entry, cancellationToken);
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            var course = await CourseOf(db, found.Id).AsNoTracking().ToListAsync(cancellationToken);
            if (entry.Teaches)
                await TeachAsync(course, entry.PersonId, cancellationToken);
            await CallAsync(db, course, entry, cancellationToken);
            if (!entry.Teaches)
                await LearnAsync(db, found, course, entry.PersonId, cancellationToken);
            changes.Raise();
            return found;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task<ImmutableArray<SchoolClass>> ListCourseAsync(
        string classId,
        string personId,
        CancellationToken cancellationToken
    )
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var taught = await CourseOf(db, classId)
            .AsNoTracking()
            .Where(c => c.Instructors.Any(i => i.LearnerId == personId))
            .ToListAsync(cancellationToken);
        return taught.Count > 1 ? [.. taught] : [];
    }

    public void Dispose() => _gate.Dispose();

    private Task<SchoolClass> FindOrMakeAsync(PlatformEntry entry, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            async db =>
            {
                var problem = entry.ScoreProblem is { Length: > PlatformScore.ProblemMaxLength } words
                    ? words[..PlatformScore.ProblemMaxLength]
                    : entry.ScoreProblem;
                var ofCourse = db.PlatformClasses.Where(p => p.ContextKey == entry.ContextKey);
                var known = await ofCourse
                    .Where(p => p.CourseId == entry.CourseId && p.LessonId == entry.LessonId)
                    .Join(db.Classes, p => p.ClassId, c => c.Id, (_, c) => c)
                    .AsNoTracking()
                    .FirstOrDefaultAsync(cancellationToken);
                if (known is not null)
                {
                    await ofCourse
                        .Where(p => p.ClassId == known.Id && p.ScoreProblem != problem)
                        .ExecuteUpdateAsync(p => p.SetProperty(x => x.ScoreProblem, problem), cancellationToken);
                    return known;
                }
                var title = await ofCourse.AnyAsync(cancellationToken)
                    ? $"{entry.Title} · {entry.LessonTitle}"
                    : entry.Title;
                var made = new SchoolClass
                {
                    Id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N"),
                    Name = Fit(title, entry.LessonTitle),
                    JoinCode = JoinCode.New(),
                    CourseId = entry.CourseId,
                    LessonId = entry.LessonId,
                    CreatedAt = time.GetUtcNow(),
                };
                await AddPeopleAsync(db, made, ofCourse, cancellationToken);
                db.Classes.Add(made);
                db.PlatformClasses.Add(
                    new PlatformClass
                    {
                        ContextKey = entry.ContextKey,
                        CourseId = entry.CourseId,
                        LessonId = entry.LessonId,
                        ClassId = made.Id,
                        ScoreProblem = problem,
                    }
                );
                await db.SaveChangesAsync(cancellationToken);
                return made;
            },
            cancellationToken
        );

    /// <summary>Who is in the course already is in its new class, too.</summary>
    private async Task AddPeopleAsync(
        PortalDbContext db,
        SchoolClass made,
        IQueryable<PlatformClass> ofCourse,
        CancellationToken cancellationToken
    )
    {
        var current = ofCourse
            .Join(db.Classes, p => p.ClassId, c => c.Id, (_, c) => c)
            .Where(c => c.State != ClassState.Archived)
            .Select(c => c.Id);
        var teachers = await db
            .Instructors.Where(i => current.Contains(i.ClassId))
            .Select(i => i.LearnerId)
            .Distinct()
            .ToListAsync(cancellationToken);
        made.Instructors.AddRange(teachers.Select(t => new ClassInstructor { ClassId = made.Id, LearnerId = t }));
        var people = await db
            .Enrolments.Where(e => current.Contains(e.ClassId) && !teachers.Contains(e.LearnerId))
            .OrderBy(e => e.JoinedAt)
            .Select(e => new { e.LearnerId, e.NameSkeleton })
            .ToListAsync(cancellationToken);
        // Of two who have one name in classes that were apart, the second gets a number when they come.
        made.Enrolments.AddRange(
            people
                .DistinctBy(l => l.LearnerId)
                .DistinctBy(l => l.NameSkeleton)
                .Select(l => new Enrolment
                {
                    ClassId = made.Id,
                    LearnerId = l.LearnerId,
                    NameSkeleton = l.NameSkeleton,
                    JoinedAt = time.GetUtcNow(),
                })
        );
    }

    private async Task TeachAsync(List<SchoolClass> course, string personId, CancellationToken cancellationToken)
    {
        foreach (var one in course)
        {
            await classes.AddInstructorAsync(one.Id, personId, cancellationToken);
            await classes.LeaveAsync(one.Id, personId, cancellationToken);
        }
    }

    private async Task LearnAsync(
        PortalDbContext db,
        SchoolClass found,
        List<SchoolClass> course,
        string personId,
        CancellationToken cancellationToken
    )
    {
        var ids = course.Select(c => c.Id).ToList();
        var places = await db
            .Enrolments.Where(e => e.LearnerId == personId && ids.Contains(e.ClassId))
            .Select(e => e.ClassId)
            .ToListAsync(cancellationToken);
        await db
            .Instructors.Where(i => i.LearnerId == personId && ids.Contains(i.ClassId))
            .ExecuteDeleteAsync(cancellationToken);
        if (!places.Contains(found.Id) && found.State != ClassState.Open)
        {
            throw new ClassroomException(
                $"The class '{found.Name}' lets nobody in any more. Ask your instructor to open it again."
            );
        }
        foreach (var one in course.Where(c => c.State == ClassState.Open))
            await classes.EnrolAsync(one.Id, personId, cancellationToken);
    }

    /// <summary>Two of a course may have one name at the platform; here nobody passes for a classmate.</summary>
    private async Task CallAsync(
        PortalDbContext db,
        List<SchoolClass> course,
        PlatformEntry entry,
        CancellationToken cancellationToken
    )
    {
        var ids = course.Select(c => c.Id).ToList();
        var own = db.Enrolments.Where(e => e.LearnerId == entry.PersonId).Select(e => e.ClassId);
        var taken = (
            await db
                .Enrolments.Where(e =>
                    e.LearnerId != entry.PersonId && (ids.Contains(e.ClassId) || own.Contains(e.ClassId))
                )
                .Select(e => e.NameSkeleton)
                .ToListAsync(cancellationToken)
        ).ToHashSet();
        var person = await db.Learners.AsNoTracking().FirstAsync(l => l.Id == entry.PersonId, cancellationToken);
        var wanted = PersonName.IsName(entry.PersonName) ? PersonName.Clean(entry.PersonName) : person.Name;
        var name = Enumerable
            .Range(1, taken.Count + 1)
            .Select(n => n == 1 ? wanted : Numbered(wanted, $" {n}"))
            .First(n => !taken.Contains(PersonName.Skeleton(n)));
        if (name != person.Name)
            await learners.RenameAsync(entry.PersonId, name, cancellationToken);
    }

    /// <summary>The classes of the courses to which this one belongs, itself included.</summary>
    private static IQueryable<SchoolClass> CourseOf(PortalDbContext db, string classId)
    {
        var courses = db.PlatformClasses.Where(p => p.ClassId == classId).Select(p => p.ContextKey);
        var ids = db.PlatformClasses.Where(p => courses.Contains(p.ContextKey)).Select(p => p.ClassId);
        return db.Classes.Where(c => ids.Contains(c.Id)).OrderBy(c => c.CreatedAt).ThenBy(c => c.Id);
    }

    private static string Numbered(string name, string number) =>
        name[..Math.Min(name.Length, Learner.NameMaxLength - number.Length)] + number;

    private static string Fit(string title, string instead)
    {
        var clean = string.Join(' ', title.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (clean.Length == 0)
            clean = instead;
        return clean.Length <= SchoolClass.NameMaxLength ? clean : clean[..(SchoolClass.NameMaxLength - 1)] + "…";
    }
}
