using Portal.Classroom.Learners;

namespace Portal.Classroom.Model;

/// <summary>Someone who learns. Instructors are learners too.</summary>
public sealed class Learner
{
    public const int NameMaxLength = 80;

    public required string Id { get; init; }
    public required string Name { get; set; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Follows <see cref="Name"/>; stored to be searched.</summary>
    public string NameSkeleton
    {
        get => PersonName.Skeleton(Name);
        private set => _ = value;
    }
}
