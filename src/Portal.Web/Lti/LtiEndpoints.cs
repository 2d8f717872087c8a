using Microsoft.AspNetCore.Mvc;
using Portal.Web.Hosting;

namespace Portal.Web.Lti;

/// <summary>
/// What platforms ask of the portal. Their pages send forms here, which no other endpoint takes: what counts is the
/// platform's signature and the browser's cookie for this one launch.
/// </summary>
internal static class LtiEndpoints
{
    public const int BodyLimit = 128 * 1024;

    public static void MapLti(this IEndpointRouteBuilder endpoints)
    {
        var lti = endpoints.MapGroup("/lti").AllowAnonymous();
        lti.MapGet("/jwks", (LtiKey key) => Results.Text(key.PublicKeys(), "application/json"));
        lti.MapGet("/login", (HttpContext context, LaunchHandler handler) => handler.LoginAsync(context))
            .RequireRateLimiting(RateLimits.Launch);
        Post(lti, "/login", (context, handler) => handler.LoginAsync(context));
        Post(lti, "/launch", (context, handler) => handler.LaunchAsync(context));
        Post(lti, "/choose", (context, handler) => handler.ChooseAsync(context));
    }

    private static void Post(
        RouteGroupBuilder lti,
        string path,
        Func<HttpContext, LaunchHandler, Task<IResult>> handle
    ) =>
        lti.MapPost(path, (HttpContext context, LaunchHandler handler) => handle(context, handler))
            .RequireRateLimiting(RateLimits.Launch)
            .WithMetadata(new FromOtherSites(), new RequestSizeLimitAttribute(BodyLimit))
            .DisableAntiforgery();
}
