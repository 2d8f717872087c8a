using System.Data.Common;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Portal.Web.Components;
using SQLitePCL;

namespace Portal.Web.Hosting;

/// <summary>
/// While the database does not answer: pages say so and come back by themselves, everything else is told when to ask
/// again.
/// </summary>
internal static class DatabaseAway
{
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    // By SQLSTATE's classes: connection, credentials, no such database, resources, operator, system, corrupt.
    private static readonly string[] s_classes = ["08", "28", "3D", "53", "57", "58", "XX"];

    /// <summary>Whether this says that the database is away, and not that something was asked wrongly.</summary>
    public static bool Is(Exception? exception) =>
        exception switch
        {
            null => false,
            RetryLimitExceededException => true,
            SqliteException sqlite => sqlite.SqliteErrorCode
                is raw.SQLITE_BUSY
                    or raw.SQLITE_LOCKED
                    or raw.SQLITE_READONLY
                    or raw.SQLITE_IOERR
                    or raw.SQLITE_CORRUPT
                    or raw.SQLITE_FULL
                    or raw.SQLITE_CANTOPEN
                    or raw.SQLITE_NOTADB,
            DbException { SqlState: { } state } => s_classes.Any(c => state.StartsWith(c, StringComparison.Ordinal)),
            NpgsqlException => true,
            _ => Is(exception.InnerException),
        };

    public static void UseDatabaseAway(this IApplicationBuilder app)
    {
        var logger = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(DatabaseAway));
        app.Use(
            async (context, next) =>
            {
                try
                {
                    await next(context);
                }
                catch (Exception e) when (Is(e) && !context.Response.HasStarted)
                {
                    Log.DatabaseAway(logger, context.Request.Path);
                    await AnswerAsync(context);
                }
            }
        );
    }

    /// <summary>Who somebody is cannot be told now; what anybody may open is shown as to a stranger.</summary>
    public static bool MayBeStranger(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private static async Task AnswerAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = $"{RetryAfter.TotalSeconds}";
        context.Response.Headers.CacheControl = "no-store";
        if (context.Request.GetTypedHeaders().Accept.Any(a => a.MediaType == "text/html"))
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            var page = await RenderAsync(context.RequestServices, sent: !HttpMethods.IsGet(context.Request.Method));
            await context.Response.WriteAsync(page, context.RequestAborted);
            return;
        }
        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync(
            $"The portal's database does not answer. Ask again in {RetryAfter.TotalSeconds} seconds.\n",
            context.RequestAborted
        );
    }

    /// <summary>By a renderer of its own: that of the request may be in the middle of the page that failed.</summary>
    private static async Task<string> RenderAsync(IServiceProvider services, bool sent)
    {
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var parameters = ParameterView.FromDictionary(
            new Dictionary<string, object?> { [nameof(DatabaseAwayPage.Sent)] = sent }
        );
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<DatabaseAwayPage>(parameters)).ToHtmlString()
        );
    }
}
