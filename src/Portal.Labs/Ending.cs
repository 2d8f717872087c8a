namespace Portal.Labs;

/// <summary>
/// Ends the parts of something one after the other: every part gets its turn whatever the others throw, and none can
/// hold the rest up for more than a while. What failed is kept for the owner to report.
/// </summary>
internal sealed class Ending(TimeProvider time)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private readonly List<(string Part, Exception Exception)> _failures = [];

    public IReadOnlyList<(string Part, Exception Exception)> Failures => _failures;

    public async Task PartAsync(string part, Func<ValueTask> end)
    {
        try
        {
            await end().AsTask().WaitAsync(s_limit, time).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _failures.Add((part, e));
        }
    }

    public void Part(string part, Action end)
    {
        try
        {
            end();
        }
        catch (Exception e)
        {
            _failures.Add((part, e));
        }
    }

    /// <summary>Throws when a part failed, for an owner that cannot report by itself.</summary>
    public void ThrowIfFailed()
    {
        if (_failures.Count > 0)
            throw new AggregateException(
                string.Join(", ", _failures.Select(f => f.Part)) + " did not end cleanly.",
                _failures.Select(f => f.Exception)
            );
    }
}
