using Microsoft.Extensions.Diagnostics.HealthChecks;
using Portal.Web.Hosting.Draining;

namespace Portal.Web.Hosting.Health;

/// <summary>Whether the portal is about to end.</summary>
internal sealed class DrainCheck(PortalDrain drain) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(
            drain.IsDraining
                ? new HealthCheckResult(context.Registration.FailureStatus, "about to end")
                : HealthCheckResult.Healthy()
        );
}
