using System.Globalization;
using Portal.Labs.Shell.Isolation;
using Portal.Shared;

namespace Portal.Labs.Shell;

/// <summary>
/// Limits what a workspace keeps on the disk as a whole, as the kubelet limits ephemeral storage: by measuring while
/// something runs there. When it is too much everything that runs is ended, and the shells that follow may make no file
/// larger until there is room again. Thread-safe.
/// </summary>
internal sealed class HomeLimit : IAsyncDisposable
{
    private const long Mebibyte = 1024 * 1024;

    /// <summary>How fast files are assumed to grow, a second; the faster, the more there is before that is seen.
    /// </summary>
    private const double Rate = 100 * Mebibyte;

    /// <summary>Measuring takes no more than this part of the time.</summary>
    private const double Effort = 0.05;

    /// <summary>Empty files that a full home may still get, by the programs that tidy it up.</summary>
    private const int MoreFiles = 1000;

    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(0.5), s_longest = TimeSpan.FromSeconds(10);

    private readonly WorkspaceSpec _spec;
    private readonly IWorkspacePlace _place;
    private readonly Func<bool> _isBusy;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private TimeSpan _pause = s_shortest;
    private int _isWatching;
    private volatile bool _isFull;

    /// <summary>Files there were when it was full; null while there is room.</summary>
    private int? _full;

    /// <param name="isBusy">Whether something runs that may write.</param>
    public HomeLimit(
        WorkspaceSpec spec,
        IWorkspacePlace place,
        Func<bool> isBusy,
        Guarded guarded,
        TimeProvider time
    )
    {
        _spec = spec;
        _place = place;
        _isBusy = isBusy;
        _time = time;
        _timer = guarded.Timer("measure home", Look, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether no file may grow.</summary>
    public bool IsFull => _isFull;

    /// <summary>
    /// Raised on a pool thread, before everything is ended, with what the learner has to know; with null when there is
    /// room again.
    /// </summary>
    public event Action<string?>? Changed;

    /// <summary>Measures from now on for as long as something runs.</summary>
    public void Watch()
    {
        if (_place.IsLimited && Interlocked.Exchange(ref _isWatching, 1) == 0)
            _timer.Change(_pause, Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Look()
    {
        var begun = _time.GetTimestamp();
        var limits = _spec.Limits;
        // As far as it takes to see that there are more than before.
        var usage = DiskUsage.Measure(
            [WorkspaceFiles.Home(_spec), WorkspaceFiles.Output(_spec)],
            Math.Max(limits.Files, _full ?? 0) + 2 * MoreFiles);
        var isOver = !usage.IsWhole || usage.Bytes > limits.Home * Mebibyte || usage.Files > limits.Files;
        if (isOver && (_full is not { } files || usage.Files > files + MoreFiles))
        {
            _full = usage.Files;
            _isFull = true;
            Changed?.Invoke(Words(usage, limits));
            _place.EndAll(filesMayGrow: false);
        }
        else if (!isOver && _full is not null)
        {
            _full = null;
            _isFull = false;
            Changed?.Invoke(null);
            _place.EndAll(filesMayGrow: true);
        }
        _pause = TimeSpan.FromSeconds(Math.Clamp(
            Math.Max((limits.Home * Mebibyte - usage.Bytes) / Rate, _time.GetElapsedTime(begun).TotalSeconds / Effort),
            s_shortest.TotalSeconds,
            s_longest.TotalSeconds));
        // In this order: who begins to write meanwhile watches by themselves, or is seen.
        Volatile.Write(ref _isWatching, 0);
        if (_isBusy()) Watch();
    }

    private static string Words(DiskUsage usage, WorkspaceLimits limits)
    {
        var used = usage switch
        {
            _ when usage.Bytes > limits.Home * Mebibyte => $"holds {Size(usage.Bytes)} of {limits.Home} MiB",
            _ when usage.Files > limits.Files => $"has more than {limits.Files} files",
            _ => $"has directories more than {DiskUsage.MostLevels} levels deep",
        };
        var biggest = string.Join(", ", usage.Biggest.Select(b => $"{Plain(b.Path)} ({Size(b.Bytes)})"));
        return $"Your home is full: it {used}. What ran in your shell was stopped, and no file can grow. "
            + $"The biggest files: {biggest}. Delete what you do not need in the terminal, for example with rm.";
    }

    private static string Size(long bytes) =>
        (bytes / (double)Mebibyte).ToString("0.#", CultureInfo.InvariantCulture) + " MiB";

    /// <summary>A name may hold anything, and this goes to terminals.</summary>
    private static string Plain(string name) =>
        string.Concat(name.Take(80).Select(c => char.IsControl(c) ? '?' : c)) + (name.Length > 80 ? "…" : "");
}
