using Microsoft.Extensions.Options;
using Portal.Labs.Shell.Isolation.Bubblewrap;

namespace Portal.Labs.Shell.Isolation;

/// <summary>The isolation that workspaces of this portal get.</summary>
internal sealed class WorkspaceIsolations(IEnumerable<IWorkspaceIsolation> isolations, IOptions<LabsOptions> options)
    : IWorkspaceWalls
{
    public const string Automatic = "auto";

    private IWorkspaceIsolation? _chosen;

    /// <summary>The one that is configured, or the best that works here. Found when first asked for.</summary>
    public IWorkspaceIsolation Chosen => LazyInitializer.EnsureInitialized(ref _chosen, Choose);

    public bool AreApart => Chosen.Name != ProcessIsolation.IsolationName;

    public string Name => Chosen.Name;

    public string? Problem =>
        Named(BubblewrapIsolation.IsolationName)?.Check() is { } e ? $"{e.Message} {e.Remedy}" : null;

    public string Limits => ControlGroups.OfThisMachine.Describe();

    private IWorkspaceIsolation Choose()
    {
        if (!options.Value.Isolation.Equals(Automatic, StringComparison.OrdinalIgnoreCase))
            return Named(options.Value.Isolation)!;
        var best = Named(BubblewrapIsolation.IsolationName);
        return best is not null && best.Check() is null ? best : Named(ProcessIsolation.IsolationName)!;
    }

    // The last of a name wins: a host may bring its own.
    private IWorkspaceIsolation? Named(string name) =>
        isolations.LastOrDefault(i => i.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
