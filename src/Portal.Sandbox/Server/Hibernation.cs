namespace Portal.Sandbox;

/// <summary>
/// Puts a cluster to sleep that nobody talks to: programs, proxies' configuration and probes go, the snapshot stays. The next
/// request wakes it, and pods are started again from the store. A cluster in which something goes on by itself stays awake.
/// </summary>
internal sealed class Hibernation(SandboxCluster cluster)
{
    private static readonly TimeSpan s_longestWaking = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private int _active;
    private ITimer? _timer;
    private Task? _waking;
    private TaskCompletionSource? _quiet;

    public bool IsAsleep { get; private set; }

    /// <summary>Whether no request is being answered and the time until sleep runs.</summary>
    public bool IsDrowsy
    {
        get
        {
            lock (_gate) return _active == 0 && _timer is not null;
        }
    }

    /// <summary>A request begins; it waits while the cluster wakes up.</summary>
    public Task EnterAsync()
    {
        lock (_gate)
        {
            _active++;
            if (IsAsleep)
            {
                IsAsleep = false;
                cluster.Controllers.Resync();
                // Whoever waits for a controller that finds no end is let in all the same.
                _waking = cluster.Controllers.WhenIdle.WaitAsync(s_longestWaking, cluster.Time);
            }
            if (_waking is { IsCompleted: true }) _waking = null;
            return _waking ?? Task.CompletedTask;
        }
    }

    /// <summary>Until programs run that the store says run; who waits for what finds no end is let in all the same.
    /// </summary>
    public Task WhenAwakeAsync(CancellationToken cancellationToken) =>
        cluster.Controllers.WhenIdle.WaitAsync(s_longestWaking, cluster.Time, cancellationToken);

    /// <summary>A request, or a stream, is over.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_active > 0) return;
            _quiet?.TrySetResult();
            _quiet = null;
            var after = cluster.Options.HibernateAfter;
            if (after <= TimeSpan.Zero || cluster.Stopping.IsCancellationRequested) return;
            if (_timer is null) _timer = cluster.Guarded.Timer("hibernation", Sleep, after, Timeout.InfiniteTimeSpan);
            else _timer.Change(after, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Completes when no request is being answered.</summary>
    public Task WhenQuiet
    {
        get
        {
            lock (_gate)
                return _active == 0
                    ? Task.CompletedTask
                    : (_quiet ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Puts the cluster to sleep now, unless somebody talks to it or something goes on in it.</summary>
    /// <param name="horizon">What controllers are to do later than that does not keep it awake.</param>
    /// <returns>Whether it sleeps.</returns>
    public bool TrySleep(TimeSpan horizon)
    {
        lock (_gate)
        {
            if (IsAsleep) return true;
            if (_active > 0 || cluster.Stopping.IsCancellationRequested) return false;
            if (!cluster.Pods.CanSleep || !cluster.Controllers.TryPause(horizon)) return false;
            _timer?.Dispose();
            _timer = null;
            cluster.Pods.Sleep();
            cluster.Mesh.Forget();
            IsAsleep = true;
            return true;
        }
    }

    /// <summary>The cluster is gone.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Sleep()
    {
        lock (_gate)
        {
            if (_active == 0 && !TrySleep(Timeout.InfiniteTimeSpan))
                _timer?.Change(cluster.Options.HibernateAfter, Timeout.InfiniteTimeSpan);
        }
    }
}
