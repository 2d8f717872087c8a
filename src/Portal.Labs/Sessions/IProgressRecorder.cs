namespace Portal.Labs.Sessions;

/// <summary>
/// Keeps a learner's progress. Implemented where people are known (the host); called by sessions. Each call returns only
/// after the fact is durable, so that nothing is shown before it is stored.
/// </summary>
public interface IProgressRecorder
{
    /// <summary>What has been recorded of this learner in this lesson.</summary>
    Task<RecordedProgress> LoadAsync(LessonSessionKey key, CancellationToken cancellationToken);

    Task RecordSectionAsync(LessonSessionKey key, SectionRecord section, CancellationToken cancellationToken);
    Task RecordRunAsync(LessonSessionKey key, RunRecord run, CancellationToken cancellationToken);
    Task RecordCheckAsync(LessonSessionKey key, CheckRecord check, CancellationToken cancellationToken);
}

public sealed record RecordedProgress(IReadOnlyList<SectionRecord> Sections, IReadOnlyList<RunRecord> Runs, IReadOnlyList<CheckRecord> Checks)
{
    public static RecordedProgress None { get; } = new([], [], []);
}

/// <param name="Kind">step, exercise, verification, cleanup, tip, troubleshooting.</param>
public sealed record SectionRecord(string SectionId, string Kind, SectionPhase Phase, DateTimeOffset At);

/// <summary>The latest run of a block.</summary>
public sealed record RunRecord(string SectionId, string BlockId, RunPhase Phase, int FailedCommand, TimeSpan Duration, DateTimeOffset At);

/// <param name="Points">Points earned by this check; 0 unless passed.</param>
/// <param name="EvidenceJson">Time, objects with resourceVersion and hash, probe log, as JSON; null unless passed.</param>
public sealed record CheckRecord(string SectionId, string CheckId, CheckPhase Phase, int Points, string? Message, string? EvidenceJson, DateTimeOffset At);
