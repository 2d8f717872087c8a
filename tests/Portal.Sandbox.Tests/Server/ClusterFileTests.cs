using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Tests.Controllers;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Server;

/// <summary>Clusters that were put into a file and come back.</summary>
public sealed class ClusterFileTests : IDisposable
{
    private const string Web = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: "nginx:1.25"}]}
        """;

    private const string Busy = """
        apiVersion: v1
        kind: Pod
        metadata: {name: busy}
        spec: {containers: [{name: c, image: busybox, command: [sh, -c, "while true; do date; sleep 5; done"]}]}
        """;

    private readonly TempDirectory _directory = new();

    private string File => Path.Combine(_directory.Path, "a.cluster");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Wake_Hibernated_IsTheSameClusterDownToVersionsAndLogs()
    {
        await using var bench = await ControllerBench.StartAsync();
        await RunAsync(bench);
        await bench.Cluster.Hibernation.EnterAsync();
        await bench.Cluster.Controllers.WhenIdle.DefaultTimeout();
        bench.Cluster.Hibernation.Leave();
        bench.Cluster.Pods.All.First().Containers["web"].Log.Write("before");
        var before = Describe(bench.Cluster);
        var revision = bench.Cluster.Store.Snapshot.Revision;

        Assert.True(await bench.Server.TryHibernateAsync(bench.Cluster.Id, File, always: false));
        Assert.Null(bench.Server.Find(bench.Cluster.Id));
        var woken = await bench.Server.WakeAsync(bench.Cluster.Id, File, CancellationToken.None);

        Assert.Equal(before, Describe(woken));
        Assert.True(woken.Store.Snapshot.Revision > revision);
        Assert.All(woken.Pods.All, p => Assert.True(p.Containers["web"].IsRunning));
        Assert.Contains(
            woken.Pods.All,
            p => p.Containers["web"].Log.ToString().Contains("before", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Wake_WithAMesh_ChangesNoObject()
    {
        await using var bench = await ControllerBench.StartAsync();
        await bench.Cluster.InstallIstioAsync("demo", CancellationToken.None).DefaultTimeout();
        bench.Cluster.Operations.Update(
            BuiltInResources.Get("namespaces"),
            "",
            "default",
            "",
            o =>
            {
                o.Ensure("metadata").Ensure("labels")["istio-injection"] = "enabled";
                return o;
            },
            Portal.Sandbox.Api.WriteOptions.Controller("test")
        );
        await RunAsync(bench);
        var before = Describe(bench.Cluster);

        Assert.True(await bench.Server.TryHibernateAsync(bench.Cluster.Id, File, always: false));
        var woken = await bench.Server.WakeAsync(bench.Cluster.Id, File, CancellationToken.None);
        await woken.Controllers.WhenIdle.DefaultTimeout();

        Assert.Equal(before, Describe(woken));
    }

    [Fact]
    public async Task Wake_WithMoments_GoesBackToThem()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Cluster.Keep("empty");
        await RunAsync(bench);
        bench.Cluster.Keep("web");
        bench.Cluster.Keep("empty");
        bench.Apply(Busy);
        await bench.Server.TryHibernateAsync(bench.Cluster.Id, File, always: true);

        var woken = await bench.Server.WakeAsync(bench.Cluster.Id, File, CancellationToken.None);

        Assert.Equal(["empty", "web"], woken.Kept);
        var newest = woken.Store.Snapshot.Revision;
        Assert.True(woken.TryGoBack("empty"));
        Assert.Null(woken.Store.Snapshot.Find("deployments.apps", "default", "web"));
        Assert.Null(woken.Store.Snapshot.Find("pods", "default", "busy"));
        Assert.True(woken.Store.Snapshot.Revision > newest);
        // What was kept after it belongs to what never came to be.
        Assert.Equal(["empty"], woken.Kept);
        Assert.False(woken.TryGoBack("web"));
        woken.Reset();
        Assert.Empty(woken.Kept);
    }

    [Fact]
    public async Task Keep_MoreThanThereIsRoomFor_ForgetsTheOldest()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: large}}");
        var marks = new ClusterMarks(limit: 3_000);
        for (var i = 0; i < 4; i++)
        {
            var text = new string((char)('a' + i), 1_000);
            bench.Change("configmaps", "large", o => o.Ensure("data")["text"] = text);
            marks.Keep($"{i}", bench.Cluster.Store.Snapshot);
        }

        // The newest costs nothing: it is the present.
        Assert.Equal(["1", "2", "3"], marks.All.Select(m => m.Name));
    }

    [Fact]
    public async Task Wake_ChangedAfterwards_GoesOnAboveEveryVersion()
    {
        await using var bench = await ControllerBench.StartAsync();
        await RunAsync(bench);
        var all = bench.Cluster.Store.Snapshot.Resources.Values.SelectMany(r => r.Values);
        var newest = all.Max(o => o.ResourceVersion);
        await bench.Server.TryHibernateAsync(bench.Cluster.Id, File, always: false);
        var woken = await bench.Server.WakeAsync(bench.Cluster.Id, File, CancellationToken.None);

        woken.Operations.Update(
            BuiltInResources.Get("deployments.apps"),
            "default",
            "web",
            "",
            o =>
            {
                o.Ensure("spec")["replicas"] = 0;
                return o;
            },
            Portal.Sandbox.Api.WriteOptions.Controller("test")
        );

        Assert.True(woken.Store.Snapshot.Find("deployments.apps", "default", "web")!.ResourceVersion > newest);
    }

    [Fact]
    public async Task Hibernate_SomethingGoesOn_OnlyWhenItHasTo()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply(Busy);
        await bench.UntilAsync(
            () => bench.Find("pods", "busy").Str("status", "phase") == "Running",
            TimeSpan.FromSeconds(1)
        );

        Assert.False(await bench.Server.TryHibernateAsync(bench.Cluster.Id, File, always: false));
        Assert.NotNull(bench.Server.Find(bench.Cluster.Id));
        Assert.True(await bench.Server.TryHibernateAsync(bench.Cluster.Id, File, always: true));
        var woken = await bench.Server.WakeAsync(bench.Cluster.Id, File, CancellationToken.None);

        Assert.Equal("Running", woken.Store.Snapshot.Find("pods", "default", "busy")!.Phase);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(400)]
    public async Task Wake_DamagedFile_SaysSo(int length)
    {
        await using var bench = await ControllerBench.StartAsync();
        await RunAsync(bench);
        await bench.Server.TryHibernateAsync(bench.Cluster.Id, File, always: false);
        using (var file = System.IO.File.OpenWrite(File)) file.SetLength(length);

        await Assert.ThrowsAsync<InvalidDataException>(() =>
            bench.Server.WakeAsync(bench.Cluster.Id, File, CancellationToken.None)
        );
        Assert.Null(bench.Server.Find(bench.Cluster.Id));
    }

    [Fact]
    public async Task Hibernate_File_IsItsOwnersOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        await using var bench = await ControllerBench.StartAsync();

        Assert.True(await bench.Server.TryHibernateAsync(bench.Cluster.Id, File, always: false));

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Single(Directory.EnumerateFiles(_directory.Path));
    }

    private static async Task RunAsync(ControllerBench bench)
    {
        bench.Apply(Web);
        await bench.UntilAsync(
            () => bench.Find("deployments.apps", "web").Int(0, "status", "readyReplicas") == 2,
            TimeSpan.FromSeconds(1)
        );
        // Controllers have seen the last of it; the rollout's deadline is not waited for.
        await bench.UntilAsync(
            () => bench.Cluster.Hibernation.TrySleep(TimeSpan.FromMinutes(2)),
            TimeSpan.FromSeconds(1)
        );
    }

    /// <summary>Every object with its text, in which its id, version and age are.</summary>
    private static string Describe(SandboxCluster cluster) =>
        string.Join(
            '\n',
            cluster
                .Store.Snapshot.Resources.OrderBy(r => r.Key, StringComparer.Ordinal)
                .SelectMany(r => r.Value.Values.Select(o => $"{r.Key} {System.Text.Encoding.UTF8.GetString(o.Json)}"))
        );
}
