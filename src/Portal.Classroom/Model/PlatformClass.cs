namespace Portal.Classroom.Model;

/// <summary>Which class a course of a learning platform has for a lesson.</summary>
public sealed class PlatformClass
{
    /// <summary>A hash of platform, deployment and course there.</summary>
    public required string ContextKey { get; init; }
    public required string CourseId { get; init; }
    public required string LessonId { get; init; }
    public required string ClassId { get; init; }

    /// <summary>Why the platform hears no scores, as of the latest launch, for an instructor; else null.</summary>
    public string? ScoreProblem { get; set; }
}
