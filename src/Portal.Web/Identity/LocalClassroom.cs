using Microsoft.Extensions.Options;
using Portal.Classroom.Classes;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;
using Portal.Shared;
using Portal.Web.Hosting;

namespace Portal.Web.Identity;

/// <summary>
/// The classroom of one machine: its owner, and a class for each lesson that everybody here is in. Where people sign in
/// there is none: instructors make classes, and learners join them.
/// </summary>
public sealed class LocalClassroom(
    ILearners learners,
    IClasses classes,
    IOptions<PortalOptions> options,
    TimeProvider time,
    ILogger<LocalClassroom> logger
) : IDisposable
{
    private readonly Guarded _guarded = new("classroom", logger, time);
    private readonly SemaphoreSlim _gate = new(1);

    public void Dispose() => _gate.Dispose();

    /// <summary>Adds a learner, who joins every class.</summary>
    /// <exception cref="Portal.Classroom.ClassroomException">The name cannot be used; the message says why.</exception>
    public async Task<Learner> AddLearnerAsync(string name, CancellationToken cancellationToken)
    {
        var learner = await learners.AddAsync(name, cancellationToken);
        foreach (var @class in await classes.ListAsync(cancellationToken)) await classes.EnrolAsync(@class.Id, learner.Id, cancellationToken);
        return learner;
    }

    public bool IsUsed => !options.Value.IsClass;

    /// <summary>Makes sure that there is a class of this lesson, as soon as the store lets it.</summary>
    public Task KeepClassAsync(string courseId, string lessonId, string title, CancellationToken cancellationToken) =>
        !IsUsed
            ? Task.CompletedTask
            : _guarded.Keep(
                "class of a lesson",
                c => EnsureClassAsync(courseId, lessonId, title, c),
                cancellationToken
            );

    /// <summary>The class of this lesson, made with everybody in it when there is none.</summary>
    public async Task<SchoolClass> EnsureClassAsync(string courseId, string lessonId, string title, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var known = (await classes.ListAsync(cancellationToken)).FirstOrDefault(c => c.CourseId == courseId && c.LessonId == lessonId);
            if (known is not null) return known;
            var name = title.Length <= SchoolClass.NameMaxLength ? title : title[..SchoolClass.NameMaxLength];
            var created = await classes.CreateAsync(name, courseId, lessonId, LocalIdentity.OwnerId, cancellationToken);
            await EnrolAllAsync(created.Id, cancellationToken);
            return created;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Puts everybody of this machine into the class.</summary>
    public async Task EnrolAllAsync(string classId, CancellationToken cancellationToken)
    {
        foreach (var learner in await learners.ListAsync(cancellationToken))
            await classes.EnrolAsync(classId, learner.Id, cancellationToken);
    }

    /// <summary>
    /// Makes sure that the owner is a learner and teaches every class, before the first request and after the schema
    /// is in place.
    /// </summary>
    internal sealed class Starter(ILearners learners, IClasses classes) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await learners.EnsureAsync(LocalIdentity.OwnerId, LocalIdentity.OwnerName, cancellationToken);
            // Those of older portals have no instructor.
            foreach (var @class in await classes.ListAsync(cancellationToken))
                await classes.AddInstructorAsync(@class.Id, LocalIdentity.OwnerId, cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
