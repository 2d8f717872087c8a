using System.Diagnostics;

namespace Portal.Sandbox.Programs.Budgets;

/// <summary>
/// The generic cell rate algorithm: work is paid for at a rate, with a burst that costs no wait. It remembers one
/// moment - when everything spent so far will have been paid - so nothing has to run while nobody spends.
/// Thread-safe.
/// </summary>
internal sealed class TokenBucket(TimeSpan burst)
{
    private readonly Lock _gate = new();
    private double _paid;

    private static double Now => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

    /// <summary>Whether more was spent than the burst allows.</summary>
    public bool IsOverdrawn
    {
        get
        {
            lock (_gate) return _paid - Now > burst.TotalSeconds / 2;
        }
    }

    /// <summary>Spends seconds of processor time at a rate in cores.</summary>
    /// <returns>How long the spender has to wait.</returns>
    public TimeSpan Spend(double seconds, double cores)
    {
        lock (_gate)
        {
            var now = Now;
            _paid = Math.Max(now, _paid) + (seconds / Math.Max(cores, 0.001));
            var wait = _paid - now - burst.TotalSeconds;
            return wait > 0 ? TimeSpan.FromSeconds(wait) : TimeSpan.Zero;
        }
    }
}
