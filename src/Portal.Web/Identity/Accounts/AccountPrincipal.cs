using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;
using Portal.Web.Hosting;

namespace Portal.Web.Identity.Accounts;

/// <summary>
/// What is claimed of somebody who signed in: the learner's id and name, and the roles of the account.
/// </summary>
internal sealed class AccountPrincipal(
    UserManager<PortalUser> users,
    IOptions<IdentityOptions> options,
    ILearners learners
) : UserClaimsPrincipalFactory<PortalUser>(users, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(PortalUser user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        if (identity.FindFirst(identity.NameClaimType) is { } name)
            identity.RemoveClaim(name);
        identity.AddClaim(
            new Claim(
                identity.NameClaimType,
                (await learners.FindAsync(user.Id, CancellationToken.None))?.Name ?? user.UserName!
            )
        );
        identity.AddClaim(new Claim(identity.RoleClaimType, Roles.Learner));
        if (user.Role >= PortalRole.Instructor)
            identity.AddClaim(new Claim(identity.RoleClaimType, Roles.Instructor));
        if (user.Role == PortalRole.Administrator)
            identity.AddClaim(new Claim(identity.RoleClaimType, Roles.Administrator));
        return identity;
    }

    /// <summary>Sessions that were ended stay ended, and roles are as they are now.</summary>
    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var services = context.HttpContext.RequestServices;
        var signIn = services.GetRequiredService<SignInManager<PortalUser>>();
        if (await FindAsync(services, context.Principal) is { } user)
            context.ReplacePrincipal(await signIn.CreateUserPrincipalAsync(user));
        else
            await PortalCookie.EndAsync(context);
    }

    /// <summary>Whose session this is; null when it was ended, or its account disabled or removed.</summary>
    public static async Task<PortalUser?> FindAsync(IServiceProvider services, ClaimsPrincipal? principal)
    {
        var signIn = services.GetRequiredService<SignInManager<PortalUser>>();
        if (await signIn.ValidateSecurityStampAsync(principal) is not { IsDisabled: false } user)
            return null;
        await services.GetRequiredService<PortalAccounts>().SeenAsync(user);
        return user;
    }
}

/// <summary>Asks now and then whether the session of an open page was ended meanwhile.</summary>
internal sealed class CircuitSession(ILoggerFactory loggers, IServiceScopeFactory scopes)
    : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(15);

    protected override async Task<bool> ValidateAuthenticationStateAsync(
        AuthenticationState authenticationState,
        CancellationToken cancellationToken
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            return await AccountPrincipal.FindAsync(scope.ServiceProvider, authenticationState.User) is not null;
        }
        catch (Exception e) when (DatabaseAway.Is(e))
        {
            // Nobody's page ends because the database does; it is asked again soon.
            return true;
        }
    }
}
