using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Portal.Clusters.Sandbox;
using Portal.Testing;
using Xunit;

namespace Portal.Clusters.Tests;

public sealed class SandboxClusterProviderTests : IAsyncDisposable
{
    private static readonly ClusterKey s_key = new("ada", "course", "lesson");

    private readonly Categories _categories = new();
    private readonly LoggerFactory _loggers;
    private readonly SandboxClusterProvider _provider;

    public SandboxClusterProviderTests()
    {
        _loggers = new LoggerFactory([_categories]);
        _provider = new(Options.Create(new ClusterOptions()), TimeProvider.System, _loggers);
    }

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        _loggers.Dispose();
    }

    private Task<IClusterLease> LeaseAsync(ClusterKey key) =>
        _provider.LeaseAsync(key, new Progress<string>(), CancellationToken.None);

    [Fact]
    public async Task LeaseAsync_Server_LogsUnderThePortalsConfiguration()
    {
        await LeaseAsync(s_key);

        Assert.Contains(_categories.Names, n => n.StartsWith("Portal.Sandbox.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task LeaseAsync_SameLessonIdOfAnotherCourse_IsAnotherCluster()
    {
        var first = await LeaseAsync(s_key);
        var second = await LeaseAsync(s_key with { CourseId = "other" });

        Assert.NotEqual(first.Kubeconfig, second.Kubeconfig);
        Assert.Equal(first.Kubeconfig, (await LeaseAsync(s_key)).Kubeconfig);
    }

    [Fact]
    public async Task DeleteAsync_Cluster_IsGoneAndTheNextLeaseIsANewOne()
    {
        var first = await LeaseAsync(s_key);

        await _provider.DeleteAsync(s_key, CancellationToken.None);
        await _provider.DeleteAsync(s_key, CancellationToken.None);

        Assert.NotEqual(first.Kubeconfig, (await LeaseAsync(s_key)).Kubeconfig);
    }

    [Fact]
    public async Task DisposeAsync_LeaseUnderWay_LeavesNoServer()
    {
        var leasing = LeaseAsync(s_key);

        await _provider.DisposeAsync().AsTask().DefaultTimeout();

        if (await Task.WhenAny(leasing).DefaultTimeout() is { IsCompletedSuccessfully: true } leased)
        {
            var server = new Uri(
                (await leased)
                    .Kubeconfig.Split('\n')
                    .First(l => l.Trim().StartsWith("server:", StringComparison.Ordinal))
                    .Split(": ", 2)[1]
                    .Trim(' ', '"')
            );
            using var client = new System.Net.Sockets.TcpClient();
            await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(() =>
                client.ConnectAsync(server.Host, server.Port)
            );
        }
        await Assert.ThrowsAsync<ObjectDisposedException>(() => LeaseAsync(s_key));
    }

    private sealed class Categories : ILoggerProvider
    {
        public ConcurrentQueue<string> Names { get; } = new();

        public ILogger CreateLogger(string categoryName)
        {
            Names.Enqueue(categoryName);
            return NullLogger.Instance;
        }

        public void Dispose()
        {
        }
    }
}
