namespace Portal.Sandbox.Programs;

/// <summary>
/// What a container uses. Work is added when it happens and forgotten over a minute, computed when asked: nothing is
/// sampled, so an idle container costs nothing. Thread-safe.
/// </summary>
internal sealed class ContainerUsage
{
    private static readonly TimeSpan s_memory = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private double _cores;
    private DateTimeOffset _at;

    /// <summary>Cores that the program keeps busy by itself.</summary>
    public double BusyCores { get; set; }

    /// <summary>Bytes that the program holds beyond what every process needs.</summary>
    public long HeldBytes { get; set; }

    /// <summary>Adds work that took some CPU time.</summary>
    public void Add(TimeSpan work, DateTimeOffset now)
    {
        lock (_gate)
        {
            _cores = Decayed(now) + work / s_memory;
            _at = now;
        }
    }

    public double Cores(DateTimeOffset now)
    {
        lock (_gate) return BusyCores + Decayed(now);
    }

    public void Reset()
    {
        lock (_gate) (_cores, BusyCores, HeldBytes) = (0, 0, 0);
    }

    private double Decayed(DateTimeOffset now) => _cores == 0 ? 0 : _cores * Math.Exp(-Math.Max(0, (now - _at) / s_memory));
}
