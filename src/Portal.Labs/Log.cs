using Microsoft.Extensions.Logging;

namespace Portal.Labs;

/// <summary>
/// Everything this project logs; ids 1000 to 1999 (1 to 99 are those of guarded work). Ids of learners and lessons,
/// never a learner's words: no commands, output, answers or names.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(
        EventId = 1000,
        EventName = "SessionOpened",
        Level = LogLevel.Information,
        Message = "Opened the session of {Course}/{Lesson} of learner {Learner}."
    )]
    public static partial void SessionOpened(ILogger logger, string course, string lesson, string learner);

    [LoggerMessage(
        EventId = 1001,
        EventName = "SessionClosed",
        Level = LogLevel.Information,
        Message = "Closed the session of {Course}/{Lesson} of learner {Learner}."
    )]
    public static partial void SessionClosed(ILogger logger, string course, string lesson, string learner);

    [LoggerMessage(
        EventId = 1002,
        EventName = "SessionPartNotEnded",
        Level = LogLevel.Error,
        Message = "The {Part} of a session of {Course}/{Lesson} did not end cleanly; the other parts did not "
            + "wait for it."
    )]
    public static partial void PartNotEnded(
        ILogger logger,
        Exception exception,
        string part,
        string course,
        string lesson
    );

    [LoggerMessage(
        EventId = 1003,
        EventName = "SessionMessageFailed",
        Level = LogLevel.Error,
        Message = "A session could not handle '{Name}'."
    )]
    public static partial void MessageFailed(ILogger logger, Exception exception, string name);

    [LoggerMessage(
        EventId = 1010,
        EventName = "ClusterNotStarted",
        Level = LogLevel.Error,
        Message = "The cluster of a session of {Course}/{Lesson} could not be started."
    )]
    public static partial void ClusterNotStarted(ILogger logger, Exception exception, string course, string lesson);

    [LoggerMessage(
        EventId = 1011,
        EventName = "ClusterNotReset",
        Level = LogLevel.Error,
        Message = "The cluster of a session of {Course}/{Lesson} could not be reset."
    )]
    public static partial void ClusterNotReset(ILogger logger, Exception exception, string course, string lesson);

    [LoggerMessage(
        EventId = 1012,
        EventName = "WorkspaceNotStarted",
        Level = LogLevel.Error,
        Message = "The workspace of a session of {Course}/{Lesson} could not be started."
    )]
    public static partial void WorkspaceNotStarted(ILogger logger, Exception exception, string course, string lesson);

    [LoggerMessage(
        EventId = 1013,
        EventName = "RunNotMade",
        Level = LogLevel.Error,
        Message = "A run in a session of {Course}/{Lesson} could not be made."
    )]
    public static partial void RunNotMade(ILogger logger, Exception exception, string course, string lesson);

    [LoggerMessage(
        EventId = 1020,
        EventName = "ResultsNotSaved",
        Level = LogLevel.Warning,
        Message = "Results of {Course}/{Lesson} of learner {Learner} wait for the store: {Count}."
    )]
    public static partial void ResultsNotSaved(ILogger logger, string course, string lesson, string learner, int count);

    [LoggerMessage(
        EventId = 1021,
        EventName = "ResultsSaved",
        Level = LogLevel.Information,
        Message = "The results of {Course}/{Lesson} of learner {Learner} that waited for the store are saved."
    )]
    public static partial void ResultsSaved(ILogger logger, string course, string lesson, string learner);

    [LoggerMessage(
        EventId = 1022,
        EventName = "ResultsLost",
        Level = LogLevel.Error,
        Message = "The portal ends with results of {Course}/{Lesson} of learner {Learner} that could not be "
            + "saved: {Count}."
    )]
    public static partial void ResultsLost(ILogger logger, string course, string lesson, string learner, int count);

    [LoggerMessage(
        EventId = 1023,
        EventName = "ResultsNotKept",
        Level = LogLevel.Error,
        Message = "Results of {Course}/{Lesson} of learner {Learner} that wait for the store cannot be kept in "
            + "{Directory} meanwhile."
    )]
    public static partial void ResultsNotKept(
        ILogger logger,
        Exception exception,
        string course,
        string lesson,
        string learner,
        string directory
    );

    [LoggerMessage(
        EventId = 1030,
        EventName = "ClusterDeleted",
        Level = LogLevel.Information,
        Message = "Deleted cluster and workspace of {Course}/{Lesson} of learner {Learner}."
    )]
    public static partial void ClusterDeleted(ILogger logger, string course, string lesson, string learner);

    [LoggerMessage(
        EventId = 1031,
        EventName = "ClusterNotDeleted",
        Level = LogLevel.Warning,
        Message = "Cluster and workspace of {Course}/{Lesson} of learner {Learner} could not be deleted."
    )]
    public static partial void ClusterNotDeleted(
        ILogger logger,
        Exception exception,
        string course,
        string lesson,
        string learner
    );

    [LoggerMessage(
        EventId = 1033,
        EventName = "SweepSkipped",
        Level = LogLevel.Warning,
        Message = "The clock was set forwards, or the machine slept: no idle cluster is deleted for {Days} days."
    )]
    public static partial void SweepSkipped(ILogger logger, int days);

    [LoggerMessage(
        EventId = 1032,
        EventName = "LastUseNotKept",
        Level = LogLevel.Warning,
        Message = "When a workspace of {Course}/{Lesson} was used last could not be written down."
    )]
    public static partial void LastUseNotKept(ILogger logger, Exception exception, string course, string lesson);
}
