namespace Portal.Classroom.Model;

/// <summary>A run of a block that failed or timed out. One row for each, never changed.</summary>
public sealed class RunFailure
{
    public required string LearnerId { get; init; }
    public required string CourseId { get; init; }
    public required string LessonId { get; init; }
    public required string BlockId { get; init; }
    public required string SectionId { get; init; }
    public DateTimeOffset At { get; init; }
}
