using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Portal.Clusters.Kind;
using Portal.Clusters.Kubeconfig;
using Portal.Clusters.Processes;
using Portal.Clusters.Sandbox;
using Xunit;

namespace Portal.Clusters.Tests.Conformance;

public sealed class SandboxConformanceTests : ClusterConformanceTests
{
    private SandboxClusterProvider? _provider;

    protected override Task<IClusterLease> LeaseAsync()
    {
        var options = new ClusterOptions();
        options.Sandbox.PodStartDelay = TimeSpan.Zero;
        _provider = new(Options.Create(options), TimeProvider.System, NullLoggerFactory.Instance);
        return _provider.LeaseAsync(
            new("test", "course", "conformance"),
            new Progress<string>(),
            CancellationToken.None
        );
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_provider is not null) await _provider.DisposeAsync();
    }
}

/// <summary>The current context of the kubeconfig that PORTAL_TEST_KUBECONFIG names.</summary>
public sealed class KubeconfigConformanceTests : ClusterConformanceTests
{
    protected override Task<IClusterLease> LeaseAsync()
    {
        var file = Environment.GetEnvironmentVariable("PORTAL_TEST_KUBECONFIG");
        Assert.SkipUnless(!string.IsNullOrEmpty(file), "PORTAL_TEST_KUBECONFIG does not name a kubeconfig.");
        var options = new ClusterOptions();
        options.Kubeconfig.File = file!;
        options.Kubeconfig.Contexts.Add(k8s.KubernetesClientConfiguration.LoadKubeConfig(file).CurrentContext);
        return new KubeconfigClusterProvider(
            Options.Create(options),
            TimeProvider.System,
            NullLogger<KubeconfigClusterProvider>.Instance
        ).LeaseAsync(new("test", "course", "conformance"), new Progress<string>(), CancellationToken.None);
    }
}

public sealed class KindConformanceTests : ClusterConformanceTests
{
    protected override Task<IClusterLease> LeaseAsync()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PORTAL_TEST_KIND") == "1", "PORTAL_TEST_KIND is not 1.");
        var options = Options.Create(new ClusterOptions());
        var commands = new KindCommands(options, new ProcessRunner(), NullLogger<KindCommands>.Instance);
        return new KindClusterProvider(
            options,
            new ProcessRunner(),
            commands,
            new(commands, options, TimeProvider.System, NullLogger<WarmKindClusters>.Instance),
            TimeProvider.System,
            NullLogger<KindClusterProvider>.Instance
        ).LeaseAsync(new("test", "course", "conformance"), new Progress<string>(), CancellationToken.None);
    }
}
