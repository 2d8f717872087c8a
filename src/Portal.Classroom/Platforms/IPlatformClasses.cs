using Portal.Classroom.Model;

namespace Portal.Classroom.Platforms;

/// <summary>The classes of people who come from a learning platform.</summary>
public interface IPlatformClasses
{
    /// <summary>
    /// Puts somebody into the class of a course there and a lesson here, which is made when there is none, as learner
    /// or instructor. What they were in it before ends; what they are elsewhere stays. Whose name is taken in the class
    /// gets a number after it.
    /// </summary>
    /// <exception cref="ClassroomException">The class lets nobody in any more.</exception>
    Task<SchoolClass> EnterAsync(PlatformEntry entry, CancellationToken cancellationToken);
}

/// <param name="ContextKey">The same for one course of one platform, and for no other.</param>
/// <param name="Title">What the course is called there.</param>
/// <param name="ScoreProblem">Why the platform hears no scores, for an instructor; null when it does.</param>
/// <param name="LessonTitle">Tells the course's classes apart when it has several lessons.</param>
public sealed record PlatformEntry(
    string ContextKey,
    string Title,
    string CourseId,
    string LessonId,
    string LessonTitle,
    string PersonId,
    bool Teaches,
    string? ScoreProblem = null
);
