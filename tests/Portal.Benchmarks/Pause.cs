namespace Portal.Benchmarks;

/// <summary>
/// Time that has to pass because it is part of what is measured. A benchmark is run by hand and asserts nothing; a test
/// waits for what it wants to see (<c>Eventually</c>).
/// </summary>
internal static class Pause
{
    /// <param name="because">What passes meanwhile.</param>
    public static Task ForAsync(TimeSpan duration, string because, CancellationToken stop = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(because);
        return Task.Delay(duration, stop);
    }
}
