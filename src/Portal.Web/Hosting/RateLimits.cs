using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Portal.Web.Hosting;

/// <summary>The portal's limits on attempts.</summary>
public sealed class RateLimits(IOptions<LimitOptions> options) : IDisposable
{
    /// <summary>For pages with which people get in.</summary>
    public const string SignIn = "SignIn";

    private readonly PartitionedRateLimiter<string> _runs = PartitionedRateLimiter.Create<string, string>(learnerId =>
        RateLimitPartition.GetTokenBucketLimiter(learnerId, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.Value.RunsPerMinute,
            TokensPerPeriod = Math.Max(1, options.Value.RunsPerMinute / 12),
            ReplenishmentPeriod = TimeSpan.FromSeconds(5),
        })
    );

    /// <summary>Counts a run of this learner.</summary>
    /// <returns>False when there were too many lately; ask again in a few seconds.</returns>
    public bool MayRun(string learnerId)
    {
        using var lease = _runs.AttemptAcquire(learnerId);
        return lease.IsAcquired;
    }

    public void Dispose() => _runs.Dispose();

    internal sealed class Policies(IOptions<LimitOptions> limits) : IConfigureOptions<RateLimiterOptions>
    {
        public void Configure(RateLimiterOptions options)
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.OnRejected = async (context, cancellationToken) =>
            {
                context.HttpContext.Response.Headers.RetryAfter = "60";
                await context.HttpContext.Response.WriteAsync(
                    "Too many attempts from your network. Wait a minute, then go back and try again.",
                    cancellationToken
                );
            };
            // Looking at a page is free; an attempt is a form that was sent.
            options.AddPolicy(SignIn, http =>
                HttpMethods.IsPost(http.Request.Method)
                    ? RateLimitPartition.GetFixedWindowLimiter(
                        http.Connection.RemoteIpAddress?.ToString() ?? "local",
                        _ => new FixedWindowRateLimiterOptions
                        {
                            PermitLimit = limits.Value.SignInsPerMinute,
                            Window = TimeSpan.FromMinutes(1),
                        }
                    )
                    : RateLimitPartition.GetNoLimiter("looking")
            );
        }
    }
}
