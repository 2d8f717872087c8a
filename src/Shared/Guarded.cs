using Microsoft.Extensions.Logging;

namespace Portal.Shared;

/// <summary>
/// Starts the work that nobody awaits - timers, workers, callbacks - of one owner: a cluster, a lesson session, the portal.
/// What such work throws is logged with the owner's and the work's name and ends there, so that one owner's fault is never
/// another's; unguarded, a throw in a timer ends the process. Every other way to start work is banned (BannedSymbols.txt).
/// Thread-safe. Compiled into each project that needs it (see the projects' Compile items).
/// </summary>
internal sealed partial class Guarded(string owner, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromSeconds(30);

    /// <summary>Called with the name of each piece of work just before it. Tests make any seam fail by throwing here.</summary>
    public Action<string>? Entering { get; init; }

    /// <summary>Runs work here and now.</summary>
    /// <returns>False when it threw.</returns>
    public bool Invoke(string name, Action work)
    {
        try
        {
            Entering?.Invoke(name);
            work();
            return true;
        }
        catch (Exception e)
        {
            LogFailed(logger, e, owner, name);
            return false;
        }
    }

    /// <summary>Runs work on the thread pool.</summary>
    public void Queue(string name, Action work) =>
        ThreadPool.UnsafeQueueUserWorkItem(static s => s.Self.Invoke(s.Name, s.Work), (Self: this, Name: name, Work: work), preferLocal: false);

    /// <summary>Runs work on the thread pool. The task completes when the work has ended and never faults; cancellation is an end like any other.</summary>
    public Task Start(string name, Func<Task> work) => Task.Run(async () =>
    {
        try
        {
            Entering?.Invoke(name);
            await work().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled knows.
        }
        catch (Exception e)
        {
            LogFailed(logger, e, owner, name);
        }
    });

    /// <summary>
    /// Keeps work going on the thread pool: when it throws it begins again, after 100 ms at first and 30 s at last (the delay
    /// starts anew once the work has lasted longer than that). The task completes when the work returns or is cancelled, and never faults.
    /// </summary>
    /// <param name="failed">Told each failure before the wait; null to be told nothing.</param>
    public Task Keep(string name, Func<CancellationToken, Task> work, CancellationToken cancellationToken, Action<Exception>? failed = null) => Task.Run(async () =>
    {
        for (var delay = s_firstRetry; !cancellationToken.IsCancellationRequested;)
        {
            var begun = time.GetTimestamp();
            try
            {
                Entering?.Invoke(name);
                await work(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (time.GetElapsedTime(begun) > s_lastRetry) delay = s_firstRetry;
                LogAgain(logger, e, owner, name, delay);
                if (failed is not null) Tell(name, failed, e);
            }
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = delay * 2 < s_lastRetry ? delay * 2 : s_lastRetry;
        }
    }, CancellationToken.None);

    /// <summary>Not through the seam: whoever makes the work fail there wants to see it told.</summary>
    private void Tell(string name, Action<Exception> failed, Exception exception)
    {
        try
        {
            failed(exception);
        }
        catch (Exception e)
        {
            LogFailed(logger, e, owner, name);
        }
    }

    /// <summary>A timer of the owner's clock whose callback is guarded; the next period comes whatever this one did.</summary>
    public ITimer Timer(string name, Action callback, TimeSpan due, TimeSpan period) =>
        time.CreateTimer(static s => { var (self, name, callback) = ((Guarded, string, Action))s!; self.Invoke(name, callback); }, (this, name, callback), due, period);

    [LoggerMessage(EventId = 1, EventName = "WorkFailed", Level = LogLevel.Error, Message = "{Work} of {Owner} failed.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string owner, string work);

    [LoggerMessage(EventId = 2, EventName = "WorkBeginsAgain", Level = LogLevel.Error, Message = "{Work} of {Owner} failed and begins again in {Delay}.")]
    private static partial void LogAgain(ILogger logger, Exception exception, string owner, string work, TimeSpan delay);
}
