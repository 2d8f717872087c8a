namespace Portal.Testing;

/// <summary>Waits for a condition that nothing signals, such as one of the operating system's.</summary>
public static class Eventually
{
    public static async Task True(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        while (!condition()) await Task.Delay(20, limit.Token);
    }

    /// <summary>As the other, for a condition that has to ask: no thread waits for the answer.</summary>
    public static async Task True(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        while (!await condition()) await Task.Delay(20, limit.Token);
    }
}
