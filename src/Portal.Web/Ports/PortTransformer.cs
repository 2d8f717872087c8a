using System.Globalization;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace Portal.Web.Ports;

/// <summary>
/// Requests reach a program as if its port had been opened on its own machine, and its answers come back so.
/// </summary>
/// <param name="framers">The portal's origins, whose pages alone may frame it.</param>
internal sealed class PortTransformer(PortAddress address, string framers) : HttpTransformer
{
    private readonly string _here = string.Create(CultureInfo.InvariantCulture, $"localhost:{address.Port}");

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext,
        HttpRequestMessage proxyRequest,
        string destinationPrefix,
        CancellationToken cancellationToken
    )
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.Headers.Host = _here;
        if (proxyRequest.Headers.Remove(HeaderNames.Origin))
            proxyRequest.Headers.TryAddWithoutValidation(HeaderNames.Origin, OriginOf(httpContext.Request));

        var cookies = httpContext
            .Request.Cookies.Where(c => c.Key != PortProxy.CookieName)
            .Select(c => $"{c.Key}={c.Value}")
            .ToList();
        proxyRequest.Headers.Remove(HeaderNames.Cookie);
        if (cookies.Count > 0)
            proxyRequest.Headers.TryAddWithoutValidation(HeaderNames.Cookie, string.Join("; ", cookies));
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext,
        HttpResponseMessage? proxyResponse,
        CancellationToken cancellationToken
    )
    {
        var forwarded = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        var headers = httpContext.Response.Headers;
        headers.Remove(HeaderNames.XFrameOptions);
        headers.Append(HeaderNames.ContentSecurityPolicy, "frame-ancestors " + framers);
        // A cookie for more than this host would reach other workspaces, and the portal where they share a domain.
        headers.SetCookie = headers.SetCookie.Select(WithoutDomain).ToArray();
        if (Uri.TryCreate(headers.Location, UriKind.Absolute, out var location) && location.Authority == _here)
            headers.Location = location.PathAndQuery;
        return forwarded;
    }

    /// <summary>Its own page asks for itself; any other is named as what it is.</summary>
    private string OriginOf(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin == $"{request.Scheme}://{request.Host}" ? "http://" + _here : origin;
    }

    private static string? WithoutDomain(string? cookie) =>
        cookie is null
            ? null
            : string.Join(
                ';',
                cookie.Split(';').Where(p => !p.TrimStart().StartsWith("domain", StringComparison.OrdinalIgnoreCase))
            );
}
