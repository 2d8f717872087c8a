using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Portal.Web.Hosting;

/// <summary>The portal's limits on attempts.</summary>
public sealed class RateLimits(IOptions<LimitOptions> options) : IDisposable
{
    /// <summary>For pages with which people get in.</summary>
    public const string SignIn = "SignIn";

    /// <summary>For what learning platforms send.</summary>
    public const string Launch = "Launch";

    private readonly PartitionedRateLimiter<string> _runs = PartitionedRateLimiter.Create<string, string>(learnerId =>
        RateLimitPartition.GetTokenBucketLimiter(learnerId, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.Value.RunsPerMinute,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / options.Value.RunsPerMinute,
        })
    );

    /// <summary>Counts runs that this learner is about to start together: all or none of them.</summary>
    /// <returns>Null when they may start, else why not, for the learner.</returns>
    public string? RefuseRuns(string learnerId, int count)
    {
        var limit = options.Value.RunsPerMinute;
        // A step of more blocks than the limit takes all of it.
        using var lease = _runs.AttemptAcquire(learnerId, Math.Min(count, limit));
        if (lease.IsAcquired)
            return null;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
        return $"You started {limit} runs within a minute, and that is the limit. Nothing was run. Wait "
            + $"{Math.Max(1, Math.Ceiling(wait.TotalSeconds))} s, then run it again.";
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
                    ? AMinute(http, limits.Value.SignInsPerMinute)
                    : RateLimitPartition.GetNoLimiter("looking")
            );
            options.AddPolicy(Launch, http => AMinute(http, limits.Value.LaunchesPerMinute));
        }

        private static RateLimitPartition<string> AMinute(HttpContext http, int limit) =>
            RateLimitPartition.GetFixedWindowLimiter(
                http.Connection.RemoteIpAddress?.ToString() ?? "local",
                _ => new FixedWindowRateLimiterOptions { PermitLimit = limit, Window = TimeSpan.FromMinutes(1) }
            );
    }
}
