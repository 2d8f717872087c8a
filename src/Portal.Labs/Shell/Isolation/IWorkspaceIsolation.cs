using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Shell.Isolation;

/// <summary>How the processes of a workspace are kept apart from everything else. Chosen by name in the configuration.</summary>
public interface IWorkspaceIsolation
{
    string Name { get; }

    /// <summary>Why this isolation cannot be used on this machine and what to do about it, or null when it can.</summary>
    WorkspaceException? Check();

    /// <summary>Turns the start of a plain shell into the start of an isolated one.</summary>
    PtyStartInfo Wrap(PtyStartInfo shell, WorkspacePaths paths);
}

/// <param name="Home">The learner's own files.</param>
/// <param name="Control">Files that the portal and the shell exchange.</param>
public sealed record WorkspacePaths(string Home, string Control);
