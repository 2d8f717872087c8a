using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Portal.Classroom.Access;
using Portal.Labs.Sessions;
using Portal.Web.Hosting;
using Portal.Web.Identity;
using Yarp.ReverseProxy.Forwarder;

namespace Portal.Web.Ports;

/// <summary>
/// Answers on the hosts of ports (see <see cref="PortAddress"/>) with what listens there. Each is an origin of its own:
/// a page in it has none of the portal's cookies, and the portal's cookie of that host does not reach the program.
/// </summary>
internal sealed class PortProxy(
    IHttpForwarder forwarder,
    ILessonSessions sessions,
    IAccess access,
    PortTickets tickets,
    PublicAddress portal,
    IOptions<PortOptions> options
) : IMiddleware, IDisposable
{
    /// <summary>Where a ticket becomes a cookie; a path that programs do not have.</summary>
    public const string EntryPath = "/.portal/enter";
    public const string CookieName = "portal-port";

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectCallback = (connection, cancellation) => ConnectAsync(sessions, connection.DnsEndPoint, cancellation),
    });

    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        PortAddress.Parse(context.Request.Host.Host, options.Value.Domain) is { } address
            ? AnswerAsync(context, address)
            : next(context);

    public void Dispose() => _client.Dispose();

    private async Task AnswerAsync(HttpContext context, PortAddress address)
    {
        if (context.Request.Path == EntryPath)
        {
            Enter(context, address);
            return;
        }
        var viewer = IsFromElsewhere(context.Request)
            ? null
            : tickets.ViewerOfCookie(context.Request.Cookies[CookieName], address);
        if (viewer is null)
        {
            await RefuseAsync(context, address);
            return;
        }
        if (
            sessions.FindWorkspace(address.WorkspaceId) is not { } session
            || !await access.MaySeeAsync(viewer, session.Key.LearnerId, context.RequestAborted)
        )
        {
            await SayAsync(
                context,
                StatusCodes.Status404NotFound,
                "This workspace is not there any more. Open its lesson again."
            );
            return;
        }
        var error = await forwarder.SendAsync(
            context,
            $"http://{address.WorkspaceId}:{address.Port}/",
            _client,
            ForwarderRequestConfig.Empty,
            new PortTransformer(address, Framers())
        );
        if (error == ForwarderError.Request && !context.Response.HasStarted)
            await SayAsync(
                context,
                StatusCodes.Status502BadGateway,
                $"Nothing listens on port {address.Port} of the workspace. Run the step that forwards it again."
            );
    }

    private void Enter(HttpContext context, PortAddress address)
    {
        if (tickets.ViewerOfTicket(context.Request.Query["ticket"], address) is not { } viewer)
        {
            context.Response.Redirect(portal.Of(PortAddress.Path(address.WorkspaceId, address.Port)).ToString());
            return;
        }
        var cookie = new CookieOptions
        {
            HttpOnly = true,
            Secure = context.Request.IsHttps,
            SameSite = SameSiteMode.Lax,
            MaxAge = PortTickets.CookieLifetime,
        };
        var isFramed = context.Request.Headers["Sec-Fetch-Dest"] == "iframe";
        if (isFramed && (cookie.Secure || IsOfThisMachine(context.Request)))
        {
            // To a browser the names of ports may be other sites than the portal. One that is framed in it has a cookie
            // for there alone: in a page of another site it is nobody's.
            cookie.SameSite = SameSiteMode.None;
            cookie.Secure = true;
            cookie.Extensions.Add("Partitioned");
        }
        context.Response.Cookies.Append(CookieName, tickets.Cookie(address, viewer), cookie);
        context.Response.Redirect(LocalUrl.Of(context.Request.Query["path"]));
    }

    /// <summary>The origins of the portal's pages: on this machine it has two names.</summary>
    private string Framers()
    {
        var origin = portal.Of("/");
        var names = origin.IsLoopback ? [origin.Host, "localhost", "127.0.0.1"] : (string[])[origin.Host];
        return string.Join(
            ' ',
            names.Distinct().Select(n => new UriBuilder(origin) { Host = n }.Uri.GetLeftPart(UriPartial.Authority)));
    }

    /// <summary>Browsers trust them without https.</summary>
    private static bool IsOfThisMachine(HttpRequest request) =>
        request.Host.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>A page of another site that asks, rather than leads here, has no business with the cookie.</summary>
    private static bool IsFromElsewhere(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] == "cross-site" && request.Headers["Sec-Fetch-Mode"] != "navigate";

    /// <summary>A page leads to the portal, which knows who somebody is; nothing else does.</summary>
    private async Task RefuseAsync(HttpContext context, PortAddress address)
    {
        if (
            HttpMethods.IsGet(context.Request.Method)
            && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal)
        )
        {
            var path = new QueryString().Add("path", context.Request.Path + context.Request.QueryString);
            context.Response.Redirect(portal.Of(PortAddress.Path(address.WorkspaceId, address.Port) + path).ToString());
            return;
        }
        await SayAsync(context, StatusCodes.Status401Unauthorized, "Open this port from its lesson.");
    }

    private static Task SayAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private static async ValueTask<Stream> ConnectAsync(
        ILessonSessions sessions,
        DnsEndPoint there,
        CancellationToken cancellationToken
    ) =>
        sessions.FindWorkspace(there.Host) is { } session
            ? await session.ConnectAsync(there.Port, cancellationToken)
            : throw new SocketException((int)SocketError.HostNotFound);
}
