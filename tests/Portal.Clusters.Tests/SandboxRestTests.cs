using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Portal.Clusters.Api;
using Portal.Clusters.Kubeconfig;
using Portal.Clusters.Sandbox;
using Portal.Testing;
using Xunit;

namespace Portal.Clusters.Tests;

/// <summary>Simulated clusters that nobody leases, in files, over restarts too.</summary>
public sealed class SandboxRestTests : IAsyncDisposable
{
    private static readonly ClusterKey s_key = new("ada", "course", "lesson");

    private readonly TempDirectory _directory = new();
    private SandboxClusterProvider _provider;

    public SandboxRestTests() => _provider = NewProvider();

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Lease_GivenBackAndTakenAgain_IsTheSameCluster()
    {
        var first = await LeaseAsync();
        Assert.Equal(ClusterPast.New, first.Past);
        var before = await NamespaceAsync(first);
        await first.DisposeAsync();
        Assert.Single(Files());

        await using var second = await LeaseAsync();

        Assert.Equal((ClusterPast.Slept, before), (second.Past, await NamespaceAsync(second)));
        Assert.NotEqual(first.Kubeconfig, second.Kubeconfig);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Lease_HeldByAnotherToo_StaysInMemory()
    {
        var first = await LeaseAsync();
        await using var second = await LeaseAsync();

        await first.DisposeAsync();
        await first.DisposeAsync();

        Assert.Equal(ClusterPast.Kept, second.Past);
        Assert.Empty(Files());
        await NamespaceAsync(second);
    }

    [Fact]
    public async Task Provider_EndedAndBegunAgain_HasEveryCluster()
    {
        var lease = await LeaseAsync();
        var before = await NamespaceAsync(lease);

        await _provider.DisposeAsync();
        _provider = NewProvider();

        await using var again = await LeaseAsync();
        Assert.Equal((ClusterPast.Slept, before), (again.Past, await NamespaceAsync(again)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DeleteAsync_AtRest_IsGone(bool restarted)
    {
        await (await LeaseAsync()).DisposeAsync();
        if (restarted)
        {
            await _provider.DisposeAsync();
            _provider = NewProvider();
        }

        await _provider.DeleteAsync(s_key, CancellationToken.None);

        Assert.Empty(Files());
        await using var again = await LeaseAsync();
        Assert.Equal(ClusterPast.New, again.Past);
    }

    [Fact]
    public async Task ResetAsync_AtRest_BeginsAnew()
    {
        await (await LeaseAsync()).DisposeAsync();

        await _provider.ResetAsync(s_key, new Progress<string>(), CancellationToken.None);

        await using var again = await LeaseAsync();
        Assert.Equal(ClusterPast.New, again.Past);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Checkpoints_AfterARest_AreWhereItGoesBackTo(bool restarted)
    {
        var lease = await LeaseAsync();
        lease.Checkpoints!.Keep("before");
        using (var api = ClusterApi.Connect(lease.Kubeconfig))
            await api.SendAsync(
                HttpMethod.Post,
                "api/v1/namespaces",
                """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}""",
                "application/json",
                CancellationToken.None
            );
        await lease.DisposeAsync();
        if (restarted)
        {
            await _provider.DisposeAsync();
            _provider = NewProvider();
        }
        await using var again = await LeaseAsync();
        Assert.Equal(["before"], again.Checkpoints!.Names);
        Assert.True(await HasAsync(again, "shop"));

        Assert.True(again.Checkpoints.TryGoBack("before"));

        Assert.False(await HasAsync(again, "shop"));
        Assert.False(again.Checkpoints.TryGoBack("never kept"));
    }

    [Fact]
    public async Task Lease_DamagedFile_IsANewClusterAndTheFileIsKept()
    {
        await (await LeaseAsync()).DisposeAsync();
        var file = Assert.Single(Files());
        await File.WriteAllTextAsync(file, "nonsense");

        await using var again = await LeaseAsync();

        Assert.Equal(ClusterPast.New, again.Past);
        Assert.Equal("nonsense", await File.ReadAllTextAsync(file + ".damaged"));
    }

    private static async Task<bool> HasAsync(IClusterLease lease, string name)
    {
        using var api = ClusterApi.Connect(lease.Kubeconfig);
        return await api.FindAsync($"api/v1/namespaces/{name}", CancellationToken.None) is not null;
    }

    private SandboxClusterProvider NewProvider() =>
        new(
            Options.Create(new ClusterOptions { Sandbox = { Directory = Path.Combine(_directory.Path, "clusters") } }),
            TimeProvider.System,
            NullLoggerFactory.Instance
        );

    private Task<IClusterLease> LeaseAsync() =>
        _provider.LeaseAsync(s_key, new Progress<string>(), CancellationToken.None);

    private IEnumerable<string> Files() => Directory.EnumerateFiles(Path.Combine(_directory.Path, "clusters"));

    private static async Task<string> NamespaceAsync(IClusterLease lease)
    {
        using var api = ClusterApi.Connect(lease.Kubeconfig);
        var found = await api.GetAsync("api/v1/namespaces/default", CancellationToken.None);
        return found.GetProperty("metadata").GetProperty("uid").GetString()!;
    }
}
