namespace Portal.Web.Hosting;

/// <summary>Answers HEAD as GET without its body, for pages too, which are mapped for GET only (RFC 9110, 9.3.2).</summary>
internal static class HeadRequests
{
    /// <summary>To be used before routing.</summary>
    public static void UseHeadRequests(this IApplicationBuilder app) =>
        app.Use(
            async (context, next) =>
            {
                if (!HttpMethods.IsHead(context.Request.Method))
                {
                    await next(context);
                    return;
                }
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
        );
}
