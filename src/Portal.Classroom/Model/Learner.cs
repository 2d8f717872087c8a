namespace Portal.Classroom.Model;

/// <summary>Someone who learns. Instructors are learners too: roles belong to the way one signs in, not to this row.</summary>
public sealed class Learner
{
    public const int NameMaxLength = 80;

    public required string Id { get; init; }
    public required string Name { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
}
