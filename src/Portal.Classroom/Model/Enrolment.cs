namespace Portal.Classroom.Model;

/// <summary>A learner's place in a class.</summary>
public sealed class Enrolment
{
    public required string ClassId { get; init; }
    public required string LearnerId { get; init; }

    /// <summary>The learner's, once in a class: nobody passes for a classmate.</summary>
    public required string NameSkeleton { get; set; }
    public DateTimeOffset JoinedAt { get; init; }

    /// <summary>When the session that the learner began last ends, or ended; null without a limit.</summary>
    public DateTimeOffset? SessionEndsAt { get; set; }
    public Learner? Learner { get; init; }
}
