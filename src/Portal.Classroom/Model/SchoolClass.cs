namespace Portal.Classroom.Model;

/// <summary>A group of learners that takes one lesson together.</summary>
public sealed class SchoolClass
{
    public const int NameMaxLength = 80;

    public required string Id { get; init; }
    public required string Name { get; set; }
    public ClassState State { get; set; }

    /// <summary>Short code that a learner types to join.</summary>
    public required string JoinCode { get; set; }

    /// <summary>When the code ends; null for never.</summary>
    public DateTimeOffset? JoinCodeExpiresAt { get; set; }

    /// <summary>How many may still join with the code; null for any number.</summary>
    public int? JoinCodeUsesLeft { get; set; }

    /// <summary>How long a learner's session lasts; null for without end.</summary>
    public TimeSpan? SessionLength { get; set; }
    public required string CourseId { get; init; }
    public required string LessonId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public List<Enrolment> Enrolments { get; } = [];
    public List<ClassInstructor> Instructors { get; } = [];
}

/// <summary>Open: learners join. Closed: nobody joins any more, work goes on. Archived: kept to look at.</summary>
public enum ClassState
{
    Open,
    Closed,
    Archived,
}

/// <summary>Somebody who teaches a class, and sees its learners at work.</summary>
public sealed class ClassInstructor
{
    public required string ClassId { get; init; }
    public required string LearnerId { get; init; }
    public Learner? Learner { get; init; }
}
