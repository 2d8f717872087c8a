using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests;

/// <summary>A sandbox server without delays, and the tools that a learner has.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    private int _clusters;

    public SandboxServer Server { get; private set; } = null!;
    public TempDirectory Directory { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Server = await SandboxServer.StartAsync(new SandboxOptions { PodStartDelay = TimeSpan.Zero, ConfigPushDelay = TimeSpan.Zero }, TestContext.Current.CancellationToken);
        SandboxTools.WriteLaunchers(Directory.Path);
        SandboxTools.WriteDistribution(Directory.Path);
    }

    /// <summary>A cluster of the test's own, and a shell for it.</summary>
    public (SandboxCluster Cluster, ToolShell Shell) NewCluster()
    {
        var cluster = Server.GetOrCreate($"test-{Interlocked.Increment(ref _clusters)}");
        return (cluster, new ToolShell(cluster, Directory.Path));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class SandboxCollection : ICollectionFixture<SandboxFixture>
{
    public const string Name = "sandbox";
}
