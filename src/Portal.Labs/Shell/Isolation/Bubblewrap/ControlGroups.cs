using System.Collections.Immutable;
using System.Globalization;

namespace Portal.Labs.Shell.Isolation.Bubblewrap;

/// <summary>
/// Where this process may make control groups, which limit what many processes use together: version 2 when its
/// hierarchy was delegated (systemd: <c>Delegate=yes</c>) or belongs to root, else version 1, else nowhere.
/// </summary>
/// <param name="mounts">Where the hierarchies are; <c>/sys/fs/cgroup</c>.</param>
/// <param name="memberships">The content of <c>/proc/self/cgroup</c>.</param>
internal sealed class ControlGroups(string mounts, string memberships)
{
    private const string Prefix = "portal-";

    /// <summary>
    /// Above the workspaces' groups, as heavy as anything else on the machine: what gives way in there gives way to the
    /// other workspaces, not to whatever else keeps the machine busy.
    /// </summary>
    private const string Workspaces = "portal-workspaces";

    private static readonly ImmutableArray<string> s_controllers = ["pids", "memory", "cpu"];

    private ImmutableArray<string>? _parents;
    private readonly Lock _gate = new();

    /// <summary>Those of this machine.</summary>
    public static ControlGroups OfThisMachine { get; } = new("/sys/fs/cgroup", ReadMemberships());

    /// <summary>
    /// What limits workspaces here, in a word: <c>cgroup v2</c>, <c>cgroup v1 (pids, memory, cpu)</c>, or
    /// <c>rlimits</c>.
    /// </summary>
    public string Describe() => Parents() switch
    {
        [] => "rlimits",
        [var one] when IsUnified(one) => "cgroup v2",
        var some => $"cgroup v1 ({string.Join(", ", some.Select(ControllerOf))})",
    };

    /// <summary>A group with these limits, or null where there can be none.</summary>
    /// <param name="name">Unique on this machine.</param>
    public ControlGroup? Create(string name, WorkspaceLimits limits)
    {
        var directories = Parents()
            .Select(p => Directory.CreateDirectory(Path.Combine(p, Prefix + name)).FullName)
            .ToImmutableArray();
        if (directories.IsEmpty)
            return null;
        foreach (var directory in directories)
        {
            foreach (
                var (file, value) in IsUnified(directory)
                    ? Unified(limits)
                    : Legacy(ControllerOf(Path.GetDirectoryName(directory)!), limits)
            )
                Write(directory, file, value);
        }
        var group = new ControlGroup(directories);
        group.Favor(first: false);
        return group;
    }

    private static IEnumerable<(string File, string Value)> Unified(WorkspaceLimits limits) =>
    [
        ("pids.max", Text(limits.Processes)),
        ("memory.max", Text(limits.Memory * 1024L * 1024)),
        ("memory.swap.max", "0"),
        ("cpu.max", $"{Text((long)(limits.Processors * 100_000))} 100000"),
    ];

    private static IEnumerable<(string File, string Value)> Legacy(string controller, WorkspaceLimits limits) =>
        controller switch
        {
            "pids" => [("pids.max", Text(limits.Processes))],
            "memory" => [("memory.limit_in_bytes", Text(limits.Memory * 1024L * 1024))],
            _ => [("cpu.cfs_period_us", "100000"), ("cpu.cfs_quota_us", Text((long)(limits.Processors * 100_000)))],
        };

    /// <summary>
    /// A group whose processes run when no other workspace's want the processor, or one that comes before those.
    /// Weights would not do: only what is idle gives way at once to whoever wakes up (Linux 5.15 and later).
    /// </summary>
    internal static void Favor(string directory, bool first)
    {
        if (File.Exists(Path.Combine(directory, "cpu.idle"))) Write(directory, "cpu.idle", first ? "0" : "1");
    }

    private ImmutableArray<string> Parents()
    {
        lock (_gate) return _parents ??= Find();
    }

