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

    private readonly PartitionedRateLimiter<string> _runs = ALearner(options.Value.RunsPerMinute);
    private readonly PartitionedRateLimiter<string> _requests = ALearner(options.Value.RequestsPerMinute);

    /// <summary>Counts runs that this learner is about to start together: all or none of them.</summary>
    /// <returns>Null when they may start, else why not, for the learner.</returns>
    public string? RefuseRuns(string learnerId, int count)
    {
        var limit = options.Value.RunsPerMinute;
        return Wait(_runs, learnerId, count, limit) is { } seconds
            ? $"You started {limit} runs within a minute, and that is the limit. Nothing was run. Wait "
                + $"{seconds} s, then run it again."
            : null;
    }

    /// <summary>Counts requests that this learner is about to send together: all or none of them.</summary>
    /// <inheritdoc cref="RefuseRuns" path="/returns"/>
    public string? RefuseRequests(string learnerId, int count)
    {
        var limit = options.Value.RequestsPerMinute;
        return Wait(_requests, learnerId, count, limit) is { } seconds
            ? $"You sent {limit} requests within a minute, and that is the limit. Nothing was sent. Wait "
                + $"{seconds} s, then send them again."
            : null;
    }

    public void Dispose()
    {
        _runs.Dispose();
        _requests.Dispose();
    }

    private static PartitionedRateLimiter<string> ALearner(int perMinute) =>
        PartitionedRateLimiter.Create<string, string>(learnerId =>
            RateLimitPartition.GetTokenBucketLimiter(learnerId, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = perMinute,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,
            })
        );

    /// <summary>Seconds to wait, or null when that many may begin.</summary>
    private static double? Wait(PartitionedRateLimiter<string> limiter, string learnerId, int count, int limit)
    {
        // A step of more blocks than the limit takes all of it.
        using var lease = limiter.AttemptAcquire(learnerId, Math.Min(count, limit));
        if (lease.IsAcquired) return null;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
        return Math.Max(1, Math.Ceiling(wait.TotalSeconds));
    }

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
