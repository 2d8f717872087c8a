using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Portal.Clusters.Kind;
using Portal.Testing;
using Xunit;

namespace Portal.Clusters.Tests.Kind;

public sealed class KindClusterProviderTests : IDisposable
{
    private static readonly ClusterKey s_key = new("Ada Lovelace", "c", "l");
    private readonly FakeProcessRunner _processes = new();
    private readonly TempDirectory _state = new();
    private readonly List<string> _progress = [];
    private readonly KindClusterProvider _provider;

    public KindClusterProviderTests()
    {
        _provider = NewProvider(0).Provider;
        _processes.Answers["kind get kubeconfig"] = new(0, Kubeconfig, "");
    }

    private const string Kubeconfig = """
        kind: Config
        clusters: [{ name: kind, cluster: { server: "https://127.0.0.1:41234" } }]
        users: [{ name: kind, user: { token: t } }]
        """;

    public void Dispose() => _state.Dispose();

    private (KindClusterProvider Provider, WarmKindClusters Warm) NewProvider(int warm)
    {
        var options = Options.Create(new ClusterOptions { StateDirectory = _state.Path, Kind = { Warm = warm } });
        var commands = new KindCommands(options, _processes, NullLogger<KindCommands>.Instance);
        var clusters = new WarmKindClusters(
            commands,
            options,
            TimeProvider.System,
            NullLogger<WarmKindClusters>.Instance
        );
        return (
            new(
                options,
                _processes,
                commands,
                clusters,
                TimeProvider.System,
                NullLogger<KindClusterProvider>.Instance
            ),
            clusters
        );
    }

    [Fact]
    public async Task LeaseAsync_WarmCluster_IsTakenAndAnotherIsMade()
    {
        var (provider, warm) = NewProvider(1);
        await warm.StartAsync(CancellationToken.None);
        await Eventually.True(() => Ready().Count == 1);
        var first = Ready().Single();

        await using var lease = await provider.LeaseAsync(s_key, new Progress(_progress), CancellationToken.None);

        Assert.Equal(ClusterPast.New, lease.Past);
        Assert.Contains($"kind get kubeconfig --name {first}", _processes.Ran);
        Assert.DoesNotContain(
            _processes.Ran,
            r => r.StartsWith($"kind create cluster --name {Name} ", StringComparison.Ordinal)
        );
        await Eventually.True(() => Ready().Count == 1 && Ready().Single() != first);

        // Another process knows whose it is.
        var second = Ready().Single();
        _processes.Answers["kind get clusters"] = new(0, $"{first}\n{second}\n", "");
        await warm.StopAsync(CancellationToken.None);
        var (again, _) = NewProvider(1);
        await using var kept = await again.LeaseAsync(s_key, new Progress(_progress), CancellationToken.None);
        Assert.Equal(ClusterPast.Kept, kept.Past);

        await again.DeleteAsync(s_key, CancellationToken.None);
        Assert.Contains($"kind delete cluster --name {first}", _processes.Ran);
        Assert.Equal(Name, warm.Resolve(Name));
    }

    [Fact]
    public async Task StartAsync_HalfMadeByAProcessThatEnded_IsDeleted()
    {
        _processes.Answers["kind get clusters"] = new(0, "portal-warm-half\nportal-somebodys\n", "");
        var (_, warm) = NewProvider(1);

        await warm.StartAsync(CancellationToken.None);

        await Eventually.True(() => Ready().Count == 1);
        Assert.Contains("kind delete cluster --name portal-warm-half", _processes.Ran);
        Assert.DoesNotContain("kind delete cluster --name portal-somebodys", _processes.Ran);
        await warm.StopAsync(CancellationToken.None);
    }

    private List<string> Ready() =>
        [.. Directory.EnumerateFiles(_state.Path, "*.ready").Select(f => Path.GetFileNameWithoutExtension(f))];

    private static string Name => "portal-" + ClusterNames.Of(s_key);

    private sealed class Progress(List<string> lines) : IProgress<string>
    {
        public void Report(string value) => lines.Add(value);
    }

