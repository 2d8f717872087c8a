using System.Text.Json.Serialization;

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

/// <summary>Something that a session found out and that is kept.</summary>
[JsonDerivedType(typeof(SectionRecord), "section")]
[JsonDerivedType(typeof(RunRecord), "run")]
[JsonDerivedType(typeof(CheckRecord), "check")]
public abstract record ProgressRecord
{
    /// <summary>What it is about, among the records of its type.</summary>
    [JsonIgnore]
    public abstract string Id { get; }

    /// <summary>Gives it to a recorder.</summary>
    public abstract Task RecordAsync(
        IProgressRecorder recorder,
        LessonSessionKey key,
        CancellationToken cancellationToken
    );
}

/// <param name="Kind">step, exercise, verification, cleanup, tip, troubleshooting.</param>
public sealed record SectionRecord(string SectionId, string Kind, SectionPhase Phase, DateTimeOffset At)
    : ProgressRecord
{
    public override string Id => SectionId;

    public override Task RecordAsync(
        IProgressRecorder recorder,
        LessonSessionKey key,
        CancellationToken cancellationToken
    ) => recorder.RecordSectionAsync(key, this, cancellationToken);
}

/// <summary>The latest run of a block.</summary>
public sealed record RunRecord(
    string SectionId,
    string BlockId,
    RunPhase Phase,
    int FailedCommand,
    TimeSpan Duration,
    DateTimeOffset At
) : ProgressRecord
{
    public override string Id => BlockId;

    public override Task RecordAsync(
        IProgressRecorder recorder,
        LessonSessionKey key,
        CancellationToken cancellationToken
    ) => recorder.RecordRunAsync(key, this, cancellationToken);
}

/// <param name="Points">Points earned by this check; 0 unless passed.</param>
/// <param name="EvidenceJson">A <see cref="CheckFinding"/>; null unless it was passed or lost. When progress is loaded:
/// the latest that was recorded.</param>
public sealed record CheckRecord(
    string SectionId,
    string CheckId,
    CheckPhase Phase,
    int Points,
    string? Message,
    string? EvidenceJson,
    DateTimeOffset At
) : ProgressRecord
{
    public override string Id => CheckId;

    public override Task RecordAsync(
        IProgressRecorder recorder,
        LessonSessionKey key,
        CancellationToken cancellationToken
    ) => recorder.RecordCheckAsync(key, this, cancellationToken);
}
