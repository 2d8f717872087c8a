namespace Portal.Classroom.Model;

/// <summary>A message or hint of an instructor's, to one learner. One that went to several is a row for each.</summary>
public sealed class LearnerMessage
{
    public const int TextMaxLength = 1000;

    public required string Id { get; init; }

    /// <summary>The same for all to whom it was sent at once.</summary>
    public required string BatchId { get; init; }
    public required string ClassId { get; init; }
    public required string LearnerId { get; init; }

    /// <summary>As the sender was called then.</summary>
    public required string FromName { get; init; }
    public required string Text { get; init; }
    public DateTimeOffset SentAt { get; init; }

    /// <summary>When a page of the learner's first showed it.</summary>
    public DateTimeOffset? DeliveredAt { get; set; }

    /// <summary>When the learner dismissed it.</summary>
    public DateTimeOffset? ReadAt { get; set; }
}
