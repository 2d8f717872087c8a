using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;
using Portal.Classroom.Learners;

namespace Portal.Web.Identity;

/// <summary>Signs every visitor in: as the learner that the browser's cookie names, else as the owner of the machine.</summary>
internal sealed class LocalAuthenticationHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ILearners learners)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "Local";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var cookie = await Context.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        if (cookie.Principal?.FindFirstValue(ClaimTypes.NameIdentifier) is { } id
            && await learners.FindAsync(id, Context.RequestAborted) is { } learner)
        {
            // Name and existence come from the database: a cookie outlives a rename and a fresh database.
            return Success(LocalIdentity.Learner(learner, Scheme));
        }
        return Success(LocalIdentity.Owner(Scheme));
    }

    private static AuthenticateResult Success(ClaimsPrincipal principal) => AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme));
}
