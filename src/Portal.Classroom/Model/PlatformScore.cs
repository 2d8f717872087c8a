namespace Portal.Classroom.Model;

/// <summary>
/// Where a learning platform wants to hear how far a learner is in a lesson, and what it has heard. What they differ in
/// waits to be sent, so that nothing that was recorded is lost.
/// </summary>
public sealed class PlatformScore
{
    public const int UserIdMaxLength = 255;
    public const int LineItemMaxLength = 2000;
    public const int ProblemMaxLength = 500;
    public const int LinkIdMaxLength = 255;
    public const int TitleMaxLength = 200;

    /// <summary>A hash of platform, deployment, link there and learner.</summary>
    public required string Id { get; init; }

    /// <summary>A hash that says which platform.</summary>
    public required string PlatformKey { get; init; }
    public required string LearnerId { get; init; }
    public required string ClassId { get; set; }
    public required string CourseId { get; set; }
    public required string LessonId { get; set; }

    /// <summary>Who the learner is at the platform.</summary>
    public required string UserId { get; set; }

    /// <summary>The address of the column in the platform's grade book; empty until it is found or made.</summary>
    public required string LineItem { get; set; }

    /// <summary>Where the column is found or made; null when the platform has said which it is.</summary>
    public string? LineItems { get; set; }

    /// <summary>The link there, to which such a column belongs.</summary>
    public string? LinkId { get; set; }

    /// <summary>What such a column is called when it is made.</summary>
    public string? Title { get; set; }

    /// <summary>Steps and exercises that are completed, out of <see cref="Total"/>.</summary>
    public int Done { get; set; }
    public int Total { get; set; }

    /// <summary>What the platform has taken last.</summary>
    public int SentDone { get; set; }
    public int SentTotal { get; set; }

    /// <summary>The time that was last sent, taken or not; the next one is later.</summary>
    public DateTimeOffset Stamp { get; set; }

    /// <summary>When it is tried again, after so many failures.</summary>
    public DateTimeOffset NextAt { get; set; }
    public int Failures { get; set; }

    /// <summary>Why the platform did not take it, for an instructor; null when it did.</summary>
    public string? Problem { get; set; }
    public Learner? Learner { get; init; }
}
