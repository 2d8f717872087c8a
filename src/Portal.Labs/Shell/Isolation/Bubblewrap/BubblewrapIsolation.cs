using Microsoft.Extensions.Logging;
using Portal.Labs.Shell.Pty;
using Portal.Shared;

namespace Portal.Labs.Shell.Isolation.Bubblewrap;

/// <summary>
/// Each workspace in namespaces of its own (bubblewrap): it sees no process, file, socket or network but its own, and
/// of the cluster only its API. For this the portal needs to be root, or root of a user namespace of its own (see
/// <see cref="OwnNamespace"/>).
/// </summary>
internal sealed class BubblewrapIsolation : IWorkspaceIsolation
{
    public const string IsolationName = "bubblewrap";

    private readonly Guarded _guarded;
    private readonly Lazy<WorkspaceException?> _problem;
    private readonly WorkspaceUsers _users = new(
        File.Exists("/proc/self/uid_map") ? File.ReadAllText("/proc/self/uid_map") : "",
        OperatingSystem.IsLinux() ? Kernel.UserId() : 0,
        UserIdBlocks.OfThisMachine);

    public BubblewrapIsolation(ILogger<BubblewrapIsolation> logger, TimeProvider time)
    {
        _guarded = new Guarded("workspaces", logger, time);
        _problem = new(FindProblem);
    }

    public string Name => IsolationName;

    /// <summary>Tries it out, once.</summary>
    public WorkspaceException? Check() => _problem.Value;

    public IWorkspacePlace Prepare(WorkspaceSpec spec, Guarded guarded)
    {
        var user = _users.Of(WorkspaceFiles.Home(spec), WorkspaceFiles.Homes(spec.Root));
        WorkspaceFiles.WriteKubeconfig(spec, isApart: true);
        WorkspaceFiles.GiveTo(spec, user);
        return new BubblewrapPlace(spec, user, _users.AreSeparate, guarded);
    }

    private WorkspaceException? FindProblem()
    {
        if (!OperatingSystem.IsLinux())
            return new(
                "Workspaces can be kept apart on Linux only.",
                "Run the portal on Linux, in WSL or in a container.");
        if (SystemCalls.OfThisMachine is null)
            return new(
                "Workspaces cannot be kept apart on this processor.",
                "Use a machine with an x86-64 or 64-bit Arm processor."
            );
        if (ToolPaths.Find("bwrap") is null)
            return new(
                "bwrap was not found on this machine.",
                "Install bubblewrap (apt-get install bubblewrap) and start the portal again."
            );
        if (new[] { "setpriv", "prlimit" }.FirstOrDefault(p => ToolPaths.Find(p) is null) is { } missing)
            return new($"{missing} was not found on this machine.", "Install util-linux and start the portal again.");
        return OwnNamespace.TryWalls() is { } problem
            ? new($"bubblewrap does not work here: {problem}", OwnNamespace.Remedy())
            : TryMounts();
    }

    private WorkspaceException? TryMounts()
    {
        Exception? problem = null;
        BlockingThread
            .Start(
                "try mounts",
                _guarded,
                () =>
                {
                    try
                    {
                        Kernel.LeaveMounts();
                        Kernel.MountTemporary(StagingArea.Root, "size=64k");
                    }
                    catch (IOException e)
                    {
                        problem = e;
                    }
                },
                () => { }
            )
            .Join();
        return problem is null
            ? null
            : new($"The portal may not prepare workspaces here: {problem.Message}.", OwnNamespace.Remedy());
    }
}
