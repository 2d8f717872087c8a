using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Portal.Labs.Shell.Pty;
using Portal.Shared;

namespace Portal.Labs.Shell.Isolation.Bubblewrap;

/// <summary>The walls around one workspace. Each of its shells gets them anew, around a <see cref="CommonGround"/>.
/// </summary>
/// <param name="user">Who its processes are on this machine.</param>
/// <param name="isSeparate">Whether that is somebody else than the portal.</param>
internal sealed class BubblewrapPlace(
    WorkspaceSpec spec,
    uint user,
    bool isSeparate,
    Guarded guarded
) : IWorkspacePlace
{
    private static long s_groups;

    private readonly Doors _doors = new(spec.Entrance, spec.Egress, guarded);
    private readonly ControlGroup? _group = ControlGroups.OfThisMachine.Create(
        string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref s_groups)}"),
        spec.Limits);

    private readonly CommonGround _common = new(guarded);

    /// <summary>The first process of the main shell as the machine knows it; 0 when there is none.</summary>
    private volatile int _main;
    private volatile bool _filesMayGrow = true;

    public ShellPaths Paths { get; } = new(
        BubblewrapArguments.Home,
        $"{BubblewrapArguments.Home}/{spec.LessonId}",
        BubblewrapArguments.Input,
        BubblewrapArguments.Output,
        spec.Manifests is null ? null : BubblewrapArguments.Manifests,
        spec.Template is null ? null : BubblewrapArguments.Template,
        BubblewrapArguments.Search);

    public uint? User => isSeparate ? user : null;

    public PtyStartInfo Wrap(PtyStartInfo shell, bool beside)
    {
        var gate = new StartGate();
        var stay = _common.Expect();
        var descriptors = shell.Files.Count + 3;
        return shell with
        {
            File = ToolPaths.Find("prlimit")!,
            Files = [.. shell.Files, .. gate.ChildEnds],
            Directory = "/",
            Arguments = [],
            Prepare = info =>
            {
                var arguments = stay.Begin(s => BubblewrapArguments.Build(spec, s, _doors.Hosts, descriptors));
                return info with
                {
                    Arguments =
                    [
                        .. Restrictions(),
                        ToolPaths.Find("bwrap")!,
                        .. arguments,
                        "--",
                        .. ProcessLimit(),
                        shell.File,
                        .. shell.Arguments,
                    ],
                };
            },
            Started = process => LetIn(stay, gate, process, beside),
            Ended = () =>
            {
                if (!beside) _main = 0;
                stay.End();
            },
            Abandoned = () =>
            {
                gate.Dispose();
                stay.End();
            },
        };
    }

    public bool IsLimited => true;

    /// <summary>Besides each shell there is its first process, which is bubblewrap's.</summary>
    public bool RunsPrograms => _common.FirstProcesses.Any(p => ProcessTree.CountIn($"/proc/{p}/root/proc") > 2);

    public void EndAll(bool filesMayGrow)
    {
        _filesMayGrow = filesMayGrow;
        foreach (var process in _common.FirstProcesses) _ = LibC.Kill(process, LibC.SigKill);
    }

    public void Favor(bool first) => _group?.Favor(first);

    public bool IsAlive(int process) =>
        _main is var main and not 0
        && Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{main}/root/proc/{process}"));

    public void Signal(int group, int signal)
    {
        if (_main is var main and not 0 && ProcessTree.InNamespaceOf(main, group) is { } process)
            _ = LibC.Kill(-process, signal);
    }

    public IReadOnlyList<int> ListeningPorts() =>
        _common.Network is { } network ? _doors.WithoutOwn(network.ListeningPorts()) : [];

    public Task<Socket> ConnectAsync(int port, CancellationToken cancellationToken) => _common.Network is { } network
        ? network.ConnectAsync(port, cancellationToken)
        : Task.FromException<Socket>(new SocketException((int)SocketError.ConnectionRefused));

    public async ValueTask DisposeAsync()
    {
        await _doors.DisposeAsync().ConfigureAwait(false);
        foreach (var process in _common.FirstProcesses) _ = LibC.Kill(process, LibC.SigKill);
        if (_group is not null && !_group.TryRemove())
            _ = guarded.Start("remove control group", () => RemoveAsync(_group));
    }

    /// <summary>Processes that were killed are in their group until the kernel has buried them.</summary>
    private static async Task RemoveAsync(ControlGroup group)
    {
        for (var tries = 0; tries < 500 && !group.TryRemove(); tries++) await Task.Delay(20).ConfigureAwait(false);
    }

    /// <summary>The shell waits while it is put into its control group and its doors are opened.</summary>
    private void LetIn(CommonGround.Stay stay, StartGate gate, int process, bool beside)
    {
        using (gate)
        {
            try
            {
                var first = gate.WaitForInit();
                // From here on its end is the stay's, too: it does not follow its parent yet.
                var network = stay.Settle(first);
                _group?.Add(process);
                _group?.Add(first);
                if (network is not null)
                {
                    network.PrepareAsync().GetAwaiter().GetResult();
                    _doors.OpenAsync(network).GetAwaiter().GetResult();
                }
                if (!beside) _main = first;
                gate.Open();
                stay.Started();
            }
            catch
            {
                stay.End();
                throw;
            }
        }
    }

    /// <summary>Limits of each process, and who it is; what limits all together is the control group.</summary>
    private IEnumerable<string> Restrictions()
    {
        const long Mebibyte = 1024 * 1024;
        var limits = spec.Limits;
        yield return string.Create(CultureInfo.InvariantCulture, $"--nofile={limits.OpenFiles}");
        var fileSize = _filesMayGrow ? limits.Home * Mebibyte : 0;
        yield return string.Create(CultureInfo.InvariantCulture, $"--fsize={fileSize}");
        yield return "--core=0";
        if (_group is null)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"--data={limits.Memory * Mebibyte}");
        }
        yield return ToolPaths.Find("setpriv")!;
        if (isSeparate)
        {
            yield return $"--reuid={user}";
            yield return $"--regid={user}";
            yield return "--clear-groups";
        }
        yield return "--no-new-privs";
    }

    /// <summary>Set inside: there the kernel counts the processes of this workspace's user namespace alone, outside
    /// those
    /// of everybody who shares the user.</summary>
    private IEnumerable<string> ProcessLimit() => _group is not null ? [] :
        [ToolPaths.Find("prlimit")!, string.Create(CultureInfo.InvariantCulture, $"--nproc={spec.Limits.Processes}")];
}
