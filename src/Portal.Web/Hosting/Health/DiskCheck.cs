using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Portal.Web.Hosting.Health;

/// <summary>Whether the data directory has room for what learners do.</summary>
internal sealed class DiskCheck(IOptions<DataOptions> data) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        const long Mebibyte = 1 << 20;
        var free = new DriveInfo(data.Value.Directory!).AvailableFreeSpace / Mebibyte;
        return Task.FromResult(
            free >= data.Value.MinimumFreeMebibytes
                ? HealthCheckResult.Healthy()
                : new HealthCheckResult(
                    context.Registration.FailureStatus,
                    $"{free} MiB free, less than {DataOptions.SectionName}:MinimumFreeMebibytes "
                        + $"({data.Value.MinimumFreeMebibytes})"
                )
        );
    }
}