    private ImmutableArray<string> Find()
    {
        ImmutableArray<string> parents = FindUnified() is { } unified
            ? [unified]
            : [.. s_controllers.Select(FindLegacy).OfType<string>()];
        foreach (var parent in parents) RemoveAbandoned(parent);
        return parents;
    }

    /// <summary>A portal that was killed could not remove its groups; their names begin with its process.</summary>
    private static void RemoveAbandoned(string parent)
    {
        foreach (var directory in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            var parts = Path.GetFileName(directory).Split('-');
            if (
                parts is [_, var process, _]
                && int.TryParse(process, CultureInfo.InvariantCulture, out _)
                && !Directory.Exists("/proc/" + process)
            )
                new ControlGroup([directory]).TryRemove();
        }
    }

    private string? FindUnified()
    {
        if (!IsUnified(mounts)) return null;
        // A group with processes of its own cannot give controllers to its children; the root group can.
        foreach (var parent in new[] { Path.Join(mounts, PathOf("")), mounts })
        {
            try
            {
                var own = Directory.CreateDirectory(Path.Combine(parent, "portal")).FullName;
                if (parent != mounts) Write(own, "cgroup.procs", Text(Environment.ProcessId));
                Delegate(parent);
                var workspaces = Directory.CreateDirectory(Path.Combine(parent, Workspaces)).FullName;
                Delegate(workspaces);
                return workspaces;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not delegated.
            }
        }
        return null;
    }

    private static void Delegate(string directory) =>
        Write(directory, "cgroup.subtree_control", string.Join(' ', s_controllers.Select(c => "+" + c)));

    private string? FindLegacy(string controller)
    {
        foreach (
            var parent in new[] { Path.Join(mounts, controller, PathOf(controller)), Path.Join(mounts, controller) }
        )
        {
            var probe = Path.Combine(parent, $"{Prefix}probe-{Environment.ProcessId}");
            try
            {
                if (!Directory.Exists(parent)) continue;
                Directory.CreateDirectory(probe);
                Directory.Delete(probe);
                return controller == "cpu"
                    ? Directory.CreateDirectory(Path.Combine(parent, Workspaces)).FullName
                    : parent;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not ours.
            }
        }
        return null;
    }

    /// <summary>The path of this process in a hierarchy, from lines such as <c>4:memory:/user.slice</c>.</summary>
    private string PathOf(string controller) => memberships.Split('\n')
        .Select(line => line.Split(':', 3))
        .Where(parts => parts.Length == 3 && parts[1].Split(',').Contains(controller))
        .Select(parts => parts[2])
        .FirstOrDefault() ?? "/";

    private string ControllerOf(string directory) => Path.GetRelativePath(mounts, directory).Split('/')[0];

    private static bool IsUnified(string directory) => File.Exists(Path.Combine(directory, "cgroup.controllers"));

    /// <summary>Control files are written in one call and never made.</summary>
    internal static void Write(string directory, string file, string value)
    {
        using var stream = new FileStream(
            Path.Combine(directory, file),
            FileMode.Open,
            FileAccess.Write,
            FileShare.ReadWrite,
            0
        );
        stream.Write(System.Text.Encoding.ASCII.GetBytes(value));
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string ReadMemberships() =>
        File.Exists("/proc/self/cgroup") ? File.ReadAllText("/proc/self/cgroup") : "";
}

/// <summary>The control group of one workspace.</summary>
internal sealed class ControlGroup(ImmutableArray<string> directories)
{
    /// <summary>Moves a process in; what it starts from then on is in it too.</summary>
    public void Add(int process)
    {
        foreach (var directory in directories)
            ControlGroups.Write(directory, "cgroup.procs", process.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>See <see cref="IWorkspacePlace.Favor"/>.</summary>
    public void Favor(bool first)
    {
        try
        {
            foreach (var directory in directories) ControlGroups.Favor(directory, first);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has just been removed.
        }
    }

    /// <summary>Removes the group when its last process is gone.</summary>
    /// <returns>False when there is still one.</returns>
    public bool TryRemove()
    {
        try
        {
            foreach (var directory in directories.Where(Directory.Exists)) Directory.Delete(directory);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
