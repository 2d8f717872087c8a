namespace Portal.Classroom.Board;

/// <summary>Who has a lesson open. In memory: presence ends with the process.</summary>
public interface IPresence
{
    /// <summary>Counts one open page until the result is disposed.</summary>
    IDisposable Enter(string learnerId, string courseId, string lessonId);
    bool IsPresent(string learnerId, string courseId, string lessonId);
}
