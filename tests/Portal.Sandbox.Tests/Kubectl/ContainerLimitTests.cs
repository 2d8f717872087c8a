using System.Collections.Concurrent;
using Portal.Sandbox.Tests.Api;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Kubectl;

/// <summary>
/// What kubectl shows of containers that want more than there is, or that fail by a fault of the simulation.
/// </summary>
public sealed class ContainerLimitTests : IAsyncLifetime
{
    private readonly CapturingLogger _log = new();
    private readonly TempDirectory _directory = new();
    private readonly ConcurrentDictionary<string, bool> _faulty = new();
    private SandboxServer _server = null!;
    private ToolShell _shell = null!;
    private SandboxCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        var budgets = new SandboxBudgets
        {
            ContainerMemory = 4 << 20,
            ContainerFiles = 1 << 20,
            ContainerProcesses = 16,
        };
        _server = await SandboxServer.StartAsync(
            new SandboxOptions
            {
                PodStartDelay = TimeSpan.Zero,
                ConfigPushDelay = TimeSpan.Zero,
                Budgets = budgets,
                LoggerFactory = _log,
                Entering = Enter,
            },
            TestContext.Current.CancellationToken
        );
        _cluster = _server.GetOrCreate("limits");
        _shell = new ToolShell(_cluster, _directory.Path);
        await _shell.RunAsync(
            "kubectl run sh --image=busybox --command -- sleep 3600 && kubectl wait --for=condition=Ready pod/sh"
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task MainProcess_BeyondItsMemory_IsOomKilled()
    {
        var result = await _shell.RunAsync("""
            kubectl run greedy --image=busybox --restart=Never --command -- sh -c 'x=xxxxxxxxxxxxxxxx; while true; do x=$x$x; done'
            kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/greedy --timeout=50s
            kubectl get pod greedy -o jsonpath='{.status.containerStatuses[0].state.terminated.reason} {.status.containerStatuses[0].state.terminated.exitCode}'
            """);

        Assert.EndsWith("OOMKilled 137", result.Text, StringComparison.Ordinal);
        Assert.Empty(_log.Entries);
    }

    [Theory]
    [InlineData("x=$(yes)", 137, "command terminated with exit code 137")]
    [InlineData("yes | sort", 137, "command terminated with exit code 137")]
    [InlineData(
        "echo x > /tmp/f; while cat /tmp/f /tmp/f > /tmp/g; do mv /tmp/g /tmp/f; done; exit 3",
        3,
        "No space left on device"
    )]
    [InlineData("f() { f | f; }; f; exit 4", 4, "can't fork: Resource temporarily unavailable")]
    [InlineData("grep '['; exit 5", 5, "grep:")]
    [InlineData("sleep ''; exit 6", 6, "sleep:")]
    [InlineData("yes | head -n 3; exit 0", 0, "")]
    [InlineData("seq -9223372036854775807 9223372036854775807 | head -n 2; exit 0", 0, "")]
    public async Task Exec_BeyondALimit_EndsAsOnANode(string script, int status, string error)
    {
        var result = await _shell.RunAsync(
            $"kubectl exec sh -- sh -c '{script.Replace("'", "'\\''", StringComparison.Ordinal)}'"
        );

        Assert.Equal(status, result.ExitCode);
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
        Assert.True(_cluster.Pods.Find(new("default", "sh"))!.Containers["sh"].IsRunning);
        Assert.Empty(_log.Entries);
    }

    [Fact]
    public async Task Program_ThatFails_EndsItsContainerAndSaysSo()
    {
        _faulty["limits"] = true;

        var result = await _shell.RunAsync("""
            kubectl run broken --image=busybox --restart=Never --command -- sh -c 'echo hello'
            kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/broken --timeout=50s
            kubectl get pod broken -o jsonpath='{.status.containerStatuses[0].state.terminated.reason} {.status.containerStatuses[0].state.terminated.exitCode}{"\n"}'
            kubectl logs broken
            kubectl exec sh -- true
            """);

        Assert.Contains("Error 139", result.Output, StringComparison.Ordinal);
        Assert.Contains(
            "Segmentation fault (InvalidOperationException: made to fail)",
            result.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("command terminated with exit code 139", result.Error, StringComparison.Ordinal);
        Assert.Contains(
            _log.Entries,
            e =>
                e.Contains(
                    "pod default/broken of cluster limits failed by a fault of the simulation",
                    StringComparison.Ordinal
                )
        );
    }

    private void Enter(string cluster, string work)
    {
        if (work == "process" && _faulty.ContainsKey(cluster)) throw new InvalidOperationException("made to fail");
    }
}
