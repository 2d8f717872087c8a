using System.Net.Sockets;
using Portal.Labs.Shell.Pty;
using Portal.Shared;

namespace Portal.Labs.Shell.Isolation;

/// <summary>No more than an own environment and directory: for a learner on their own machine.</summary>
internal sealed class ProcessIsolation : IWorkspaceIsolation
{
    public const string IsolationName = "process";

    public string Name => IsolationName;

    public WorkspaceException? Check() => null;

    public IWorkspacePlace Prepare(WorkspaceSpec spec, Guarded guarded)
    {
        WorkspaceFiles.WriteKubeconfig(spec, isApart: false);
        return new ProcessPlace(spec);
    }
}

/// <summary>The machine itself. Processes are found by a variable that they carry.</summary>
internal sealed class ProcessPlace(WorkspaceSpec spec) : IWorkspacePlace
{
    public ShellPaths Paths { get; } = new(
        WorkspaceFiles.Home(spec),
        Path.Combine(WorkspaceFiles.Home(spec), spec.LessonId),
        WorkspaceFiles.Input(spec),
        WorkspaceFiles.Output(spec),
        spec.Manifests,
        spec.Template,
        ToolPaths.WorkspacePath(spec.ToolsDirectory));

    public PtyStartInfo Wrap(PtyStartInfo shell, bool beside) => shell;

    public bool IsAlive(int process) => ProcessTree.IsAlive(process);

    public void Signal(int group, int signal) => _ = LibC.Kill(-group, signal);

    /// <summary>The machine's ports are everybody's: which of them are the workspace's cannot be told.</summary>
    public IReadOnlyList<int> ListeningPorts() => [];

    public Task<Socket> ConnectAsync(int port, CancellationToken cancellationToken) =>
        Task.FromException<Socket>(new SocketException((int)SocketError.ConnectionRefused));

    public ValueTask DisposeAsync()
    {
        ProcessTree.KillByVariable(WorkspaceFiles.LessonVariable, Paths.Lesson);
        return ValueTask.CompletedTask;
    }
}
