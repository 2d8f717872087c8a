using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Portal.Web.Hosting.Telemetry;

/// <summary>Measurements and traces of the portal, to whom its operator lets have them.</summary>
internal static class TelemetryExtensions
{
    private const string Portal = "Portal";

    // None of them knows whose a request or a circuit is: routes are told as their templates.
    private static readonly string[] s_meters =
    [
        Portal,
        "Microsoft.AspNetCore.Components.Server.Circuits",
        "Microsoft.AspNetCore.Hosting",
        "System.Runtime",
    ];

    public static void AddPortalTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TelemetryOptions>().BindConfiguration(TelemetryOptions.SectionName).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TelemetryOptions>, TelemetryOptions.Validator>();
        var options = new TelemetryOptions();
        configuration.GetSection(TelemetryOptions.SectionName).Bind(options);
        var sends = !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        if (!sends && !options.HasMetrics)
            return;
        var telemetry = services
            .AddOpenTelemetry()
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(s_meters);
                if (options.HasMetrics)
                    metrics.AddPrometheusExporter();
                if (sends)
                    metrics.AddOtlpExporter();
            });
        if (sends)
            telemetry.WithTracing(traces => traces.AddSource(Portal).AddOtlpExporter());
    }

    public static void MapPortalMetrics(this IEndpointRouteBuilder endpoints)
    {
        var options = endpoints.ServiceProvider.GetRequiredService<IOptions<TelemetryOptions>>().Value;
        if (!options.HasMetrics)
            return;
        var expected = Encoding.UTF8.GetBytes("Bearer " + options.MetricsToken);
        // Who measures is no person: the token alone lets in.
        endpoints
            .MapPrometheusScrapingEndpoint(
                "/metrics",
                meterProvider: null,
                configureBranchedPipeline: branch =>
                    branch.Use(
                        (context, next) =>
                        {
                            var given = context.Request.Headers.Authorization.ToString();
                            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), expected))
                                return next(context);
                            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                            context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
                            return Task.CompletedTask;
                        }
                    ),
                optionsName: null
            )
            .AllowAnonymous();
    }
}
