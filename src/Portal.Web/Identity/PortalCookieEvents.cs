using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Portal.Classroom.Learners;

namespace Portal.Web.Identity;

/// <summary>
/// What a cookie is worth, and what happens without one: pages lead to the sign-in page, everything else is refused
/// with its status.
/// </summary>
internal sealed class PortalCookieEvents(ILearners learners) : CookieAuthenticationEvents
{
    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        // Name and existence come from the database: a cookie outlives a rename and a fresh database.
        if (context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier) is { } id
            && await learners.FindAsync(id, context.HttpContext.RequestAborted) is { } learner)
        {
            context.ReplacePrincipal(LocalIdentity.Principal(learner, context.Principal.IsInRole(Roles.Owner)));
            return;
        }
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(context.Scheme.Name);
    }

    public override Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (IsPage(context.HttpContext)) return base.RedirectToLogin(context);
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    public override Task RedirectToAccessDenied(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static bool IsPage(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) && !context.Request.Path.StartsWithSegments("/_blazor");
}
