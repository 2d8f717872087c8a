using Portal.Labs.Shell;
using Portal.Labs.Shell.Isolation;
using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Tests.Shell;

/// <summary>No isolation, and a shell that can be replaced by a program that is none.</summary>
internal sealed class SwitchedIsolation : IWorkspaceIsolation
{
    /// <summary>What is started in place of bash, or null.</summary>
    public string? Program { get; set; }

    /// <summary>Why a workspace cannot start, or null.</summary>
    public WorkspaceException? Problem { get; set; }

    public string Name => "switched";

    public WorkspaceException? Check() => Problem;

    public PtyStartInfo Wrap(PtyStartInfo shell, WorkspacePaths paths) =>
        Program is null ? shell : shell with { File = Program };
}
