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
            if (entry.Teaches)
                await TeachAsync(found.Id, entry.PersonId, cancellationToken);
            else
                await LearnAsync(found, entry.PersonId, cancellationToken);
            changes.Raise();
            return found;
        }
        finally
        {
            _gate.Release();
        }
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

    private async Task TeachAsync(string classId, string personId, CancellationToken cancellationToken)
    {
        await classes.AddInstructorAsync(classId, personId, cancellationToken);
        await classes.LeaveAsync(classId, personId, cancellationToken);
    }

    private async Task LearnAsync(SchoolClass found, string personId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await db
            .Instructors.Where(i => i.ClassId == found.Id && i.LearnerId == personId)
            .ExecuteDeleteAsync(cancellationToken);
        if (await db.Enrolments.AnyAsync(e => e.ClassId == found.Id && e.LearnerId == personId, cancellationToken))
            return;
        if (found.State != ClassState.Open)
            throw new ClassroomException(
                $"The class '{found.Name}' lets nobody in any more. Ask your instructor to open it again."
            );
        await NumberAsync(db, found.Id, personId, cancellationToken);
        await classes.EnrolAsync(found.Id, personId, cancellationToken);
    }

    /// <summary>Two of a class may have one name at the platform; here nobody passes for a classmate.</summary>
    private async Task NumberAsync(
        PortalDbContext db,
        string classId,
        string personId,
        CancellationToken cancellationToken
    )
    {
        var own = db.Enrolments.Where(e => e.LearnerId == personId).Select(e => e.ClassId);
        var taken = (
            await db
                .Enrolments.Where(e => e.LearnerId != personId && (e.ClassId == classId || own.Contains(e.ClassId)))
                .Select(e => e.NameSkeleton)
                .ToListAsync(cancellationToken)
        ).ToHashSet();
        var person = await db.Learners.AsNoTracking().FirstAsync(l => l.Id == personId, cancellationToken);
        var name = Enumerable
            .Range(1, taken.Count + 1)
            .Select(n => n == 1 ? person.Name : Numbered(person.Name, $" {n}"))
            .First(n => !taken.Contains(PersonName.Skeleton(n)));
        if (name != person.Name)
            await learners.RenameAsync(personId, name, cancellationToken);
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
