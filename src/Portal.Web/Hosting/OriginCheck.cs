using Microsoft.AspNetCore.Http.Features;

namespace Portal.Web.Hosting;

/// <summary>
/// Only the portal's own pages may change something or open a connection. Cookies do not tell pages apart that differ
/// in their port only, and a WebSocket knows no antiforgery token; browsers say in Origin who asks.
/// </summary>
internal static class OriginCheck
{
    public static void UseOriginCheck(this IApplicationBuilder app)
    {
        var logger = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OriginCheck));
        app.Use(
            (context, next) =>
            {
                if (IsFromHere(context))
                    return next(context);
                var request = context.Request;
                Log.RequestFromElsewhere(
                    logger,
                    request.Path,
                    request.Headers.Origin.ToString(),
                    $"{request.Scheme}://{request.Host}"
                );
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return context.Response.WriteAsync(
                    $"This request comes from another site; expected was {request.Scheme}://{request.Host}. Open the "
                        + "portal in a tab of its own.",
                    context.RequestAborted
                );
            }
        );
    }

    private static bool IsFromHere(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<FromOtherSites>() is not null)
            return true;
        var opens =
            context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true
            || context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect == true;
        if (!opens && IsSafe(context.Request.Method))
            return true;

        var headers = context.Request.Headers;
        if (headers.Origin.Count > 0)
            return IsOwn(headers.Origin.ToString(), context.Request);
        // Who is no browser has no cookie to abuse either, but a connection is for pages alone.
        return !opens && headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
    }

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var from)
        && Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var here)
        && from.Scheme == here.Scheme
        && from.Authority.Equals(here.Authority, StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// An endpoint to which pages of other sites send forms, and which believes no cookie of the portal's.
/// </summary>
internal sealed class FromOtherSites;
