using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Portal.Web.Hosting.Health;

/// <summary>
/// <c>/healthz</c>: the process answers, so there is no reason to restart it. <c>/readyz</c>: it can serve learners
/// now;
/// a line says of each part whether it can.
/// </summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static void AddPortalHealth(this IServiceCollection services) =>
        services
            .AddHealthChecks()
            .AddCheck<DatabaseCheck>("database", timeout: s_patience)
            .AddCheck<DiskCheck>("disk", timeout: s_patience)
            .AddCheck<DrainCheck>("portal", timeout: s_patience);

    public static void MapPortalHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        endpoints.MapHealthChecks("/readyz", new HealthCheckOptions { ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(
            string.Concat(report.Entries.Select(e => $"{e.Key}: {Words(e.Value)}\n")),
            context.RequestAborted
        );
    }

    /// <summary>Never an exception's: anybody may read it.</summary>
    internal static string Words(HealthReportEntry entry) =>
        entry.Status == HealthStatus.Healthy ? "ok"
        : entry.Exception is null && entry.Description is { } description ? description
        : "does not answer";
}
