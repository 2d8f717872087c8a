using System.Runtime.InteropServices;
using Portal.Shared;

namespace Portal.Web.Hosting.Draining;

/// <summary>
/// Ends the portal on SIGTERM, SIGINT and SIGQUIT as the host's own lifetime does, but not before what runs has
/// ended. A
/// second signal ends it at once.
/// </summary>
internal sealed class DrainingLifetime(
    IHostApplicationLifetime application,
    PortalDrain drain,
    ILogger<DrainingLifetime> logger,
    TimeProvider time
) : IHostLifetime, IDisposable
{
    private readonly CancellationTokenSource _now = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private int _asked;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
            _signals.Add(PosixSignalRegistration.Create(signal, OnSignal));
        application.ApplicationStarted.Register(() => Log.Started(logger));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _signals.Clear();
        _now.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _asked) == 1)
            _ = new Guarded("portal", logger, time).Start("drain", EndAsync);
        else
            _now.Cancel();
    }

    private async Task EndAsync()
    {
        if (drain.Running is > 0 and var running) Log.Draining(logger, running);
        try
        {
            await drain.DrainAsync(_now.Token).ConfigureAwait(false);
        }
        finally
        {
            application.StopApplication();
        }
    }
}
