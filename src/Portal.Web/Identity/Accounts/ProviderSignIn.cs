using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Portal.Classroom.Model;

namespace Portal.Web.Identity.Accounts;

/// <summary>
/// Signing in by an identity provider. Whatever fails on the way lets nobody in and says so on the sign-in page.
/// </summary>
internal static class ProviderSignIn
{
    public const string Scheme = "OpenIdConnect";
    private const string Failed = "/sign-in?reason=provider";

    public static void AddProviderSignIn(this IServiceCollection services)
    {
        services.AddAuthentication().AddOpenIdConnect(Scheme, _ => { });
        services
            .AddOptions<OpenIdConnectOptions>(Scheme)
            .Configure<IOptions<ProviderOptions>>((oidc, provider) => Configure(oidc, provider.Value));
    }

    public static void MapProviderSignIn(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/account/provider", ChallengeAsync).AllowAnonymous();
        endpoints.MapGet("/account/provider/done", DoneAsync).AllowAnonymous();
    }

    private static void Configure(OpenIdConnectOptions oidc, ProviderOptions provider)
    {
        oidc.Authority = provider.Authority;
        oidc.ClientId = provider.ClientId;
        oidc.ClientSecret = provider.ClientSecret;
        oidc.RequireHttpsMetadata = !provider.IsLoopback;
        oidc.SignInScheme = IdentityConstants.ExternalScheme;
        oidc.ResponseType = OpenIdConnectResponseType.Code;
        // Back by a link, not by a form of another site, which the portal refuses.
        oidc.ResponseMode = OpenIdConnectResponseMode.Query;
        oidc.NonceCookie.SameSite = oidc.CorrelationCookie.SameSite = SameSiteMode.Lax;
        oidc.NonceCookie.SecurePolicy = oidc.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        oidc.MapInboundClaims = false;
        oidc.GetClaimsFromUserInfoEndpoint = true;
        oidc.Events.OnRemoteFailure = context =>
        {
            Log.ProviderFailed(Logger(context.HttpContext), context.Failure);
            context.Response.Redirect(Failed);
            context.HandleResponse();
            return Task.CompletedTask;
        };
    }

    private static async Task ChallengeAsync([FromQuery] string? returnUrl, HttpContext context)
    {
        var done = "/account/provider/done?returnUrl=" + Uri.EscapeDataString(LocalUrl.Of(returnUrl));
        try
        {
            await context.ChallengeAsync(Scheme, new AuthenticationProperties { RedirectUri = done });
        }
        catch (Exception e)
            when (e is InvalidOperationException or HttpRequestException && !context.Response.HasStarted)
        {
            // What the provider says of itself cannot be had.
            Log.ProviderFailed(Logger(context), e);
            context.Response.Redirect(Failed);
        }
    }

    private static async Task<RedirectHttpResult> DoneAsync(
        [FromQuery] string? returnUrl,
        HttpContext context,
        SignInManager<PortalUser> signIn,
        PortalAccounts accounts,
        IOptions<ProviderOptions> provider
    )
    {
        var external = (await context.AuthenticateAsync(IdentityConstants.ExternalScheme)).Principal;
        await context.SignOutAsync(IdentityConstants.ExternalScheme);
        if (external?.FindFirstValue("sub") is not { Length: > 0 } subject)
            return TypedResults.LocalRedirect(Failed);

        // The subject is unique at its provider only; another provider's must not meet it.
        var login = new UserLoginInfo(provider.Value.Authority!, subject, provider.Value.DisplayName);
        var user = await signIn.UserManager.FindByLoginAsync(login.LoginProvider, login.ProviderKey)
            ?? await accounts.AddExternalAsync(
                login,
                external.FindFirstValue("name") ?? external.FindFirstValue("preferred_username") ?? "",
                external.FindFirstValue("preferred_username") ?? external.FindFirstValue("email") ?? ""
            );
        if (await signIn.UserManager.IsLockedOutAsync(user))
            return TypedResults.LocalRedirect(Failed);
        await signIn.SignInAsync(user, isPersistent: true);
        return TypedResults.LocalRedirect(LocalUrl.Of(returnUrl));
    }

    private static ILogger Logger(HttpContext context) =>
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ProviderSignIn));
}
