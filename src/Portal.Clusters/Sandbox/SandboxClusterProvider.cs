using Microsoft.Extensions.Options;
using Portal.Sandbox;

namespace Portal.Clusters.Sandbox;

/// <summary>Simulated clusters inside this process. The server starts with the first lease.</summary>
internal sealed class SandboxClusterProvider(IOptions<ClusterOptions> options, TimeProvider time) : IClusterProvider, IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private SandboxServer? _server;
    private string? _files;

    public string Name => "sandbox";

    public Task<ClusterAvailability> GetAvailabilityAsync(CancellationToken cancellationToken) => Task.FromResult(ClusterAvailability.Available);

    public async Task<IClusterLease> LeaseAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var (server, files) = await StartAsync(progress, cancellationToken).ConfigureAwait(false);
        var cluster = server.GetOrCreate(IdOf(key));
        return new ClusterLease(key, Name, cluster.Kubeconfig, new(Simulated: true, Mesh: true, Checkpoints: true), Path.Combine(files, "tools"), Path.Combine(files, "workspace"));
    }

    public Task ResetAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken)
    {
        _server?.Find(IdOf(key))?.Reset();
        return Task.CompletedTask;
    }

    public Task DeleteAsync(ClusterKey key, CancellationToken cancellationToken) => _server?.DeleteAsync(IdOf(key)) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync().ConfigureAwait(false);
        if (_files is not null && Directory.Exists(_files)) Directory.Delete(_files, recursive: true);
        _starting.Dispose();
    }

    private static string IdOf(ClusterKey key) => ClusterNames.Safe($"{key.LearnerId}-{key.LessonId}");

    private async Task<(SandboxServer Server, string Files)> StartAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_files is null)
            {
                var files = Directory.CreateTempSubdirectory("portal-sandbox-").FullName;
                SandboxTools.WriteLaunchers(Directory.CreateDirectory(Path.Combine(files, "tools")).FullName);
                SandboxTools.WriteDistribution(Directory.CreateDirectory(Path.Combine(files, "workspace")).FullName);
                _files = files;
            }
            if (_server is null)
            {
                progress.Report("Starting the sandbox");
                _server = await SandboxServer.StartAsync(new SandboxOptions { PodStartDelay = options.Value.Sandbox.PodStartDelay, TimeProvider = time }, cancellationToken).ConfigureAwait(false);
            }
            return (_server, _files);
        }
        finally
        {
            _starting.Release();
        }
    }
}
