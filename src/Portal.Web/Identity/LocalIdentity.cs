using System.Security.Claims;
using Portal.Classroom.Model;

namespace Portal.Web.Identity;

/// <summary>Who one is on a machine without passwords.</summary>
internal static class LocalIdentity
{
    /// <summary>The owner of the machine: learner and instructor.</summary>
    public const string OwnerId = "you";
    public const string OwnerName = "You";

    public static ClaimsPrincipal Owner(string authenticationType) => Principal(OwnerId, OwnerName, authenticationType, Roles.Learner, Roles.Instructor);

    /// <summary>Somebody else who learns on this machine.</summary>
    public static ClaimsPrincipal Learner(Learner learner, string authenticationType) => Principal(learner.Id, learner.Name, authenticationType, Roles.Learner);

    private static ClaimsPrincipal Principal(string id, string name, string authenticationType, params string[] roles) => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.NameIdentifier, id), new Claim(ClaimTypes.Name, name), .. roles.Select(r => new Claim(ClaimTypes.Role, r))],
        authenticationType));
}
