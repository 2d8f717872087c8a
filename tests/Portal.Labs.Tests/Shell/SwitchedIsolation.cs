using System.Collections.Concurrent;
using System.Net.Sockets;
using Portal.Labs.Shell;
using Portal.Labs.Shell.Isolation;
using Portal.Labs.Shell.Pty;
using Portal.Shared;

namespace Portal.Labs.Tests.Shell;

/// <summary>No isolation, and a shell that can be replaced by a program that is none.</summary>
internal sealed class SwitchedIsolation : IWorkspaceIsolation
{
    /// <summary>What is started in place of bash, or null.</summary>
    public string? Program { get; set; }

    /// <summary>Why a workspace cannot start, or null.</summary>
    public WorkspaceException? Problem { get; set; }

    /// <summary>What its workspaces were told, in order.</summary>
    public ConcurrentQueue<bool> Favored { get; } = new();

    public string Name => "switched";

    public WorkspaceException? Check() => Problem;

    public IWorkspacePlace Prepare(WorkspaceSpec spec, Guarded guarded)
    {
        WorkspaceFiles.WriteKubeconfig(spec, isApart: false);
        return new Place(this, new ProcessPlace(spec));
    }

    private sealed class Place(SwitchedIsolation isolation, ProcessPlace plain) : IWorkspacePlace
    {
        public ShellPaths Paths => plain.Paths;

        public PtyStartInfo Wrap(PtyStartInfo shell, bool beside) =>
            isolation.Program is { } program ? shell with { File = program } : shell;

        public void Favor(bool first) => isolation.Favored.Enqueue(first);
        public bool IsAlive(int process) => plain.IsAlive(process);
        public void Signal(int group, int signal) => plain.Signal(group, signal);
        public IReadOnlyList<int> ListeningPorts() => plain.ListeningPorts();

        public Task<Socket> ConnectAsync(int port, CancellationToken cancellationToken) =>
            plain.ConnectAsync(port, cancellationToken);

        public ValueTask DisposeAsync() => plain.DisposeAsync();
    }
}
