using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Portal.Classroom;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;

namespace Portal.Web.Identity;

/// <summary>Changing who one is. Forms post here because a circuit cannot set a cookie; antiforgery applies to each.</summary>
internal static class AccountEndpoints
{
    public static void MapAccount(this IEndpointRouteBuilder endpoints)
    {
        var account = endpoints.MapGroup("/account").RequireAuthorization(Policies.Learner);
        account.MapPost("/join", JoinAsync);
        account.MapPost("/act-as", ActAsAsync);
    }

    /// <summary>Become the learner of this name, who is added when new.</summary>
    private static async Task<RedirectHttpResult> JoinAsync([FromForm] string? name, [FromForm] string? returnUrl, HttpContext context, ILearners learners, LocalClassroom classroom, CancellationToken cancellationToken)
    {
        var wanted = (name ?? "").Trim();
        var known = (await learners.ListAsync(cancellationToken)).FirstOrDefault(l => l.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase));
        try
        {
            await SignInAsync(context, known ?? await classroom.AddLearnerAsync(wanted, cancellationToken));
            return TypedResults.LocalRedirect(Local(returnUrl));
        }
        catch (ClassroomException e)
        {
            return TypedResults.LocalRedirect($"~/join?name={Uri.EscapeDataString(wanted)}&problem={Uri.EscapeDataString(e.Message)}");
        }
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> ActAsAsync([FromForm] string learnerId, [FromForm] string? returnUrl, HttpContext context, ILearners learners, CancellationToken cancellationToken)
    {
        if (await learners.FindAsync(learnerId, cancellationToken) is not { } learner) return TypedResults.NotFound();
        await SignInAsync(context, learner);
        return TypedResults.LocalRedirect(Local(returnUrl));
    }

    private static Task SignInAsync(HttpContext context, Learner learner) => learner.Id == LocalIdentity.OwnerId
        ? context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme)
        : context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme,
            LocalIdentity.Learner(learner, CookieAuthenticationDefaults.AuthenticationScheme),
            new AuthenticationProperties { IsPersistent = true });

    private static string Local(string? url) =>
        url is ['/', ..] && !url.StartsWith("//", StringComparison.Ordinal) && !url.StartsWith("/\\", StringComparison.Ordinal) ? url : "~/";
}
