using Microsoft.Extensions.Options;

namespace Portal.Web.Hosting.Telemetry;

/// <summary>
/// Who may measure the portal. Where measurements and traces are sent to, <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and the
/// other variables of OpenTelemetry say.
/// </summary>
public sealed class TelemetryOptions
{
    public const string SectionName = "Portal:Telemetry";

    private const int ShortestToken = 16;

    /// <summary>
    /// With it as its bearer token Prometheus reads <c>/metrics</c>, which is not there without one. May stand in a
    /// file of its own.
    /// </summary>
    public string? MetricsToken { get; set; }

    internal bool HasMetrics => !string.IsNullOrEmpty(MetricsToken);

    internal sealed class Validator : IValidateOptions<TelemetryOptions>
    {
        public ValidateOptionsResult Validate(string? name, TelemetryOptions options) =>
            options.HasMetrics && options.MetricsToken!.Length < ShortestToken
                ? ValidateOptionsResult.Fail(
                    $"{SectionName}:{nameof(MetricsToken)} is shorter than {ShortestToken} characters. Make one with: "
                        + "openssl rand -base64 24"
                )
                : ValidateOptionsResult.Success;
    }
}
