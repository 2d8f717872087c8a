using Portal.Labs.Sessions;

namespace Portal.Labs.Capacity;

/// <summary>What a session needs of memory: known from those that are open, once there are a few.</summary>
/// <param name="Bytes">Memory of one session.</param>
/// <param name="Sessions">From how many it was measured; 0 when it is expected only.</param>
public sealed record SessionFootprint(long Bytes, int Sessions)
{
    public bool IsMeasured => Sessions > 0;
}

/// <summary>Measures it: what the portal and its shells have grown by since no session was open.</summary>
internal sealed class FootprintMeter(LessonSessionFactory factory, IMachine machine)
{
    private const long Mebibyte = 1 << 20;

    /// <summary>Below it one session that does more than others is all that is seen.</summary>
    private const int Fewest = 5;

    /// <summary>
    /// What a session with a simulated cluster, or none on this machine, needs while it is worked in.
    /// </summary>
    private const int Usual = 24;

    /// <summary>A node of kind with Istio and its sample.</summary>
    private const int OfKind = 3072;

    private readonly long _empty = machine.Read().PortalMemory;

    public SessionFootprint Of(MachineState state, int sessions)
    {
        var expected = Expected * Mebibyte;
        // Clusters of kind are not in this process, nor below it.
        if (sessions < Fewest || IsKind) return new(expected, 0);
        var measured = (state.PortalMemory - _empty + state.ProgramMemory) / sessions;
        // A heap that has just been collected, or was large before, is no proof that sessions need nothing.
        return new(Math.Max(measured, expected / 4), sessions);
    }

    private bool IsKind => factory.Options.DefaultProvider.Equals("kind", StringComparison.OrdinalIgnoreCase);

    private long Expected =>
        factory.Options.Admission.SessionMebibytes is > 0 and var configured ? configured
        : IsKind ? OfKind
        : Usual;
}
