using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Portal.Classroom.Access;
using Portal.Labs.Sessions;
using Portal.Web.Hosting;
using Portal.Web.Identity;

namespace Portal.Web.Ports;

/// <summary>The way from a lesson to what listens in its workspace.</summary>
internal static class PortEndpoints
{
    public static void MapPorts(this IEndpointRouteBuilder endpoints) =>
        endpoints
            .MapGet("/ports/{workspaceId}/{port:int:range(1,65535)}", OpenAsync)
            .RequireAuthorization(Policies.Learner);

    /// <summary>
    /// Leads who may see the workspace to the port's own host; to everybody else there is none. Who is not its learner
    /// comes by a page that says whose it is.
    /// </summary>
    private static async Task<Results<RedirectHttpResult, NotFound>> OpenAsync(
        string workspaceId,
        int port,
        [FromQuery] string? path,
        [FromQuery] bool? framed,
        HttpContext context,
        ILessonSessions sessions,
        IAccess access,
        PortTickets tickets,
        PublicAddress portal,
        IOptions<PortOptions> options,
        CancellationToken cancellationToken
    )
    {
        var viewer = context.User.FindFirstValue(ClaimTypes.NameIdentifier)!;
        if (
            sessions.FindWorkspace(workspaceId) is not { } session
            || !await access.MaySeeAsync(viewer, session.Key.LearnerId, cancellationToken)
        )
            return TypedResults.NotFound();
        // Somebody else's is never taken for one's own.
        if (viewer != session.Key.LearnerId && framed != true)
            return TypedResults.LocalRedirect(
                PortAddress.Path(workspaceId, port) + "/learner" + new QueryString().Add("path", LocalUrl.Of(path)));
        var address = new PortAddress(port, workspaceId);
        var there = new UriBuilder(portal.Of("/"))
        {
            Host = address.Host(options.Value.Domain),
            Path = PortProxy.EntryPath,
            Query = new QueryString()
                .Add("ticket", tickets.Ticket(address, viewer))
                .Add("path", LocalUrl.Of(path))
                .ToString(),
        };
        return TypedResults.Redirect(there.Uri.ToString());
    }
}
