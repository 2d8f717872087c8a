namespace Portal.Testing;

/// <summary>How long a test waits before it calls something hung. Generous on purpose: a limit, never an assertion about speed.</summary>
public static class TestTimeouts
{
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Waits for a task, and fails with a clear message when it hangs.</summary>
    public static async Task<T> DefaultTimeout<T>(this Task<T> task) => await task.WaitAsync(Default);

    public static async Task DefaultTimeout(this Task task) => await task.WaitAsync(Default);
}
