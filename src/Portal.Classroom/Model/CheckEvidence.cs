namespace Portal.Classroom.Model;

/// <summary>What proved a check, or ended that. One row for each time, never changed; the latest few stay.</summary>
public sealed class CheckEvidence
{
    public long Id { get; init; }
    public required string LearnerId { get; init; }
    public required string CourseId { get; init; }
    public required string LessonId { get; init; }
    public required string CheckId { get; init; }
    public DateTimeOffset At { get; init; }
    public required string Json { get; init; }
}
