using System.Collections.Immutable;

namespace Portal.Classroom.Classes;

/// <summary>
/// When sessions end, where a class gives them a length; kept over a restart, and over sleep: a session that goes on
/// has its first end.
/// </summary>
public interface ISessionTimes
{
    /// <summary>
    /// When the session ends that a learner begins now or goes on with; null for without end. Who is in several classes
    /// of the lesson has the longest; an archived class gives none.
    /// </summary>
    Task<DateTimeOffset?> BeginAsync(
        string learnerId,
        string courseId,
        string lessonId,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Gives learners of a class more time, from the end that they have or from now, whichever is later.
    /// </summary>
    /// <returns>The new ends, by learner; who has none has not begun, or has no limit.</returns>
    /// <exception cref="ClassroomException">Who asks does not instruct the class, or it is no more time.</exception>
    Task<ImmutableDictionary<string, DateTimeOffset>> ExtendAsync(
        string classId,
        string instructorId,
        IReadOnlyCollection<string> learnerIds,
        TimeSpan by,
        CancellationToken cancellationToken
    );
}
