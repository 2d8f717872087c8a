using Microsoft.Extensions.Options;
using Portal.Web.Ports;

namespace Portal.Web.Hosting;

internal static class SecurityHeaders
{
    // Inline styles: MudBlazor positions popovers and writes its theme with them. Scripts come from this host only.
    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; "
        + OwnForms + "; " + NoFrames;

    private const string NoFrames = "frame-ancestors 'none'";
    private const string OwnForms = "form-action 'self'";

    public static void UseSecurityHeaders(this IApplicationBuilder app)
    {
        var services = app.ApplicationServices;
        // Known when the server listens.
        var policy = new Lazy<string>(() => ContentSecurityPolicy + "; frame-src 'self' " + PortAddress.Pattern(
            services.GetRequiredService<PublicAddress>().Of("/"),
            services.GetRequiredService<IOptions<PortOptions>>().Value.Domain));
        app.Use((context, next) => Add(context.Response.Headers, policy.Value, () => next(context)));
    }

    /// <summary>Lets pages of these sites show this one answer in a frame.</summary>
    public static void LetFrame(HttpResponse response, IEnumerable<string> origins)
    {
        var allowed = string.Join(' ', origins.Distinct(StringComparer.OrdinalIgnoreCase));
        if (allowed.Length == 0)
            return;
        response.Headers.Remove("X-Frame-Options"); // knows no list
        Replace(response, NoFrames, "frame-ancestors " + allowed);
    }

    /// <summary>Lets the form of this one answer be sent to this address.</summary>
    public static void LetPostTo(HttpResponse response, string address) =>
        Replace(response, OwnForms, OwnForms + " " + new Uri(address).GetLeftPart(UriPartial.Authority));

    private static void Replace(HttpResponse response, string old, string other) =>
        response.Headers.ContentSecurityPolicy = response
            .Headers.ContentSecurityPolicy.ToString()
            .Replace(old, other, StringComparison.Ordinal);

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
