using System.Collections.Immutable;
using Portal.Classroom.Model;

namespace Portal.Classroom.Platforms;

/// <summary>
/// The classes of people who come from a learning platform. A course there has a class for each lesson that its links
/// lead to, and the people of the course are in all of them.
/// </summary>
public interface IPlatformClasses
{
    /// <summary>
    /// Puts somebody into the class of a course there and a lesson here, which is made with the course's people when
    /// there is none, and into the course's other classes, as learner or instructor. What they were in them before
    /// ends; what they are elsewhere stays. They are called as they are there; whose name is taken gets a number after
    /// it. Other classes of the course that let nobody in stay as they are.
    /// </summary>
    /// <exception cref="ClassroomException">The class lets nobody in any more.</exception>
    Task<SchoolClass> EnterAsync(PlatformEntry entry, CancellationToken cancellationToken);

    /// <summary>
    /// The classes of the same course that this person teaches, oldest first, the given one included; empty when it
    /// is the only one.
    /// </summary>
    Task<ImmutableArray<SchoolClass>> ListCourseAsync(
        string classId,
        string personId,
        CancellationToken cancellationToken
    );
}

/// <param name="ContextKey">The same for one course of one platform, and for no other.</param>
/// <param name="Title">What the course is called there.</param>
/// <param name="LessonTitle">Tells the course's classes apart when it has several lessons.</param>
/// <param name="PersonName">What the person is called there; what is no name here changes nothing.</param>
/// <param name="ScoreProblem">Why the platform hears no scores, for an instructor; null when it does.</param>
public sealed record PlatformEntry(
    string ContextKey,
    string Title,
    string CourseId,
    string LessonId,
    string LessonTitle,
    string PersonId,
    string PersonName,
    bool Teaches,
    string? ScoreProblem = null
);
