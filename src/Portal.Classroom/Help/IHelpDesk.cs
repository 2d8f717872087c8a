using System.Collections.Immutable;
using Portal.Classroom.Model;

namespace Portal.Classroom.Help;

/// <summary>Who waits for help. A request is on disk before anybody is told of it, and a restart loses none.</summary>
public interface IHelpDesk
{
    /// <summary>Whether somebody would hear the learner: they are in a class of this lesson.</summary>
    Task<bool> IsHeardAsync(string learnerId, string courseId, string lessonId, CancellationToken cancellationToken);

    /// <summary>Asks for help; a learner who already does in this lesson gets the request that is open.</summary>
    Task<HelpRequest> AskAsync(HelpQuestion question, CancellationToken cancellationToken);

    /// <summary>Somebody who instructs the learner takes the request; one that a colleague has is taken over.</summary>
    /// <exception cref="ClassroomException">It is closed, or not theirs to see.</exception>
    Task TakeAsync(string requestId, string instructorId, CancellationToken cancellationToken);

    /// <summary>
    /// Ends a request: the learner who asked, or somebody who instructs them. Closing twice is nothing.
    /// </summary>
    /// <exception cref="ClassroomException">It is not theirs to close.</exception>
    Task CloseAsync(string requestId, string personId, CancellationToken cancellationToken);

    /// <summary>The learner's open request in a lesson now and after each change, or null.</summary>
    IAsyncEnumerable<HelpState?> WatchAsync(
        string learnerId,
        string courseId,
        string lessonId,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Open requests of a class in its lesson, the oldest first, with their learners; then after each change.
    /// </summary>
    IAsyncEnumerable<ImmutableArray<HelpRequest>> WatchQueueAsync(string classId, CancellationToken cancellationToken);
}

/// <summary>What a learner asks, and what they had before them. What is too long is cut.</summary>
public sealed record HelpQuestion(
    string LearnerId,
    string CourseId,
    string LessonId,
    string? SectionId = null,
    string? Text = null,
    string? Command = null,
    int? ExitCode = null,
    string? Output = null,
    string? Changed = null
);

/// <summary>How a request stands, for the learner who asked.</summary>
/// <param name="Position">1 for who is next in the lesson; 0 when somebody is on it.</param>
public sealed record HelpState(string RequestId, DateTimeOffset AskedAt, string? TakenByName, int Position);
