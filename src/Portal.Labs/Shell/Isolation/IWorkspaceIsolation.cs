using Portal.Shared;

namespace Portal.Labs.Shell.Isolation;

/// <summary>How the processes of a workspace are kept apart from everything else. Chosen by name in the configuration.</summary>
internal interface IWorkspaceIsolation
{
    string Name { get; }

    /// <summary>Why this isolation cannot be used on this machine and what to do about it, or null when it can.</summary>
    WorkspaceException? Check();

    /// <summary>The place of a workspace, whose directory is there already.</summary>
    /// <exception cref="WorkspaceException">There is no place for another one.</exception>
    IWorkspacePlace Prepare(WorkspaceSpec spec, Guarded guarded);
}
