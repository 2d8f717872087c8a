namespace Portal.Sandbox.Programs.Budgets;

/// <summary>The processor time of a cluster's programs.</summary>
internal sealed class ClusterProcessor(ProcessorShares shares, double cores)
{
    private readonly TokenBucket _bucket = new(TimeSpan.FromMilliseconds(20));

    public TimeSpan Spend(double seconds) =>
        _bucket.Spend(seconds, Math.Min(cores, shares.Share(this, _bucket.IsOverdrawn)));
}
