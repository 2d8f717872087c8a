using System.Net.Sockets;
using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Shell.Isolation;

/// <summary>
/// Where the shells of one workspace run: the main one, and others beside it. Disposed when the last one has ended:
/// then nothing that any of them started is left. Thread-safe.
/// </summary>
internal interface IWorkspacePlace : IAsyncDisposable
{
    ShellPaths Paths { get; }

    /// <summary>Who its processes are on this machine; null when they are who the portal is.</summary>
    uint? User => null;

    /// <summary>Turns the start of a plain shell into the start of one in this place.</summary>
    /// <param name="beside">Whether it is one beside the main shell.</param>
    PtyStartInfo Wrap(PtyStartInfo shell, bool beside);

    /// <summary>Whether what is kept on the disk is limited here.</summary>
    bool IsLimited => false;

    /// <summary>Whether anything runs besides the shells.</summary>
    bool RunsPrograms => false;

    /// <summary>Ends the shells and everything else that runs.</summary>
    /// <param name="filesMayGrow">Whether those of the next shells may.</param>
    void EndAll(bool filesMayGrow)
    {
    }

    /// <summary>
    /// On a busy machine, what runs here comes before what runs in other places, or after it; where that cannot be
    /// arranged nothing happens.
    /// </summary>
    void Favor(bool first)
    {
    }

    /// <param name="process">Its id as the main shell knows it.</param>
    bool IsAlive(int process);

    /// <summary>Signals a process group that the main shell made.</summary>
    /// <param name="group">Its id as the main shell knows it.</param>
    void Signal(int group, int signal);

    /// <summary>
    /// TCP ports that the workspace's processes listen on, in order; empty where that cannot be told.
    /// </summary>
    IReadOnlyList<int> ListeningPorts();

    /// <summary>A connection to what listens on a port of the workspace.</summary>
    /// <exception cref="SocketException">Nothing listens there.</exception>
    Task<Socket> ConnectAsync(int port, CancellationToken cancellationToken);
}

/// <summary>Where things are, as a workspace's shell sees them.</summary>
/// <param name="Home">The learner's own files.</param>
/// <param name="Lesson">In the home; where the shell starts.</param>
/// <param name="Input">What the portal tells the shell.</param>
/// <param name="Output">What the shell tells the portal.</param>
/// <param name="Manifests">The lesson's manifests, to be copied; null for none.</param>
/// <param name="Template">What else a new workspace starts with, to be copied; null for none.</param>
/// <param name="Search">The value of PATH.</param>
internal sealed record ShellPaths(
    string Home,
    string Lesson,
    string Input,
    string Output,
    string? Manifests,
    string? Template,
    string Search
)
{
    /// <summary>Ends the names of the files that only one shell reads and writes; empty for the main one.</summary>
    public string Suffix { get; init; } = "";
}
