namespace Portal.Testing;

/// <summary>Waits for a condition that nothing signals, such as one of the operating system's.</summary>
public static class Eventually
{
    public static async Task True(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        while (!condition()) await Task.Delay(20, limit.Token);
    }
}
