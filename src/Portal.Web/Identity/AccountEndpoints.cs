using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Portal.Classroom;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;

namespace Portal.Web.Identity;

/// <summary>
/// Changing who one is. Forms post here because a circuit cannot set a cookie; antiforgery applies to each.
/// </summary>
internal static class AccountEndpoints
{
    public static void MapAccount(this IEndpointRouteBuilder endpoints, bool local)
    {
        endpoints.MapPost("/account/sign-out", SignOutAsync).RequireAuthorization(Policies.Learner);
        if (!local)
            return;
        endpoints.MapGet("/welcome", WelcomeAsync).AllowAnonymous();
        endpoints.MapPost("/account/join", JoinAsync).RequireAuthorization(Policies.Owner);
        endpoints.MapPost("/account/act-as", ActAsAsync).RequireAuthorization(Policies.Owner);
    }

    /// <summary>Signs the browser in as the link says, once.</summary>
    private static async Task<RedirectHttpResult> WelcomeAsync(
        [FromQuery] string? token,
        HttpContext context,
        WelcomeLinks links,
        ILearners learners,
        CancellationToken cancellationToken
    )
    {
        var welcome = links.Redeem(token);
        if (welcome.LearnerId is { } id && await learners.FindAsync(id, cancellationToken) is { } learner)
        {
            await SignInAsync(context, learner, byOwner: id == LocalIdentity.OwnerId);
            return TypedResults.LocalRedirect("/");
        }
        // Who follows an old link with a good cookie has nothing to be told.
        return TypedResults.LocalRedirect(
            context.User.Identity?.IsAuthenticated == true ? "/" : "/sign-in?link=" + welcome.Outcome
        );
    }

    /// <summary>Become the learner of this name, who is added when new.</summary>
    private static async Task<RedirectHttpResult> JoinAsync(
        [FromForm] string? name,
        [FromForm] string? returnUrl,
        HttpContext context,
        ILearners learners,
        LocalClassroom classroom,
        CancellationToken cancellationToken
    )
    {
        var wanted = (name ?? "").Trim();
        var known = (await learners.ListAsync(cancellationToken)).FirstOrDefault(l =>
            l.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase)
        );
        try
        {
            await SignInAsync(
                context,
                known ?? await classroom.AddLearnerAsync(wanted, cancellationToken),
                byOwner: true
            );
            return TypedResults.LocalRedirect(LocalUrl.Of(returnUrl));
        }
        catch (ClassroomException e)
        {
            return TypedResults.LocalRedirect(
                $"/join?name={Uri.EscapeDataString(wanted)}&problem={Uri.EscapeDataString(e.Message)}"
            );
        }
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> ActAsAsync(
        [FromForm] string learnerId,
        [FromForm] string? returnUrl,
        HttpContext context,
        ILearners learners,
        CancellationToken cancellationToken
    )
    {
        if (await learners.FindAsync(learnerId, cancellationToken) is not { } learner)
            return TypedResults.NotFound();
        await SignInAsync(context, learner, byOwner: true);
        return TypedResults.LocalRedirect(LocalUrl.Of(returnUrl));
    }

    private static async Task<RedirectHttpResult> SignOutAsync([FromForm] string? returnUrl, HttpContext context)
    {
        await context.SignOutAsync();
        return TypedResults.LocalRedirect(LocalUrl.Of(returnUrl));
    }

    private static Task SignInAsync(HttpContext context, Learner learner, bool byOwner) =>
        context.SignInAsync(
            CookieAuthenticationDefaults.AuthenticationScheme,
            LocalIdentity.Principal(learner, byOwner),
            new AuthenticationProperties { IsPersistent = true }
        );
}
