namespace Portal.Labs;

/// <summary>
/// What keeps learners' workspaces apart on this machine, for operators and for those who must not start without.
/// </summary>
public interface IWorkspaceWalls
{
    /// <summary>Whether a learner's processes see nothing of another's and of the portal.</summary>
    bool AreApart { get; }

    /// <summary>Name of the isolation that is used.</summary>
    string Name { get; }

    /// <summary>Why bubblewrap cannot be used here and what to do about it; null when it can.</summary>
    string? Problem { get; }

    /// <summary>What limits workspaces where they are apart: control groups, or limits of each process only.</summary>
    string Limits { get; }
}
