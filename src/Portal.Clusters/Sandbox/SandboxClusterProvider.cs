using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Sandbox;

namespace Portal.Clusters.Sandbox;

/// <summary>Simulated clusters inside this process. The server starts with the first lease.</summary>
internal sealed class SandboxClusterProvider(
    IOptions<ClusterOptions> options,
    TimeProvider time,
    ILoggerFactory loggers
) : IClusterProvider, IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private readonly ILogger _logger = loggers.CreateLogger<SandboxClusterProvider>();
    private bool _disposed;
    private SandboxServer? _server;
    private SandboxRest? _rest;
    private SandboxFiles? _files;

    public string Name => "sandbox";

    public Task<ClusterAvailability> GetAvailabilityAsync(CancellationToken cancellationToken) => Task.FromResult(ClusterAvailability.Available);

    public async Task<IClusterLease> LeaseAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var (server, rest, files) = await StartAsync(progress, cancellationToken).ConfigureAwait(false);
        var id = ClusterNames.Of(key);
        var (cluster, past) = await rest.TakeAsync(id, cancellationToken).ConfigureAwait(false);
        return new ClusterLease(
            key,
            Name,
            cluster.Kubeconfig,
            new(cluster.Kubeconfig, new(IPAddress.Loopback, server.Address.Port), null, cluster.Accept),
            new(Simulated: true, Mesh: true, Checkpoints: true, SandboxServer.RequestTimeHeader),
            files.Tools,
            files.Workspace
        )
        {
            Past = past,
            Checkpoints = new SandboxCheckpoints(cluster),
            Return = () => rest.ReturnAsync(id),
        };
    }

    public Task ResetAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken) =>
        _rest?.ResetAsync(ClusterNames.Of(key), cancellationToken) ?? Forget(key);

    public async Task DeleteAsync(ClusterKey key, CancellationToken cancellationToken)
    {
        if (_rest is not { } rest) await Forget(key).ConfigureAwait(false);
        else if (await rest.DeleteAsync(ClusterNames.Of(key), cancellationToken).ConfigureAwait(false))
            Log.ClusterDeleted(_logger, Name, ClusterNames.Of(key));
    }

    /// <summary>Waits for a start that is under way: a server that nobody holds would listen for ever.</summary>
    public async ValueTask DisposeAsync()
    {
        await _starting.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_disposed) return;
            _disposed = true;
            if (_rest is not null) await _rest.DisposeAsync().ConfigureAwait(false);
            if (_server is not null) await _server.DisposeAsync().ConfigureAwait(false);
            _files?.Dispose();
        }
        finally
        {
            _starting.Release();
        }
    }

    private sealed class SandboxCheckpoints(SandboxCluster cluster) : IClusterCheckpoints
    {
        public IReadOnlyList<string> Names => [.. cluster.Kept];

        public void Keep(string name) => cluster.Keep(name);

        public bool TryGoBack(string name) => cluster.TryGoBack(name);
    }

    /// <summary>What an earlier process left at rest.</summary>
    private Task Forget(ClusterKey key)
    {
        SandboxRest.Forget(options.Value.Sandbox.Directory, ClusterNames.Of(key));
        return Task.CompletedTask;
    }

    private async Task<(SandboxServer Server, SandboxRest Resting, SandboxFiles Files)> StartAsync(
        IProgress<string> progress,
        CancellationToken cancellationToken
    )
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _files ??= new SandboxFiles();
            if (_server is null)
            {
                progress.Report("Starting the sandbox");
                var settings = options.Value.Sandbox;
                _server = await SandboxServer
                    .StartAsync(
                        new SandboxOptions
                        {
                            PodStartDelay = settings.PodStartDelay,
                            Budgets = settings.Budgets,
                            TimeProvider = time,
                            LoggerFactory = loggers,
                        },
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                Log.SandboxStarted(_logger, _server.Address);
            }
            _rest ??= new SandboxRest(_server, options.Value.Sandbox.Directory, _logger, time);
            return (_server, _rest, _files);
        }
        finally
        {
            _starting.Release();
        }
    }
}
