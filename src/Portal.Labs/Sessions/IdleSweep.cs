using Microsoft.Extensions.Hosting;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>
/// Deletes the clusters and workspaces that nobody has used for the configured days, also those of an earlier
/// process.
/// </summary>
internal sealed class IdleSweep(LessonSessions sessions, LessonSessionFactory factory) : IHostedService, IDisposable
{
    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_every = TimeSpan.FromHours(1);

    private readonly WallClock _clock = new(factory.Time);
    private readonly CancellationTokenSource _stopping = new();
    private Task _sweeping = Task.CompletedTask;
    private bool _disposed;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (factory.Options.DeleteAfterIdleDays > 0)
            _sweeping = factory.Guard("idle clusters").Keep("sweep", SweepAgainAsync, _stopping.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A host that failed to start disposes before it stops.
        if (_disposed) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _sweeping.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _stopping.Cancel();
        _stopping.Dispose();
    }

    /// <summary>Looks once. What cannot be deleted is logged and tried again the next time.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var age = TimeSpan.FromDays(factory.Options.DeleteAfterIdleDays);
        if (!_clock.IsBelieved(age))
        {
            Log.SweepSkipped(factory.Logger, factory.Options.DeleteAfterIdleDays);
            return;
        }
        var limit = factory.Time.GetUtcNow() - age;
        foreach (var (record, lastUsed) in WorkspaceRecord.FindAll(factory.WorkspacesRoot))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (lastUsed <= limit)
                await sessions.TryDeleteUnusedAsync(record.Key, record.Provider).ConfigureAwait(false);
        }
    }

    private async Task SweepAgainAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(s_first, factory.Time, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            await SweepAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(s_every, factory.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