    private Task<IClusterLease> Lease() => _provider.LeaseAsync(s_key, new Progress(_progress), CancellationToken.None);

    [Theory]
    [InlineData("kind", "kind is not installed.")]
    [InlineData("docker", "Docker is not installed.")]
    public async Task GetAvailabilityAsync_ProgramMissing_SaysWhichAndWhereToGetIt(string program, string reason)
    {
        _processes.Programs.Remove(program);

        var availability = await _provider.GetAvailabilityAsync(CancellationToken.None);

        Assert.Equal((false, reason), (availability.IsAvailable, availability.Reason));
        Assert.Contains("https://", availability.Remedy);
    }

    [Fact]
    public async Task GetAvailabilityAsync_DockerDown_QuotesDocker()
    {
        _processes.Answers["docker info"] = new(1, "", "Cannot connect to the Docker daemon\n");

        Assert.Equal("Docker does not answer: Cannot connect to the Docker daemon", (await _provider.GetAvailabilityAsync(CancellationToken.None)).Reason);
    }

    [Fact]
    public async Task GetAvailabilityAsync_LittleMemory_NamesTheKey()
    {
        _processes.Answers["docker info"] = new(0, "2147483648\n", "");

        var availability = await _provider.GetAvailabilityAsync(CancellationToken.None);

        Assert.Equal("Docker has 2 GiB of memory; a lesson with a mesh needs 8 GiB.", availability.Reason);
        Assert.Contains("Portal:Clusters:Kind:MinimumMemoryGiB", availability.Remedy);
    }

    [Fact]
    public async Task LeaseAsync_NoCluster_CreatesItWithAKubeconfigOfItsOwnAndStreamsProgress()
    {
        _processes.Answers["kind create"] = new(0, "", " ✓ Starting control-plane\n");

        var lease = await Lease();

        var create = Assert.Single(_processes.Ran, r => r.StartsWith("kind create", StringComparison.Ordinal));
        Assert.Matches($"^kind create cluster --name {Name} --kubeconfig {_state.Path}/.+ --wait 120s$", create);
        Assert.Equal([" ✓ Starting control-plane"], _progress);
        Assert.Equal((Kubeconfig, false), (lease.Kubeconfig, lease.Capabilities.Simulated));
    }

    [Fact]
    public async Task LeaseAsync_ClusterIsThere_UsesIt()
    {
        _processes.Answers["kind get clusters"] = new(0, $"other\n{Name}\n", "");

        await _provider.LeaseAsync(s_key, new Progress(_progress), CancellationToken.None);

        Assert.DoesNotContain(_processes.Ran, r => r.StartsWith("kind create", StringComparison.Ordinal));
    }

    [Fact]
    public async Task LeaseAsync_CreateFails_SaysWhatToDo()
    {
        _processes.Answers["kind create"] = new(1, "", "ERROR: no space left\n");

        var error = await Assert.ThrowsAsync<ClusterUnavailableException>(Lease);

        Assert.Equal("kind could not create the cluster: ERROR: no space left", error.Message);
        Assert.Contains("kind delete cluster", error.Remedy);
    }

    [Fact]
    public async Task DeleteAsync_Cluster_DeletesItAndItsKubeconfigAndLeavesOthersAlone()
    {
        await Lease();
        var file = _state.Write(Name + ".kubeconfig", "kind: Config");
        _state.Write("other.kubeconfig", "kind: Config");

        await _provider.DeleteAsync(s_key, CancellationToken.None);

        Assert.Equal($"kind delete cluster --name {Name}", _processes.Ran.Last());
        Assert.Equal(["other.kubeconfig"], Directory.GetFiles(_state.Path).Select(Path.GetFileName));
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task DeleteAsync_KindFails_SaysWhatToDo()
    {
        _processes.Answers["kind delete"] = new(1, "", "ERROR: no Docker\n");

        var error = await Assert.ThrowsAsync<ClusterUnavailableException>(() =>
            _provider.DeleteAsync(s_key, CancellationToken.None)
        );

        Assert.Contains($"kind delete cluster --name {Name}", error.Remedy);
    }
}
