using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Portal.Clusters.Kubeconfig;
using Portal.Testing;
using Xunit;

namespace Portal.Clusters.Tests.Kubeconfig;

public sealed class KubeconfigClusterProviderTests : IDisposable
{
    private const string File = """
        apiVersion: v1
        kind: Config
        current-context: prod
        clusters:
        - {name: prod, cluster: {server: "https://prod"}}
        - {name: class, cluster: {server: "https://class", certificate-authority: ca.pem}}
        users:
        - {name: admin, user: {token: secret-of-prod}}
        - {name: learner, user: {token: "123"}}
        contexts:
        - {name: prod, context: {cluster: prod, user: admin}}
        - {name: class, context: {cluster: class, user: learner}}
        """;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private KubeconfigClusterProvider Provider(params string[] contexts)
    {
        var options = new ClusterOptions();
        options.Kubeconfig.File = _directory.Write("config", File);
        foreach (var context in contexts) options.Kubeconfig.Contexts.Add(context);
        return new(Options.Create(options), TimeProvider.System, NullLogger<KubeconfigClusterProvider>.Instance);
    }

    [Fact]
    public void Extract_ListedContext_LeavesNoOtherCredential()
    {
        var text = Provider("class").Extract(null);

        Assert.Contains("current-context: class", text);
        Assert.Contains("https://class", text);
        Assert.Contains(Path.Combine(_directory.Path, "ca.pem"), text);
        Assert.DoesNotContain("prod", text);
        Assert.Contains("token: \"123\"", text);
    }

    [Fact]
    public void Extract_ContextThatIsNotListed_IsRefused()
    {
        var error = Assert.Throws<ClusterUnavailableException>(() => Provider("class").Extract("prod"));

        Assert.Equal("The context 'prod' may not be used by learners.", error.Message);
        Assert.Contains("Portal:Clusters:Kubeconfig:Contexts", error.Remedy);
    }

    [Fact]
    public void Extract_ContextThatIsNotInTheFile_NamesTheFile()
    {
        Assert.Contains("has no entry 'gone' in 'contexts'", Assert.Throws<ClusterUnavailableException>(() => Provider("gone").Extract(null)).Message);
    }

    [Fact]
    public async Task GetAvailabilityAsync_NotConfigured_NamesTheKeys()
    {
        var availability = await new KubeconfigClusterProvider(
            Options.Create(new ClusterOptions()),
            TimeProvider.System,
            NullLogger<KubeconfigClusterProvider>.Instance
        ).GetAvailabilityAsync(CancellationToken.None);

        Assert.False(availability.IsAvailable);
        Assert.Contains("Portal:Clusters:Kubeconfig:File", availability.Remedy);
    }

    [Fact]
    public async Task ResetAsync_SomebodyElsesCluster_IsRefused()
    {
        await Assert.ThrowsAsync<ClusterUnavailableException>(() =>
            Provider("class").ResetAsync(new("a", "c", "b"), new Progress<string>(), CancellationToken.None)
        );
    }
}
