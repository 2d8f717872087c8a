using System.Collections.Immutable;
using Portal.Classroom.Model;

namespace Portal.Classroom.Reports;

/// <summary>What a class did, looked back upon; of a running one, so far.</summary>
public interface IClassReports
{
    /// <summary>Null when there is no such class.</summary>
    Task<ClassReport?> FindAsync(string classId, CancellationToken cancellationToken);
}

/// <param name="Learners">In the order of joining.</param>
public sealed record ClassReport(
    string ClassId,
    string Name,
    string CourseId,
    string LessonId,
    ClassState State,
    ImmutableArray<LearnerReport> Learners
);

/// <param name="Sections">By section id; who did nothing in one has no entry.</param>
/// <param name="Events">Oldest first.</param>
public sealed record LearnerReport(
    string Id,
    string Name,
    int Points,
    ImmutableDictionary<string, SectionReport> Sections,
    ImmutableArray<ReportEvent> Events
);

/// <param name="Time">From the first thing done in it to its completion, or to the last thing so far.</param>
/// <param name="Failures">Runs that failed.</param>
public sealed record SectionReport(
    SectionStatus Status,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt,
    TimeSpan Time,
    int Failures
);

public enum ReportEventKind { Completed, Failed, Help, Message }

public sealed record ReportEvent(ReportEventKind Kind, DateTimeOffset At, string? SectionId = null);
