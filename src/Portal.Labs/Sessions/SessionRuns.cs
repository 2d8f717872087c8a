using System.Collections.Immutable;
using Portal.Content.Model;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>A run that was accepted.</summary>
internal sealed record QueuedRun(string RunId, Section Section, Block Block, RunOptions Options)
{
    public int? Command => Options.Command;

    /// <summary>What is run in place of the block's own text, or null.</summary>
    public string? Code => Options.Code;

    /// <summary>Whether it begins when it was asked for.</summary>
    public bool AtOnce { get; init; }
}

/// <summary>
/// Runs of one session, one at a time, in the order in which they were accepted. Touched by the session's loop only.
/// </summary>
/// <param name="execute">Makes a run and tells whether it succeeded; its token is cancelled to stop it.</param>
/// <param name="ended">Told each run that is over, whatever became of it.</param>
/// <param name="changed">Told the active run and the ones that wait.</param>
internal sealed class SessionRuns(
    Func<QueuedRun, CancellationToken, Task<bool>> execute,
    Action<QueuedRun> ended,
    Action<QueuedRun?, ImmutableArray<QueuedRun>> changed,
    Guarded guarded
)
{
    private static readonly Task s_never = new TaskCompletionSource().Task;

    private readonly List<TaskCompletionSource> _stopping = [];
    private ImmutableArray<QueuedRun> _waiting = [];
    private (QueuedRun Run, CancellationTokenSource Stop, Task Ended)? _active;

    /// <summary>Of the active run; to be read when that has ended.</summary>
    private bool _succeeded;

    /// <summary>The series of the last run that did not succeed: more of it may still be on its way.</summary>
    private string? _broken;

    /// <summary>
    /// Completes when the active run is over; <see cref="Settle"/> then has to be called. Never, while nothing runs.
    /// </summary>
    public Task ActiveEnded => _active?.Ended ?? s_never;

    public void Enqueue(QueuedRun run)
    {
        if (run.Options.Series is { } series && series == _broken) return;
        _waiting = _waiting.Add(run with { AtOnce = _active is null });
        StartNext();
        changed(_active?.Run, _waiting);
    }

    /// <summary>Stops the active run and drops the others.</summary>
    /// <param name="stopped">Completed when nothing runs.</param>
    public void Stop(TaskCompletionSource stopped)
    {
        _waiting = [];
        _stopping.Add(stopped);
        _active?.Stop.Cancel();
        changed(_active?.Run, _waiting);
        Settle();
    }

    /// <summary>Stops everything and waits for the active run to end.</summary>
    public async Task StopAsync(TimeSpan limit, TimeProvider time)
    {
        var stopped = new TaskCompletionSource();
        Stop(stopped);
        if (_active is not { } active) return;
        await active.Ended.WaitAsync(limit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Settle();
    }

    /// <summary>Takes note when the active run is over, and starts the next.</summary>
    public void Settle()
    {
        if (_active is { Ended.IsCompleted: true } over)
        {
            _active = null;
            if (!_succeeded && over.Run.Options.Series is { } series)
            {
                _broken = series;
                _waiting = _waiting.RemoveAll(w => w.Options.Series == series);
            }
            ended(over.Run);
            StartNext();
            changed(_active?.Run, _waiting);
        }
        if (_active is not null) return;
        foreach (var stopped in _stopping) stopped.TrySetResult();
        _stopping.Clear();
    }

    private void StartNext()
    {
        if (_active is not null || _waiting.IsEmpty) return;
        var run = _waiting[0];
        var stop = new CancellationTokenSource();
        _waiting = _waiting.RemoveAt(0);
        _succeeded = false;
        _active = (
            run,
            stop,
            guarded.Start("run", async () => _succeeded = await execute(run, stop.Token).ConfigureAwait(false))
        );
    }
}
