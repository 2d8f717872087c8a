using Microsoft.AspNetCore.Http.Features;

namespace Portal.Web.Hosting;

/// <summary>
/// A circuit runs over a WebSocket, which has one cookie from beginning to end. With polling, each request brings its
/// own, and whoever has got hold of a connection's token could go on in another's place.
/// </summary>
internal static class CircuitTransport
{
    public static void UseWebSocketsOnly(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                if (context.Request.Path != "/_blazor" || IsWebSocket(context))
                    return next(context);
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                return context.Response.WriteAsync(
                    "The portal needs WebSockets. Let the proxy in front of it pass them on.",
                    context.RequestAborted
                );
            }
        );

    private static bool IsWebSocket(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true
        || context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect == true;
}
