using System.Collections.Immutable;
using Portal.Classroom.Model;

namespace Portal.Classroom.Reports;

/// <summary>What a class did, looked back upon; of a running one, so far.</summary>
public interface IClassReports
{
    /// <summary>Of whom nothing is seen for longer, is away; such a pause is no time on a step.</summary>
    static readonly TimeSpan AwayAfter = TimeSpan.FromMinutes(30);

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

/// <param name="Time">
/// From the first thing done in it to its completion, or to the last thing so far, without <paramref name="Away"/>.
/// </param>
/// <param name="Away">Pauses longer than <see cref="IClassReports.AwayAfter"/>.</param>
/// <param name="Runs">How often its blocks were run, whatever came of it.</param>
/// <param name="Failures">Those that failed, also when a later one did not.</param>
public sealed record SectionReport(
    SectionStatus Status,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt,
    TimeSpan Time,
    TimeSpan Away,
    int Runs,
    int Failures
);

public enum ReportEventKind { Completed, Failed, Help, Message }

public sealed record ReportEvent(ReportEventKind Kind, DateTimeOffset At, string? SectionId = null);
