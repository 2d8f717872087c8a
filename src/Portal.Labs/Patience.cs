using System.Globalization;

namespace Portal.Labs;

/// <summary>
/// Limits of checks and waits, which grow with how slow the machine is while they last: where three programs want each
/// processor, a second counts as a third of one. A limit ends at <see cref="Most"/> times its length however busy the
/// machine is. Nothing is measured, and no timer runs, while nobody waits. Thread-safe.
/// </summary>
/// <param name="slowness">How many times slower than a quiet machine this one is now; less than 1 counts as 1.</param>
/// <param name="slice">How long one measurement counts.</param>
internal sealed class Patience(TimeProvider time, Func<double> slowness, TimeSpan slice)
{
    public const double Most = 10;

    private const string LoadFile = "/proc/loadavg";
    private static readonly TimeSpan s_fresh = TimeSpan.FromMilliseconds(200);
    private static Reading? s_last;

    /// <summary>The machine's slowness belongs to its clock; for any other clock a second is a second.</summary>
    public Patience(TimeProvider time)
        : this(
            time,
            time == TimeProvider.System ? ReadSlowness : () => 1,
            time == TimeProvider.System ? TimeSpan.FromSeconds(1) : TimeSpan.MaxValue
        ) { }

    public TimeProvider Time => time;

    /// <summary>How much of a limit is used up by what has passed since a timestamp.</summary>
    public TimeSpan Used(long since) => time.GetElapsedTime(since) / Math.Clamp(slowness(), 1, Most);

    /// <summary>Waits for a task as <see cref="Task.WaitAsync(TimeSpan)"/> does.</summary>
    /// <exception cref="TimeoutException">The limit is used up; the task goes on.</exception>
    public async Task<T> WaitAsync<T>(Task<T> task, TimeSpan limit, CancellationToken stop)
    {
        for (var left = limit; ; )
        {
            var begun = time.GetTimestamp();
            var slept = (Task)task.WaitAsync(left < slice ? left : slice, time, stop);
            await slept.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // It may have ended just when the slice did: what it gave counts, not who was first.
            if (task.IsCompleted) return await task.ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            left -= Used(begun);
            if (left <= TimeSpan.Zero) throw new TimeoutException();
        }
    }

    /// <summary>Runs work that is cancelled when the limit is used up, and waits for its end.</summary>
    /// <exception cref="TimeoutException">The limit is used up.</exception>
    public async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> work,
        TimeSpan limit,
        CancellationToken cancellationToken
    )
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = work(over.Token);
        try
        {
            // Cancellation reaches the work itself, which has things to put away.
            return await WaitAsync(running, limit, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            await over.CancelAsync().ConfigureAwait(false);
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>Gives others time: longer where they need longer.</summary>
    public async Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        for (var left = delay; left > TimeSpan.Zero; )
        {
            var begun = time.GetTimestamp();
            await Task.Delay(left < slice ? left : slice, time, cancellationToken).ConfigureAwait(false);
            left -= Used(begun);
        }
    }

    /// <summary>How many threads want to run for each processor: the fourth field, "runnable/all".</summary>
    internal static double Slowness(string load, int processors) =>
        load.Split(' ') is [_, _, _, var threads, ..]
        && int.TryParse(threads.Split('/')[0], CultureInfo.InvariantCulture, out var runnable)
            ? (double)runnable / processors
            : 1;

    /// <summary>One reading for all who wait: a class waits in a hundred places at a time.</summary>
    private static double ReadSlowness()
    {
        if (Volatile.Read(ref s_last) is { } last && TimeProvider.System.GetElapsedTime(last.At) < s_fresh)
            return last.Slowness;
        var now = 1.0;
        try
        {
            now = Slowness(File.ReadAllText(LoadFile), Environment.ProcessorCount);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A machine that does not tell is believed to be quick.
        }
        Volatile.Write(ref s_last, new Reading(TimeProvider.System.GetTimestamp(), now));
        return now;
    }

    private sealed record Reading(long At, double Slowness);
}
