namespace Portal.Shared;

/// <summary>
/// Whether the wall's clock can be believed about how long ago something was. Where it is set forwards, what was used
/// a moment ago looks old; so what deletes by age asks here first. A machine that slept looks the same, and is treated
/// so. What happened before this process is not known. Not thread-safe. Compiled into each project that needs it.
/// </summary>
internal sealed class WallClock(TimeProvider time)
{
    private DateTimeOffset _wall = time.GetUtcNow();
    private long _steady = time.GetTimestamp();
    private long? _jumped;

    /// <summary>
    /// False for as long as the age itself after the clock went forwards by more than half of it, against the steady
    /// clock, since the last look.
    /// </summary>
    public bool IsBelieved(TimeSpan age)
    {
        var (wall, steady) = (time.GetUtcNow(), time.GetTimestamp());
        if (wall - _wall - time.GetElapsedTime(_steady, steady) > age / 2) _jumped = steady;
        (_wall, _steady) = (wall, steady);
        return _jumped is not { } jumped || time.GetElapsedTime(jumped, steady) >= age;
    }
}
