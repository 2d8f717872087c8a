using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Shell.Isolation;

/// <summary>No more than an own environment and directory: for a learner on their own machine.</summary>
internal sealed class ProcessIsolation : IWorkspaceIsolation
{
    public string Name => "process";

    public WorkspaceException? Check() => null;

    public PtyStartInfo Wrap(PtyStartInfo shell, WorkspacePaths paths) => shell;
}
