namespace Portal.Classroom.Model;

/// <summary>How a check stands for a learner.</summary>
public sealed class CheckResult
{
    public required string LearnerId { get; init; }
    public required string CourseId { get; init; }
    public required string LessonId { get; init; }
    public required string CheckId { get; init; }
    public required string SectionId { get; set; }
    public CheckStatus Status { get; set; }
    public int Points { get; set; }

    /// <summary>What the learner was told: expected, found, where.</summary>
    public string? Message { get; set; }

    /// <summary>When <see cref="Status"/> or <see cref="Message"/> last changed.</summary>
    public DateTimeOffset Since { get; set; }
    public DateTimeOffset At { get; set; }
}

public enum CheckStatus { NotYet, Passed, BrokenAgain }
