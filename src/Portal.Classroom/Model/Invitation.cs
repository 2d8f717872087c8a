namespace Portal.Classroom.Model;

/// <summary>A link into a class for one person.</summary>
public sealed class Invitation
{
    public required string Id { get; init; }
    public required string ClassId { get; init; }

    /// <summary>SHA-256 of what the link carries: who reads the database cannot use it.</summary>
    public required string TokenHash { get; init; }

    /// <summary>Who is meant, as the instructor wrote it.</summary>
    public required string Name { get; init; }
    public required string NameSkeleton { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
    public SchoolClass? Class { get; init; }
}
