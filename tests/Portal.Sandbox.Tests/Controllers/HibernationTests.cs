using Portal.Sandbox.Json;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Controllers;

/// <summary>Clusters that nobody talks to, and clusters made from checkpoints.</summary>
public sealed class HibernationTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private const string Web = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec: {containers: [{name: web, image: "nginx:1.25"}, {name: tools, image: busybox, command: [sleep, "3600"]}]}
        """;

    [Fact]
    public async Task Cluster_WithoutRequests_SleepsAndWakesAsItWas()
    {
        await using var bench = await ControllerBench.StartAsync();
        await RunAsync(bench, Web);
        var log = bench.Cluster.Pods.Find(new("default", "web"))!.Containers["web"].Log;
        log.Write("before");
        await RequestAsync(bench);

        bench.Time.Advance(TimeSpan.FromMinutes(6));

        Assert.True(bench.Cluster.Hibernation.IsAsleep);
        Assert.Empty(bench.Cluster.Pods.All);
        Assert.Equal(0, bench.Time.Timers);
        await RequestAsync(bench);
        Assert.False(bench.Cluster.Hibernation.IsAsleep);
        var web = bench.Cluster.Pods.Find(new("default", "web"))!.Containers["web"];
        Assert.True(web.IsRunning);
        Assert.Contains("before", web.Log.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, bench.Find("pods", "web").Objects("status", "containerStatuses").Sum(s => s.Int(0, "restartCount")));
    }

    [Theory]
    [InlineData("""
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec: {containers: [{name: web, image: busybox, command: [sh, -c, "while true; do date; sleep 5; done"]}]}
        """)]
    [InlineData("""
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: web}
        spec:
          schedule: "0 * * * *"
          jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: ["true"]}]}}}}
        """)]
    public async Task Cluster_WhereSomethingGoesOn_StaysAwake(string manifest)
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply(manifest);
        await bench.UntilAsync(() => manifest.Contains("CronJob", StringComparison.Ordinal) || bench.Find("pods", "web").Str("status", "phase") == "Running", s_second);
        await RequestAsync(bench);

        bench.Time.Advance(TimeSpan.FromMinutes(6));

        Assert.False(bench.Cluster.Hibernation.IsAsleep);
    }

    [Fact]
    public async Task Cluster_WhosePodWroteFiles_StaysAwake()
    {
        await using var bench = await ControllerBench.StartAsync();
        await RunAsync(bench, Web);
        bench.Cluster.Pods.Find(new("default", "web"))!.Containers["tools"].Files.Write("/tmp/mine", "x"u8.ToArray());
        await RequestAsync(bench);

        bench.Time.Advance(TimeSpan.FromMinutes(6));

        Assert.False(bench.Cluster.Hibernation.IsAsleep);
    }

    [Fact]
    public async Task Fork_OfACheckpoint_BeginsThereAndSharesNothing()
    {
        await using var bench = await ControllerBench.StartAsync();
        await RunAsync(bench, Web);
        var checkpoint = bench.Cluster.Checkpoint();
        bench.Cluster.Operations.Delete(Portal.Sandbox.Registry.BuiltInResources.Pods, "default", "web", new() { GracePeriodSeconds = 0 });

        var fork = bench.Server.Fork(checkpoint, "fork");
        await fork.Controllers.WhenIdle.DefaultTimeout();

        Assert.NotNull(fork.Store.Snapshot.Find("pods", "default", "web"));
        Assert.True(fork.Pods.Find(new("default", "web"))!.Containers["web"].IsRunning);
        Assert.Null(bench.Cluster.Store.Snapshot.Find("pods", "default", "web"));
        fork.Reset();
        Assert.Null(fork.Store.Snapshot.Find("pods", "default", "web"));
        Assert.Throws<ArgumentException>(() => bench.Server.Fork(checkpoint, "fork"));
    }

    private static async Task RunAsync(ControllerBench bench, string manifest)
    {
        bench.Apply(manifest);
        await bench.UntilAsync(() => bench.Find("pods", "web").Str("status", "phase") == "Running", s_second);
    }

    private static async Task RequestAsync(ControllerBench bench)
    {
        using var client = Api.BadInputTests.Client(out var address, bench.Cluster);
        await client.GetStringAsync(address + "/api/v1/namespaces/default/pods", TestContext.Current.CancellationToken).DefaultTimeout();
        // The server's end of a request comes after the client's.
        await Eventually.True(() => bench.Cluster.Hibernation.IsDrowsy);
        await bench.SettleAsync();
    }
}
