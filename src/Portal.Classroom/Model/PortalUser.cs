using Microsoft.AspNetCore.Identity;

namespace Portal.Classroom.Model;

/// <summary>How somebody signs in where there are many. Has the id of the learner that they are.</summary>
public sealed class PortalUser : IdentityUser
{
    public PortalRole Role { get; set; }
    public required Learner Learner { get; init; }
}

/// <summary>What somebody may do in the portal; whom they may see follows from their classes.</summary>
public enum PortalRole
{
    Learner,
    Instructor,
    Administrator,
}
