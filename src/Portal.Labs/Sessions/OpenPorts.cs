using System.Collections.Immutable;

namespace Portal.Labs.Sessions;

/// <summary>Tells whose the ports are that programs of a workspace listen on.</summary>
internal static class OpenPorts
{
    /// <summary>A port is the block's whose run opened it, for as long as it is open.</summary>
    public static ImmutableArray<ListeningPort> Of(ImmutableArray<int> ports, SessionSnapshot before) =>
    [
        .. ports.Select(p => before.Ports.FirstOrDefault(known => known.Number == p) ?? new(p, OpenedBy(p, before))),
    ];

    /// <summary>
    /// The latest run that forwards the port. A job in the background listens a while after it was started, when
    /// another
    /// block may run already; what says nothing of the port is taken for the latest.
    /// </summary>
    private static string? OpenedBy(int port, SessionSnapshot snapshot)
    {
        var runs = snapshot.Runs.Values.OrderByDescending(r => r.Started).ToList();
        var says = $"{port}:";
        return (
            runs.FirstOrDefault(r => r.Commands.Any(c => c.Text.Contains(says, StringComparison.Ordinal)))
            ?? runs.FirstOrDefault()
        )?.BlockId;
    }
}
