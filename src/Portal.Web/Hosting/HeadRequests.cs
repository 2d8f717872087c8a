using Microsoft.AspNetCore.Components.Endpoints;

namespace Portal.Web.Hosting;

/// <summary>
/// Answers HEAD as GET without its body (RFC 9110, 9.3.2) for pages, which are mapped for GET only. Other endpoints
/// that
/// are mapped for GET alone refuse it: a link that works once is not used up by who only looks at it.
/// </summary>
internal static class HeadRequests
{
    public static void UseRoutingWithHead(this WebApplication app)
    {
        app.Use(AskAsync);
        app.UseRouting();
        app.Use(RefuseAsync);
    }

    private static async Task AskAsync(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await next(context);
            return;
        }
        context.Features.Set(new Head());
        context.Request.Method = HttpMethods.Get;
        context.Response.Body = Stream.Null;
        try
        {
            await next(context);
        }
        finally
        {
            context.Request.Method = HttpMethods.Head;
        }
    }

    private static Task RefuseAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<Head>() is null || context.GetEndpoint() is not { } endpoint || Takes(endpoint))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        context.Response.Headers.Allow = HttpMethods.Get;
        return Task.CompletedTask;
    }

    private static bool Takes(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null
        || endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is not { HttpMethods: { Count: > 0 } methods }
        || methods.Contains(HttpMethods.Head, StringComparer.OrdinalIgnoreCase);

    /// <summary>The request was made by HEAD.</summary>
    private sealed class Head;
}
