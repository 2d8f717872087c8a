using Microsoft.Extensions.Logging;

// The one place that starts work in the ways that are banned everywhere else.
#pragma warning disable RS0030

namespace Portal.Shared;

/// <summary>
/// Starts the work that nobody awaits - timers, workers, callbacks - of one owner: a cluster, a lesson session, the
/// portal. What such work throws is logged with the owner's and the work's name and ends there, so that one owner's
/// fault is never another's; unguarded, a throw in a timer ends the process. Every other way to start work is banned
/// (BannedSymbols.txt). Thread-safe. Compiled into each project that needs it (see the projects' Compile items).
/// </summary>
internal sealed partial class Guarded(string owner, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Called with the name of each piece of work just before it. Tests make any seam fail by throwing here.
    /// </summary>
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
            Failed(e, name, null);
            return false;
        }
    }

    /// <summary>Queues work to the thread pool.</summary>
    public void Queue(string name, Action work) => ThreadPool.UnsafeQueueUserWorkItem(static s =>
    {
        try
        {
            s.Work();
        }
        catch (Exception e)
        {
            s.Self.Failed(e, s.Name, null);
        }
    }, (Self: this, Name: name, Work: work), preferLocal: false);

    /// <summary>
    /// Runs work on the thread pool. The task completes when the work has ended and never faults; cancellation is an
    /// end like any other.
    /// </summary>
    /// <param name="ended">Called once the work has ended, however it did.</param>
    public Task Start(string name, Func<Task> work, Action? ended = null) => Task.Run(async () =>
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
            Failed(e, name, null);
        }
        if (ended is not null) Invoke("end of " + name, ended);
    });

    /// <summary>
    /// Keeps work going on the thread pool: when it throws it begins again, after 100 ms at first and 30 s at last
    /// (the delay starts anew once the work has lasted longer than that). The task completes when the work returns or
    /// is cancelled, and never faults.
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
                Failed(e, name, delay);
                if (failed is not null) Tell(name, failed, e);
            }
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = delay * 2 < s_lastRetry ? delay * 2 : s_lastRetry;
        }
    }, CancellationToken.None);

    /// <summary>
    /// A timer of the owner's clock whose callback is guarded. With a period the next one comes whatever this one
    /// did; without, a callback that failed is called again, after 100 ms at first and 30 s at last, until it goes
    /// through or the timer is disposed.
    /// </summary>
    public ITimer Timer(string name, Action callback, TimeSpan due, TimeSpan period)
    {
        var firing = new Firing(this, name, callback, period == Timeout.InfiniteTimeSpan);
        firing.Timer = time.CreateTimer(
            static f => ((Firing)f!).Fire(),
            firing,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        firing.Timer.Change(due, period);
        return firing.Timer;
    }

    /// <summary>Logs a failure that was caught elsewhere. A logger that itself fails must not undo the guard.</summary>
    /// <param name="again">When the work begins again; null when it does not by itself.</param>
    public void Failed(Exception exception, string name, TimeSpan? again)
    {
        try
        {
            if (again is { } delay) LogAgain(logger, exception, owner, name, delay);
            else LogFailed(logger, exception, owner, name);
        }
        catch (Exception)
        {
            // There is nowhere left to say it.
        }
    }

    /// <summary>Not through the seam: whoever makes the work fail there wants to see it told.</summary>
    private void Tell(string name, Action<Exception> failed, Exception exception)
    {
        try
        {
            failed(exception);
        }
        catch (Exception e)
        {
            Failed(e, name, null);
        }
    }

    private sealed class Firing(Guarded guarded, string name, Action callback, bool once)
    {
        private TimeSpan _delay = s_firstRetry;

        public ITimer Timer { get; set; } = null!;

        public void Fire()
        {
            if (guarded.Invoke(name, callback)) _delay = s_firstRetry;
            else if (once)
            {
                try
                {
                    Timer.Change(_delay, Timeout.InfiniteTimeSpan);
                }
                catch (ObjectDisposedException)
                {
                    // Disposed by its own callback.
                }
                _delay = _delay * 2 < s_lastRetry ? _delay * 2 : s_lastRetry;
            }
        }
    }

    [LoggerMessage(
        EventId = 1,
        EventName = "WorkFailed",
        Level = LogLevel.Error,
        Message = "{Work} of {Owner} failed."
    )]
    private static partial void LogFailed(ILogger logger, Exception exception, string owner, string work);

    [LoggerMessage(
        EventId = 2,
        EventName = "WorkBeginsAgain",
        Level = LogLevel.Error,
        Message = "{Work} of {Owner} failed and begins again in {Delay}."
    )]
    private static partial void LogAgain(
        ILogger logger,
        Exception exception,
        string owner,
        string work,
        TimeSpan delay
    );
}
