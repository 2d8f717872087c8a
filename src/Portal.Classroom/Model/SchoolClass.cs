namespace Portal.Classroom.Model;

/// <summary>A group of learners that takes one lesson together.</summary>
public sealed class SchoolClass
{
    public const int NameMaxLength = 80;

    public required string Id { get; init; }
    public required string Name { get; set; }

    /// <summary>Short code that a learner types to join.</summary>
    public required string JoinCode { get; init; }
    public required string CourseId { get; init; }
    public required string LessonId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public List<Enrolment> Enrolments { get; } = [];
}
