using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;
using Portal.Testing;
using Xunit;

namespace Portal.Clusters.Tests.Conformance;

/// <summary>What every provider's clusters do. Each test works in a namespace of its own, which it deletes.</summary>
public abstract class ClusterConformanceTests : IAsyncLifetime
{
    private readonly string _namespace = "portal-test-" + Guid.NewGuid().ToString("n")[..8];
    private IClusterLease _lease = null!;
    private ClusterApi _api = null!;
    private ClusterView _view = null!;

    /// <summary>Leases a cluster, or skips the test with the reason.</summary>
    protected abstract Task<IClusterLease> LeaseAsync();

    public virtual async ValueTask InitializeAsync()
    {
        _lease = await LeaseAsync();
        _api = ClusterApi.Connect(_lease.Kubeconfig);
        _view = ClusterView.Connect(_lease.Kubeconfig, TimeProvider.System, NullLogger<ClusterView>.Instance);
        await CreateAsync("api/v1/namespaces", $$"""{"metadata":{"name":"{{_namespace}}"} }""");
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_api is null) return;
        await _api.SendAsync(HttpMethod.Delete, $"api/v1/namespaces/{_namespace}", null, "application/json", CancellationToken.None);
        await _view.DisposeAsync();
        _api.Dispose();
        await _lease.DisposeAsync();
    }

    private Task<JsonElement> CreateAsync(string path, string json) => _api.SendAsync(HttpMethod.Post, path, json, "application/json", CancellationToken.None);

    private Task<JsonElement> CreateWebAsync() => CreateAsync($"apis/apps/v1/namespaces/{_namespace}/deployments", """
        {"metadata":{"name":"web"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},
         "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"nginx:1.29"}]}}}}
        """);

    private async Task<ClusterSnapshot> Until(Func<ClusterSnapshot, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await foreach (var snapshot in _view.WatchAsync(limit.Token))
        {
            if (condition(snapshot)) return snapshot;
        }
        throw new InvalidOperationException("The view ended.");
    }

    [Fact]
    public async Task Namespace_Created_ShowsInTheView()
    {
        var snapshot = await Until(s => s.Synced && s.OfKind("Namespace").Any(n => n.Name == _namespace));

        Assert.Null(snapshot.Disconnected);
        Assert.NotEmpty(snapshot.OfKind("Namespace").First().Uid);
    }

    [Fact]
    public async Task Deployment_Created_BecomesReady()
    {
        await CreateWebAsync();

        // Kinds are watched apart: a Deployment may be seen ready before its pods are seen at all.
        var snapshot = await Until(s =>
            RunningPods(s).Count() == 2
            && ClusterSummaryBuilder
                .From(s)
                .Workloads.Any(w => w is { Name: "web", Ready: 2, Desired: 2 } && w.Namespace == _namespace)
        );

        var pods = ClusterSummaryBuilder.From(snapshot).Pods.Where(p => p.Namespace == _namespace).ToList();
        Assert.All(pods, p => Assert.Equal(("1/1", "Running", "web"), (p.Ready, p.Status, p.Workload)));
    }

    [Fact]
    public async Task Service_OfReadyPods_GetsTheirEndpoints()
    {
        await CreateWebAsync();
        await CreateAsync($"api/v1/namespaces/{_namespace}/services", """{"metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80,"targetPort":80}]}}""");
        await Until(s => ClusterSummaryBuilder.From(s).Workloads.Any(w => w is { Name: "web", Ready: 2 } && w.Namespace == _namespace));

        await Eventually.True(async () => await EndpointCountAsync() == 2);
    }

    private async Task<int> EndpointCountAsync() =>
        (await _api.FindAsync($"api/v1/namespaces/{_namespace}/endpoints/web", CancellationToken.None))?.Find("subsets").Items().Sum(s => s.Find("addresses").Items().Count()) ?? 0;

    [Fact]
    public async Task Object_Changed_TheViewFollows()
    {
        await CreateWebAsync();
        await _api.SendAsync(HttpMethod.Patch, $"apis/apps/v1/namespaces/{_namespace}/deployments/web", """{"spec":{"replicas":1}}""", "application/merge-patch+json", CancellationToken.None);

        await Until(s => ClusterSummaryBuilder.From(s).Workloads.Any(w => w is { Name: "web", Ready: 1, Desired: 1 } && w.Namespace == _namespace));
    }

    [Fact]
    public async Task Namespace_Deleted_TakesItsObjectsWithIt()
    {
        await CreateWebAsync();
        await Until(s => s.OfKind("Pod", _namespace).Count() == 2);

        await _api.SendAsync(HttpMethod.Delete, $"api/v1/namespaces/{_namespace}", null, "application/json", CancellationToken.None);

        await Until(s => !s.OfKind("Deployment", _namespace).Any() && !s.OfKind("Pod", _namespace).Any() && s.OfKind("Namespace").All(n => n.Name != _namespace));
        await CreateAsync("api/v1/namespaces", $$"""{"metadata":{"name":"{{_namespace}}"} }""");
    }

    [Fact]
    public async Task Exec_GivesBothStreamsAndTheStatus()
    {
        var pod = await RunningPodAsync();

        var result = await ExecAsync(pod, "sh", "-c", "echo out; echo err >&2; exit 3");
        var nothing = await ExecAsync(pod, "true");

        Assert.Equal(new ExecResult(3, "out\n", "err\n"), result);
        Assert.Equal(new ExecResult(0, "", ""), nothing);
    }

    [Fact]
    public async Task Exec_ThatPrintsWithoutEnd_KeepsTheFirstMegabyte()
    {
        var result = await ExecAsync(await RunningPodAsync(), "sh", "-c", "yes | head -c 3000000");

        Assert.Equal((0, 1024 * 1024), (result.ExitCode, result.Output.Length));
    }

    /// <summary>Nobody waits for a thread: with a blocked one for each stream this takes a minute and more.</summary>
    [Fact]
    public async Task Exec_HundredsAtATime_AllEnd()
    {
        var pod = await RunningPodAsync();
        var ended = 0;

        await Parallel.ForAsync(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (_, _) =>
        {
            Assert.Equal("x\n", (await ExecAsync(pod, "sh", "-c", "sleep 0.1; echo x")).Output);
            Interlocked.Increment(ref ended);
        });

        Assert.Equal(300, ended);
    }

    private async Task<string> RunningPodAsync()
    {
        await CreateWebAsync();
        var snapshot = await Until(s => RunningPods(s).Any());
        return RunningPods(snapshot).First().Name;
    }

    private IEnumerable<PodRow> RunningPods(ClusterSnapshot snapshot) =>
        ClusterSummaryBuilder.From(snapshot).Pods.Where(p => p.Namespace == _namespace && p.Status == "Running");

    private Task<ExecResult> ExecAsync(string pod, params string[] command) =>
        _api.ExecAsync(_namespace, pod, "web", command, CancellationToken.None).DefaultTimeout();

    [Fact]
    public async Task Object_Unknown_IsNotFoundWithTheServersMessage()
    {
        var error = await Assert.ThrowsAsync<ClusterApiException>(() => _api.GetAsync($"api/v1/namespaces/{_namespace}/pods/none", CancellationToken.None));

        Assert.Equal((HttpStatusCode.NotFound, "pods \"none\" not found"), (error.StatusCode, error.Message));
    }

    [Fact]
    public async Task Object_WithTypo_IsRefusedWhenValidationIsStrict()
    {
        var error = await Assert.ThrowsAsync<ClusterApiException>(() => CreateAsync($"api/v1/namespaces/{_namespace}/services?fieldValidation=Strict", """{"metadata":{"name":"x"},"spec":{"sellector":{},"ports":[{"port":80}]}}"""));

        Assert.Contains("unknown field \"spec.sellector\"", error.Message);
    }
}
