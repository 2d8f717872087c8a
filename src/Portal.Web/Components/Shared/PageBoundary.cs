using Microsoft.AspNetCore.Components.Web;
using Portal.Web.Hosting;

namespace Portal.Web.Components.Shared;

/// <summary>
/// An error boundary that lets through, while a page is made for a request, that the database is away: the request is
/// then answered as a whole.
/// </summary>
public sealed class PageBoundary : ErrorBoundary
{
    protected override Task OnErrorAsync(Exception exception)
    {
        if (!RendererInfo.IsInteractive && DatabaseAway.Is(exception))
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception);
        return base.OnErrorAsync(exception);
    }
}
