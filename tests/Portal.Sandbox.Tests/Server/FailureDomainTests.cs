using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Sandbox.Storage;
using Portal.Sandbox.Tests.Api;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Server;

/// <summary>A fault of one cluster, whoever makes it, ends there and is said.</summary>
public sealed class FailureDomainTests : IAsyncLifetime
{
    private const string DeployWeb =
        "kubectl create deployment web --image=nginx --replicas=2 && kubectl rollout status deploy/web --timeout=60s";

    private readonly CapturingLogger _log = new();
    private readonly TempDirectory _directory = new();
    private readonly ConcurrentDictionary<string, int> _failing = new();
    private SandboxServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await SandboxServer.StartAsync(
            new SandboxOptions
            {
                PodStartDelay = TimeSpan.Zero,
                ConfigPushDelay = TimeSpan.Zero,
                LoggerFactory = _log,
                Entering = Fail,
            },
            TestContext.Current.CancellationToken
        );
        SandboxTools.WriteLaunchers(_directory.Path);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task MeshConfiguration_ThatIsNoYaml_LeavesTheLastGoodOneAndSaysSo()
    {
        var (cluster, shell) = NewCluster("yaml");
        await cluster.InstallIstioAsync("demo", TestContext.Current.CancellationToken);

        await PatchMeshAsync(shell, "outboundTrafficPolicy: {mode: REGISTRY_ONLY}");
        await Eventually.True(() => cluster.Mesh.Config.Settings.IsRegistryOnly);
        await PatchMeshAsync(shell, "accessLogFile: /dev/stdout\\n  bad: [indent\\n");
        await Eventually.True(() => cluster.Mesh.Config.Settings.Fault is not null);

        Assert.True(cluster.Mesh.Config.Settings.IsRegistryOnly);
        await Eventually.True(async () =>
            (await shell.RunAsync("kubectl logs -n istio-system deploy/istiod")).Text.Contains(
                "invalid mesh config, using last known state",
                StringComparison.Ordinal
            )
        );
        Assert.Empty(_log.Entries);
    }

    /// <param name="mesh">The new mesh map, as it stands in JSON.</param>
    private static Task PatchMeshAsync(ToolShell shell, string mesh) =>
        shell.RunAsync(
            $$$"""kubectl patch cm istio -n istio-system --type merge -p '{"data":{"mesh":"{{{mesh}}}"}}'"""
        );

    [Fact]
    public async Task Controller_ThatFails_TriesAgainAndIsLogged()
    {
        var (cluster, shell) = NewCluster("controllers");
        // All of them may hit one object, whose back-off doubles each time.
        _failing["controller"] = 8;

        await shell.RunAsync(DeployWeb);

        Assert.True(_failing["controller"] <= 0);
        Assert.Contains(
            _log.Entries,
            e =>
                e.Contains("Cluster controllers:", StringComparison.Ordinal)
                && e.Contains("tries again in", StringComparison.Ordinal)
        );
        Assert.Equal(2, cluster.Store.Snapshot.List("pods", "default").Count());
    }

    [Fact]
    public async Task Controller_ThatFailsOnAChange_IsGivenEverythingAnew()
    {
        var (_, shell) = NewCluster("map");
        _failing["map"] = 100;

        await shell.RunAsync(DeployWeb);

        Assert.Contains(_log.Entries, e => e.StartsWith("map of ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Push_ThatFails_ComesAgain()
    {
        var (cluster, _) = NewCluster("push");
        _failing["compilation of the mesh"] = 2;
        _failing["push"] = 2;

        await cluster.InstallIstioAsync("demo", TestContext.Current.CancellationToken);

        await Eventually.True(() => cluster.Mesh.IsCurrent && cluster.Mesh.Config.Services.Services.Any());
    }

    [Fact]
    public async Task Request_ThatFails_IsAnsweredAndLoggedWithItsClusterOnly()
    {
        var (_, shell) = NewCluster("request");
        _failing["request"] = 1000;

        var answer = await shell.RunAsync("kubectl get --raw /api/v1/namespaces/default/pods");
        _failing.Clear();

        Assert.Contains("its log has the details", answer.Error, StringComparison.Ordinal);
        Assert.Contains(_log.Entries, e => e.StartsWith("Cluster request failed on GET of", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Entries, e => e.Contains("api/v1", StringComparison.Ordinal));
        Assert.Contains(
            "No resources found",
            (await shell.RunAsync("kubectl get pods")).Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task GetOrCreate_AskedByManyAtOnce_MakesOneCluster()
    {
        var made = new CountingLoggers();
        await using var server = await SandboxServer.StartAsync(
            new SandboxOptions { LoggerFactory = made },
            TestContext.Current.CancellationToken
        );
        for (var round = 0; round < 20; round++)
        {
            using var gate = new ManualResetEventSlim();
            var askers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
            {
                gate.Wait();
                return server.GetOrCreate($"c{round}");
            }, TaskCreationOptions.LongRunning)).ToList();
            gate.Set();

            Assert.Single((await Task.WhenAll(askers)).Distinct());
        }

        Assert.Equal(20, made.Clusters);
    }

    private (SandboxCluster Cluster, ToolShell Shell) NewCluster(string id)
    {
        var cluster = _server.GetOrCreate(id);
        return (cluster, new ToolShell(cluster, _directory.Path));
    }

    private void Fail(string cluster, string work)
    {
        if (_failing.ContainsKey(work) && _failing.AddOrUpdate(work, 0, (_, left) => left - 1) >= 0)
            throw new InvalidOperationException("made to fail");
    }

    private sealed class CountingLoggers : ILoggerFactory
    {
        private int _clusters;

        public int Clusters => _clusters;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName)
        {
            if (categoryName == typeof(SandboxCluster).FullName) Interlocked.Increment(ref _clusters);
            return NullLogger.Instance;
        }

        public void Dispose()
        {
        }
    }
}
