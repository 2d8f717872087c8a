namespace Portal.Labs.Capacity;

/// <summary>How fast places became free lately. Not thread-safe.</summary>
internal sealed class Departures(TimeProvider time)
{
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(30);

    /// <summary>One alone says nothing of how fast they are.</summary>
    private const int Fewest = 2;
    private const int Most = 50;

    private readonly Queue<DateTimeOffset> _times = new();

    public void Note()
    {
        _times.Enqueue(time.GetUtcNow());
        if (_times.Count > Most) _times.Dequeue();
    }

    /// <summary>Until so many places more are free; in steps that a reader can use.</summary>
    public TimeSpan? Estimate(int places)
    {
        var now = time.GetUtcNow();
        while (_times.TryPeek(out var first) && now - first > s_window) _times.Dequeue();
        if (_times.Count < Fewest) return null;
        var wait = (now - _times.Peek()) / _times.Count * places;
        var step = wait > TimeSpan.FromMinutes(2) ? TimeSpan.FromMinutes(1) : TimeSpan.FromSeconds(15);
        return step * Math.Max(1, Math.Ceiling(wait / step));
    }
}
