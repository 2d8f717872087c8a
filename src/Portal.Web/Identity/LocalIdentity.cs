using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.Cookies;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;

namespace Portal.Web.Identity;

/// <summary>Who one is on a machine without passwords.</summary>
internal static class LocalIdentity
{
    /// <summary>The owner of the machine: learner and instructor.</summary>
    public const string OwnerId = "you";
    public const string OwnerName = "You";

    /// <summary>What a cookie says of the browser that has it.</summary>
    /// <param name="learner">Whose session, progress and pages the browser shows.</param>
    /// <param name="byOwner">The owner sits there, as themselves or acting as the learner.</param>
    public static ClaimsPrincipal Principal(Learner learner, bool byOwner)
    {
        List<Claim> claims =
        [
            new(ClaimTypes.NameIdentifier, learner.Id),
            new(ClaimTypes.Name, learner.Name),
            new(ClaimTypes.Role, Roles.Learner),
        ];
        if (byOwner)
            claims.Add(new Claim(ClaimTypes.Role, Roles.Owner));
        // Who acts as a learner sees what that learner sees.
        if (byOwner && learner.Id == OwnerId)
            claims.Add(new Claim(ClaimTypes.Role, Roles.Instructor));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, CookieAuthenticationDefaults.AuthenticationScheme));
    }

    /// <summary>Name and existence come from the database: a cookie outlives a rename and a fresh database.</summary>
    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var learners = context.HttpContext.RequestServices.GetRequiredService<ILearners>();
        if (
            context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier) is { } id
            && await learners.FindAsync(id, context.HttpContext.RequestAborted) is { } learner
        )
        {
            context.ReplacePrincipal(Principal(learner, context.Principal.IsInRole(Roles.Owner)));
            return;
        }
        await PortalCookie.EndAsync(context);
    }
}
