using System.Collections.Immutable;
using Portal.Classroom.Model;

namespace Portal.Classroom.Progress;

/// <summary>
/// Keeps what learners did. Every record call returns only when the fact is on disk, and tells the boards after that:
/// nothing is shown that a crash could take back.
/// </summary>
public interface IProgressService
{
    Task<LessonProgress> LoadAsync(ProgressKey key, CancellationToken cancellationToken);

    /// <summary>All sections that the learner touched, over all lessons.</summary>
    Task<ImmutableArray<SectionProgress>> LoadSectionsAsync(string learnerId, CancellationToken cancellationToken);
    Task RecordSectionAsync(ProgressKey key, SectionFact fact, CancellationToken cancellationToken);
    Task RecordRunAsync(ProgressKey key, RunFact fact, CancellationToken cancellationToken);
    Task RecordCheckAsync(ProgressKey key, CheckFact fact, CancellationToken cancellationToken);
}

/// <summary>Hears of what is recorded, after it is on disk.</summary>
public interface IProgressObserver
{
    /// <summary>For the first time. Called by who records: must be quick, and may not throw.</summary>
    void SectionCompleted(ProgressKey key, SectionFact fact);
}

/// <summary>Whose progress, in which lesson.</summary>
public sealed record ProgressKey(string LearnerId, string CourseId, string LessonId);

public sealed record SectionFact(string SectionId, string Kind, SectionStatus Status, DateTimeOffset At);

/// <param name="FailedCommand">Index of the command that failed, or -1.</param>
public sealed record RunFact(string SectionId, string BlockId, RunStatus Status, int FailedCommand, TimeSpan Duration, DateTimeOffset At);

/// <param name="EvidenceJson">What proved it, or ended that; kept as one more evidence row when not null, of which the
/// latest few stay.</param>
public sealed record CheckFact(string SectionId, string CheckId, CheckStatus Status, int Points, string? Message, string? EvidenceJson, DateTimeOffset At);

/// <summary>What is stored of one learner in one lesson.</summary>
/// <param name="Evidence">The latest of each check that has some, by check id.</param>
public sealed record LessonProgress(
    ImmutableArray<SectionProgress> Sections,
    ImmutableArray<BlockRun> Runs,
    ImmutableArray<CheckResult> Checks,
    ImmutableDictionary<string, string> Evidence
);
