using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>
/// How long an object that a controller failed on has to wait: 5 ms, doubled with each failure in a row, as the rate
/// limiter of client-go's work queues does. Used by one thread at a time, except <see cref="Contains"/>.
/// </summary>
internal sealed class RetryBackOff
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(5);

    /// <summary>client-go goes on to a quarter of an hour; a learner does not wait that long.</summary>
    private static readonly TimeSpan s_last = TimeSpan.FromMinutes(1);

    private readonly System.Collections.Concurrent.ConcurrentDictionary<
        (int Controller, ObjectName Name),
        TimeSpan
    > _delays = new();

    public bool Contains((int Controller, ObjectName Name) item) => _delays.ContainsKey(item);

    /// <summary>The wait after one more failure.</summary>
    public TimeSpan Next((int Controller, ObjectName Name) item) =>
        _delays.AddOrUpdate(item, s_first, (_, before) => before * 2 < s_last ? before * 2 : s_last);

    public void Forget((int Controller, ObjectName Name) item) => _delays.TryRemove(item, out _);
}
