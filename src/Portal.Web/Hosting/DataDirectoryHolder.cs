using Microsoft.Extensions.Options;
using Portal.Shared;

namespace Portal.Web.Hosting;

/// <summary>Holds the data directory while the portal lives. Starts before all that works there.</summary>
internal sealed class DataDirectoryHolder(IOptions<DataOptions> data) : IHostedLifecycleService, IDisposable
{
    private IDisposable? _held;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _held = DataDirectory.Lock(data.Value.Directory!);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _held?.Dispose();
}
