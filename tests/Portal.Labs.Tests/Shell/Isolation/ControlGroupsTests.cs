using Portal.Labs.Shell.Isolation;
using Portal.Labs.Shell.Isolation.Bubblewrap;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell.Isolation;

/// <summary>On directories with the files that the kernel has there.</summary>
public sealed class ControlGroupsTests : IDisposable
{
    private static readonly WorkspaceLimits s_limits = new() { Processes = 99, Memory = 2, Processors = 0.5 };
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Create_Version2Delegated_LimitsBelowItsOwnGroupAndMovesItselfAside()
    {
        Files("", "cgroup.controllers");
        Files("app", "cgroup.subtree_control");
        Files("app/portal", "cgroup.procs");
        Files("app/portal-workspaces", "cgroup.controllers", "cgroup.subtree_control");
        Files(
            "app/portal-workspaces/portal-w",
            "cgroup.controllers",
            "pids.max",
            "memory.max",
            "memory.swap.max",
            "cpu.max",
            "cgroup.procs"
        );
        var groups = new ControlGroups(_directory.Path, "0::/app\n");

        groups.Create("w", s_limits)!.Add(1234);

        Assert.Equal("+pids +memory +cpu", Read("app/cgroup.subtree_control"));
        Assert.Equal("+pids +memory +cpu", Read("app/portal-workspaces/cgroup.subtree_control"));
        Assert.Equal($"{Environment.ProcessId}", Read("app/portal/cgroup.procs"));
        Assert.Equal(
            ("99", "2097152", "0", "50000 100000", "1234"),
            (
                Read("app/portal-workspaces/portal-w/pids.max"),
                Read("app/portal-workspaces/portal-w/memory.max"),
                Read("app/portal-workspaces/portal-w/memory.swap.max"),
                Read("app/portal-workspaces/portal-w/cpu.max"),
                Read("app/portal-workspaces/portal-w/cgroup.procs")
            )
        );
    }

    [Fact]
    public void Create_Version1_LimitsInEachHierarchyThatIsThere()
    {
        Files("pids/a/portal-w", "pids.max", "cgroup.procs");
        Files("memory/portal-w", "memory.limit_in_bytes", "cgroup.procs");
        var groups = new ControlGroups(_directory.Path, "8:pids:/a\n4:memory:/gone\n");

        groups.Create("w", s_limits)!.Add(77);

        Assert.Equal("cgroup v1 (pids, memory)", groups.Describe());
        Assert.Equal(
            ("99", "2097152"),
            (Read("pids/a/portal-w/pids.max"), Read("memory/portal-w/memory.limit_in_bytes"))
        );
        Assert.Equal(("77", "77"), (Read("pids/a/portal-w/cgroup.procs"), Read("memory/portal-w/cgroup.procs")));
    }

    [Theory]
    [InlineData("0::/\n", "portal-workspaces/portal-w", "cgroup.controllers")]
    [InlineData("1:cpu:/\n", "cpu/portal-workspaces/portal-w", "")]
    public void Favor_WhereTheKernelKnowsIdleGroups_ChangesWhetherItsProcessesGiveWay(
        string memberships,
        string group,
        string also
    )
    {
        if (also.Length > 0)
        {
            Files("", also, "cgroup.subtree_control");
            Files("portal-workspaces", also, "cgroup.subtree_control");
        }
        Files(
            group,
            [
                "pids.max", "memory.max", "memory.swap.max",
                "cpu.max", "cpu.cfs_period_us", "cpu.cfs_quota_us", "cpu.idle",
                .. also.Length > 0 ? [also] : Array.Empty<string>(),
            ]
        );

        var made = new ControlGroups(_directory.Path, memberships).Create("w", s_limits)!;

        Assert.Equal("1", Read($"{group}/cpu.idle"));
        made.Favor(first: true);
        Assert.Equal("0", Read($"{group}/cpu.idle"));
        made.Favor(first: false);
        Assert.Equal("1", Read($"{group}/cpu.idle"));
    }

    [Fact]
    public void Create_NoneHere_IsNone()
    {
        var groups = new ControlGroups(_directory.Path, "");

        Assert.Null(groups.Create("w", s_limits));
        Assert.Equal("rlimits", groups.Describe());
    }

    private void Files(string directory, params string[] names)
    {
        foreach (var name in names) _directory.Write(Path.Combine(directory, name), "");
    }

    private string Read(string file) => File.ReadAllText(Path.Combine(_directory.Path, file));
}
