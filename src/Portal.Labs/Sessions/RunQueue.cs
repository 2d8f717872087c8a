using System.Collections.Immutable;
using Portal.Content.Model;

namespace Portal.Labs.Sessions;

/// <summary>A run that was accepted.</summary>
/// <param name="Code">What is run in place of the block's own text, or null.</param>
internal sealed record QueuedRun(string RunId, Section Section, Block Block, int? Command, string? Code);

/// <summary>Runs of one session, one at a time, in the order in which they were accepted.</summary>
/// <param name="execute">Runs one; its token is cancelled by <see cref="StopAsync"/>.</param>
/// <param name="changed">Told the active run and the ones that wait.</param>
internal sealed class RunQueue(Func<QueuedRun, CancellationToken, Task> execute, Action<QueuedRun?, ImmutableArray<QueuedRun>> changed)
{
    private readonly Lock _gate = new();
    private ImmutableArray<QueuedRun> _waiting = [];
    private QueuedRun? _active;
    private CancellationTokenSource? _stop;
    private Task _worker = Task.CompletedTask;

    public bool IsBusy
    {
        get
        {
            lock (_gate) return _active is not null;
        }
    }

    public void Enqueue(QueuedRun run)
    {
        lock (_gate)
        {
            _waiting = _waiting.Add(run);
            if (_active is null)
            {
                TakeNext();
                _worker = Task.Run(WorkAsync);
            }
            Tell();
        }
    }

    /// <summary>Stops the active run and drops the others; returns when nothing runs.</summary>
    public async Task StopAsync()
    {
        Task worker;
        CancellationTokenSource? stop;
        lock (_gate)
        {
            _waiting = [];
            worker = _worker;
            stop = _stop;
            Tell();
        }
        if (stop is not null) await stop.CancelAsync().ConfigureAwait(false);
        await worker.ConfigureAwait(false);
    }

    private async Task WorkAsync()
    {
        while (true)
        {
            QueuedRun run;
            CancellationTokenSource stop;
            lock (_gate)
            {
                if (_active is null) return;
                run = _active;
                stop = _stop!;
            }
            await execute(run, stop.Token).ConfigureAwait(false);
            lock (_gate)
            {
                TakeNext();
                Tell();
            }
        }
    }

    /// <summary>The token source of a finished run is left to the collector: <see cref="StopAsync"/> may hold it.</summary>
    private void TakeNext()
    {
        _active = _waiting.IsEmpty ? null : _waiting[0];
        _stop = _active is null ? null : new CancellationTokenSource();
        if (_active is not null) _waiting = _waiting.RemoveAt(0);
    }

    private void Tell() => changed(_active, _waiting);
}
