using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.StaticAssets;
using Portal.Web.Hosting;

namespace Portal.Web.Identity;

/// <summary>
/// The cookie that says who somebody is, and what happens without it: pages lead to the sign-in page, everything else
/// is refused with its status.
/// </summary>
internal static class PortalCookie
{
    /// <param name="validate">Compares the cookie with the database at each request: what it says may be old.</param>
    public static void Configure(
        CookieAuthenticationOptions options,
        Func<CookieValidatePrincipalContext, Task> validate
    )
    {
        options.Cookie.Name = "portal";
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        // Strict would lose the cookie on the way from the link that sets it, when that was clicked in another page.
        // What other sites may not do is refused by antiforgery and by the check of the origin.
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.ExpireTimeSpan = TimeSpan.FromDays(30);
        options.SlidingExpiration = true;
        options.LoginPath = "/sign-in";
        options.ReturnUrlParameter = "returnUrl";
        options.Events.OnValidatePrincipal = context => ValidateAsync(context, validate);
        var toSignIn = options.Events.OnRedirectToLogin;
        options.Events.OnRedirectToLogin = context =>
            IsPage(context.HttpContext) ? toSignIn(context) : Refuse(context, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context => Refuse(context, StatusCodes.Status403Forbidden);
    }

    /// <summary>The cookie is worth nothing, and the browser may forget it.</summary>
    public static Task EndAsync(CookieValidatePrincipalContext context)
    {
        context.RejectPrincipal();
        return context.HttpContext.SignOutAsync(context.Scheme.Name);
    }

    private static async Task ValidateAsync(
        CookieValidatePrincipalContext context,
        Func<CookieValidatePrincipalContext, Task> validate
    )
    {
        // They are the same for everybody, and many for each page.
        if (context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is not null)
            return;
        try
        {
            await validate(context);
        }
        catch (Exception e) when (DatabaseAway.Is(e) && DatabaseAway.MayBeStranger(context.HttpContext))
        {
            context.RejectPrincipal();
        }
    }

    private static Task Refuse(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static bool IsPage(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) && !context.Request.Path.StartsWithSegments("/_blazor");
}
