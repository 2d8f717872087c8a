using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Portal.Classroom.Model;
using Portal.Web.Hosting;

namespace Portal.Web.Identity.Accounts;

/// <summary>
/// What a browser needs to make or use a passkey. The answers set a cookie that the form sent next is checked with;
/// reading the form is what makes antiforgery apply.
/// </summary>
internal static class PasskeyEndpoints
{
    public static void MapPasskeys(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/account/passkeys/creation-options", CreationAsync).RequireAuthorization(Policies.Learner);
        endpoints
            .MapPost("/account/passkeys/request-options", RequestAsync)
            .AllowAnonymous()
            .RequireRateLimiting(RateLimits.SignIn);
    }

    private static async Task<Results<ContentHttpResult, NotFound>> CreationAsync(
        IFormCollection form,
        HttpContext context,
        SignInManager<PortalUser> signIn
    )
    {
        if (await signIn.UserManager.GetUserAsync(context.User) is not { } user)
            return TypedResults.NotFound();
        var entity = new PasskeyUserEntity
        {
            Id = user.Id,
            Name = user.UserName!,
            DisplayName = context.User.Identity?.Name ?? user.UserName!,
        };
        return TypedResults.Content(await signIn.MakePasskeyCreationOptionsAsync(entity), "application/json");
    }

    // For nobody in particular: the passkey says whose it is, and the answer does not say who exists.
    private static async Task<ContentHttpResult> RequestAsync(IFormCollection form, SignInManager<PortalUser> signIn) =>
        TypedResults.Content(await signIn.MakePasskeyRequestOptionsAsync(null), "application/json");
}
