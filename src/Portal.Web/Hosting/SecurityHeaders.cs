using Microsoft.Extensions.Options;
using Portal.Web.Ports;

namespace Portal.Web.Hosting;

internal static class SecurityHeaders
{
    // Inline styles: MudBlazor positions popovers and writes its theme with them. Scripts come from this host only.
    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this IApplicationBuilder app)
    {
        var services = app.ApplicationServices;
        // Known when the server listens.
        var policy = new Lazy<string>(() => ContentSecurityPolicy + "; frame-src 'self' " + PortAddress.Pattern(
            services.GetRequiredService<PublicAddress>().Of("/"),
            services.GetRequiredService<IOptions<PortOptions>>().Value.Domain));
        app.Use((context, next) => Add(context.Response.Headers, policy.Value, () => next(context)));
    }

    private static Task Add(IHeaderDictionary headers, string policy, Func<Task> next)
    {
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        return next();
    }
}
