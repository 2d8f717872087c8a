namespace Portal.Classroom.Model;

/// <summary>A learner asks for help in a lesson, with what they had before them. Open until it is closed.</summary>
public sealed class HelpRequest
{
    public const int TextMaxLength = 500;
    public const int CommandMaxLength = 1000;
    public const int OutputMaxLength = 4000;

    public required string Id { get; init; }
    public required string LearnerId { get; init; }
    public required string CourseId { get; init; }
    public required string LessonId { get; init; }

    /// <summary>The section that they were at, or null.</summary>
    public string? SectionId { get; init; }

    /// <summary>What they wrote, or null.</summary>
    public string? Text { get; init; }

    /// <summary>The last command, or null before the first.</summary>
    public string? Command { get; init; }
    public int? ExitCode { get; init; }
    public string? Output { get; init; }

    /// <summary>What changed in their cluster, line by line, or null.</summary>
    public string? Changed { get; init; }
    public DateTimeOffset AskedAt { get; init; }

    /// <summary>Who helps; null while nobody does.</summary>
    public string? TakenById { get; set; }
    public string? TakenByName { get; set; }
    public DateTimeOffset? ClosedAt { get; set; }
    public Learner? Learner { get; init; }
}
