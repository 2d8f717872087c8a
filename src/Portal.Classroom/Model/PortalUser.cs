using Microsoft.AspNetCore.Identity;

namespace Portal.Classroom.Model;

/// <summary>How somebody signs in where there are many. Has the id of the learner that they are.</summary>
public sealed class PortalUser : IdentityUser
{
    public PortalRole Role { get; set; }

    /// <summary>To a few minutes.</summary>
    public DateTimeOffset? LastSeenAt { get; set; }

    /// <summary>An administrator said that this person may not sign in; a lock-out ends by itself.</summary>
    public bool IsDisabled => LockoutEnd == DateTimeOffset.MaxValue;
    public required Learner Learner { get; init; }
}

/// <summary>What somebody may do in the portal; whom they may see follows from their classes.</summary>
public enum PortalRole
{
    Learner,
    Instructor,
    Administrator,
}
