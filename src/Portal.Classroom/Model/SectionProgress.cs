namespace Portal.Classroom.Model;

/// <summary>How far a learner is in one section of a lesson.</summary>
public sealed class SectionProgress
{
    public required string LearnerId { get; init; }
    public required string CourseId { get; init; }
    public required string LessonId { get; init; }
    public required string SectionId { get; init; }

    /// <summary>What sort of section it is: <c>step</c>, <c>exercise</c>, <c>verification</c>, <c>cleanup</c>.</summary>
    public required string Kind { get; set; }
    public SectionStatus Status { get; set; }

    /// <summary>When the learner first did something in it.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When <see cref="Status"/> last changed.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>When it was first completed; kept when it breaks again.</summary>
    public DateTimeOffset? CompletedAt { get; set; }
}

public enum SectionStatus { NotStarted, InProgress, Completed, BrokenAgain }
