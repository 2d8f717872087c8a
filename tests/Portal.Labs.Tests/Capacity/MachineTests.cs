using Portal.Labs.Capacity;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Capacity;

/// <summary>Reads the accounts of machines that the test makes up, and those of this one.</summary>
public sealed class MachineTests : IDisposable
{
    private const long Mebibyte = 1 << 20;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_NoLimit_IsTheMachine()
    {
        var state = Read("0::/");

        Assert.Equal((1000 * Mebibyte, 600 * Mebibyte, false), (state.Memory, state.MemoryAvailable, state.IsLimited));
        Assert.Equal(TimeSpan.FromSeconds(3.21), state.BusyTime);
    }

    [Fact]
    public void Read_UnifiedGroup_HonoursEveryLimitAboveIt()
    {
        Group("outer", max: 400, current: 350, dropped: 100);
        Group("outer/inner", max: null, current: 300, dropped: 0);

        var state = Read("0::/outer/inner");

        Assert.Equal((400 * Mebibyte, 150 * Mebibyte, true), (state.Memory, state.MemoryAvailable, state.IsLimited));
    }

    [Fact]
    public void Read_LegacyGroup_HonoursItsLimit()
    {
        _directory.Write("groups/memory/docker/memory.limit_in_bytes", $"{500 * Mebibyte}\n");
        _directory.Write("groups/memory/docker/memory.usage_in_bytes", $"{450 * Mebibyte}\n");
        _directory.Write("groups/memory/docker/memory.stat", $"cache 1\ntotal_inactive_file {50 * Mebibyte}\n");

        var state = Read("5:memory:/docker\n4:cpu,cpuacct:/elsewhere");

        Assert.Equal((500 * Mebibyte, 100 * Mebibyte, true), (state.Memory, state.MemoryAvailable, state.IsLimited));
    }

    [Fact]
    public void Read_ProcessesBelow_AreCountedWithoutWhatTheyShare()
    {
        var self = Environment.ProcessId;
        _directory.Write($"proc/{self}/statm", "90000 5120 1024 0 0 0 0");
        _directory.Write($"proc/{self}/stat", $"{self} (portal) S 1 0");
        _directory.Write("proc/900001/stat", $"900001 (a (strange) name) S {self} 0");
        _directory.Write("proc/900001/statm", "9000 1280 256 0 0 0 0");
        _directory.Write("proc/900002/stat", "900002 (kubectl) R 900001 0");
        _directory.Write("proc/900002/statm", "9000 512 256 0 0 0 0");
        _directory.Write("proc/900003/stat", "900003 (somebody else's) S 1 0");
        _directory.Write("proc/900003/statm", "9000 5120 0 0 0 0 0");

        var state = Read("0::/");

        Assert.Equal((20 * Mebibyte, 5 * Mebibyte), (state.PortalMemory, state.ProgramMemory));
    }

    [Fact]
    public void Read_ThisMachine_IsPlausible()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads Linux's own accounts.");

        var state = Machine.This.Read();

        Assert.InRange(state.MemoryAvailable, 1, state.Memory);
        Assert.InRange(state.PortalMemory, 10 * Mebibyte, state.Memory);
        Assert.True(state.PortalTime > TimeSpan.Zero && state.BusyTime >= state.PortalTime / 2);
    }

    private MachineState Read(string memberships)
    {
        _directory.Write("proc/meminfo", $"MemTotal: {1000 * 1024} kB\nMemFree: 1 kB\nMemAvailable: {600 * 1024} kB\n");
        _directory.Write("proc/stat", "cpu  100 20 150 9999 400 30 20 1 0 0\ncpu0 1 1 1 1\n");
        _directory.Write("proc/self/cgroup", memberships);
        return new Machine(
            Path.Combine(_directory.Path, "proc"),
            Path.Combine(_directory.Path, "groups")
        ).Read();
    }

    private void Group(string path, int? max, int current, int dropped)
    {
        _directory.Write($"groups/{path}/memory.max", max is null ? "max\n" : $"{max * Mebibyte}\n");
        _directory.Write($"groups/{path}/memory.current", $"{current * Mebibyte}\n");
        _directory.Write($"groups/{path}/memory.stat", $"anon 1\ninactive_file {dropped * Mebibyte}\n");
    }
}
