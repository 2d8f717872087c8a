using Microsoft.Extensions.Logging;
using Portal.Sandbox.Api;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Brings the cluster closer to what is asked of it, one object at a time. Level-triggered: reads the present, ignores how it came about.</summary>
internal interface IController
{
    /// <summary>Names the objects to look at because of a change. Runs inside the writer's lock: no work, no waiting.</summary>
    void Map(StoreEvent change, Action<ObjectName> enqueue);

    void Reconcile(ObjectName name, ControllerContext context);

    /// <summary>Forgets what was learnt from changes: the store was put back, and every object comes again as added.</summary>
    void Reset() { }
}

/// <summary>What a controller may do besides writing through the operations.</summary>
/// <param name="Later">Reconciles the same object again after a delay.</param>
internal sealed record ControllerContext(SandboxCluster Cluster, Action<TimeSpan> Later);

/// <summary>
/// Runs a cluster's controllers on the thread pool, one item at a time, woken by store events. An idle cluster has no
/// thread and no timer.
/// </summary>
internal sealed class ControllerManager
{
    private static readonly TimeSpan s_replayDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromDays(20);
    private static readonly TimeSpan s_timerGrain = TimeSpan.FromMilliseconds(1);

    private readonly SandboxCluster _cluster;
    private readonly ILogger _logger;
    private readonly IController[] _controllers;
    private readonly Action<ObjectName>[] _enqueue;
    private readonly ITimer?[] _replays;
    private readonly RetryBackOff _failures = new();
    private readonly Lock _gate = new();
    private readonly Queue<(int Controller, ObjectName Name)> _queue = new();
    private readonly HashSet<(int, ObjectName)> _queued = [];
    private readonly PriorityQueue<(int Controller, ObjectName Name), DateTimeOffset> _later = new();
    private readonly Dictionary<(int, ObjectName), DateTimeOffset> _due = [];
    private ITimer? _timer;
    private DateTimeOffset _armed;
    private bool _running;
    private bool _stopped;
    private TaskCompletionSource _idle = Completed();

    public ControllerManager(SandboxCluster cluster)
    {
        _cluster = cluster;
        _logger = cluster.Options.LoggerFactory.CreateLogger<ControllerManager>();
        _controllers =
        [
            new CustomResourceController(), new NamespaceController(), new GarbageCollector(), new ClusterRoleAggregationController(), new ResourceQuotaController(cluster.Store),
            new DeploymentController(), new ReplicaSetController(cluster.Store, BuiltInResources.ReplicaSets, "replicaset-controller"),
            new ReplicaSetController(cluster.Store, BuiltInResources.Get("replicationcontrollers"), "replication-controller"), new StatefulSetController(),
            new DaemonSetController(cluster.Store), new JobController(), new CronJobController(),
            new Scheduler(), new VolumeBinder(), new Kubelet(), new DisruptionController(cluster.Store), new NodeController(cluster.Store), new HorizontalController(), new Prober(), new EndpointsController(), new Mesh.Injection.RootCertificateController(), new Mesh.GatewayApi.GatewayApiController(),
        ];
        _enqueue =
        [
            .. Enumerable.Range(0, _controllers.Length).Select(i => (Action<ObjectName>)(name => Enqueue(i, name))),
        ];
        _replays = new ITimer?[_controllers.Length];
        cluster.Store.Changed += OnChanged;
        Resync();
    }

    /// <summary>Looks at every object, as after a restart.</summary>
    public void Resync()
    {
        var snapshot = _cluster.Store.Snapshot;
        for (var i = 0; i < _controllers.Length; i++) Replay(i);
        // Custom resources may have gone with a restored snapshot: the catalogue must follow even when no definition is left.
        Enqueue(0, default);
        _cluster.Pods.Forget(name => snapshot.Find("pods", name.Namespace, name.Name) is null);
        _cluster.Mesh.Invalidate();
    }

    /// <summary>Has the kubelet look at a pod: one of its processes ended.</summary>
    public void WakeKubelet(ObjectName pod) => Enqueue(Array.FindIndex(_controllers, c => c is Kubelet), pod);

    /// <summary>Has the probes of a pod's containers looked at: one of them began.</summary>
    public void WakeProber(ObjectName pod) => Enqueue(Array.FindIndex(_controllers, c => c is Prober), pod);

    /// <summary>Whether nothing waits to be looked at now; delayed work may still come.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate) return !_running && _queue.Count == 0;
        }
    }

    /// <summary>Completes when nothing waits to be looked at.</summary>
    public Task WhenIdle
    {
        get
        {
            lock (_gate) return _idle.Task;
        }
    }

    /// <summary>Drops the probes' timer when nothing else is to come; <see cref="Resync"/> goes on.</summary>
    /// <param name="horizon">What is to come later than that is not waited for: the resync finds it again.</param>
    /// <returns>False when there is work now, or work of another controller within the horizon.</returns>
    public bool TryPause(TimeSpan horizon)
    {
        lock (_gate)
        {
            var until = horizon == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : _cluster.Now + horizon;
            // What failed is looked at again by the resync that ends the sleep.
            if (
                _running
                || _queue.Count > 0
                || _due.Any(d =>
                    d.Value <= until && _controllers[d.Key.Item1] is not Prober && !_failures.Contains(d.Key)
                )
            )
                return false;
            _due.Clear();
            _later.Clear();
            Arm();
            return true;
        }
    }

    public async Task StopAsync()
    {
        Task idle;
        lock (_gate)
        {
            _stopped = true;
            _queue.Clear();
            _timer?.Dispose();
            _timer = null;
            foreach (var replay in _replays) replay?.Dispose();
            _later.Clear();
            _due.Clear();
            idle = _idle.Task;
        }
        _cluster.Store.Changed -= OnChanged;
        await idle.ConfigureAwait(false);
        _cluster.Pods.Forget(_ => true);
    }

    private void OnChanged(StoreEvent change)
    {
        for (var i = 0; i < _controllers.Length; i++) Map(i, change);
        _cluster.Mesh.OnChanged(change);
    }

    /// <summary>
    /// A controller that fails on a change is given every object anew a moment later, so that it has missed nothing;
    /// the write goes on.
    /// </summary>
    private void Map(int controller, StoreEvent change)
    {
        try
        {
            _cluster.Guarded.Entering?.Invoke("map");
            _controllers[controller].Map(change, _enqueue[controller]);
        }
        catch (Exception e)
        {
            _cluster.Guarded.Failed(e, "map of " + _controllers[controller].GetType().Name, s_replayDelay);
            ReplayLater(controller);
        }
    }

    /// <summary>One replay at a time waits for each controller: in one, many changes may fail.</summary>
    private void ReplayLater(int controller)
    {
        lock (_gate)
        {
            if (_stopped || _replays[controller] is not null) return;
            _replays[controller] = _cluster.Guarded.Timer("replay of a controller", () =>
            {
                lock (_gate)
                {
                    _replays[controller]?.Dispose();
                    _replays[controller] = null;
                    if (_stopped) return;
                }
                Replay(controller);
            }, s_replayDelay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Gives a controller every object as added, with no writer's changes in between.</summary>
    private void Replay(int controller) => _cluster.Store.Write(transaction =>
    {
        _controllers[controller].Reset();
        foreach (var (resource, objects) in transaction.Snapshot.Resources)
        {
            foreach (var o in objects.Values) Map(controller, new(resource, StoreEventType.Added, o, null));
        }
        return 0;
    });

    private void Enqueue(int controller, ObjectName name)
    {
        lock (_gate)
        {
            if (_stopped || !_queued.Add((controller, name))) return;
            _queue.Enqueue((controller, name));
            if (_running) return;
            _running = true;
            _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        _cluster.Guarded.Queue("controllers", Drain);
    }

    private void Drain()
    {
        while (true)
        {
            (int Controller, ObjectName Name) item;
            lock (_gate)
            {
                if (!_queue.TryDequeue(out item))
                {
                    _running = false;
                    _idle.TrySetResult();
                    return;
                }
                _queued.Remove(item);
            }
            Reconcile(item.Controller, item.Name);
        }
    }

    /// <summary>
    /// One look of one controller at one object. A failure is tried again, ever later while it lasts, and stops
    /// nothing else.
    /// </summary>
    private void Reconcile(int controller, ObjectName name)
    {
        try
        {
            _cluster.Guarded.Entering?.Invoke("controller");
            _controllers[controller].Reconcile(name, new(_cluster, delay => Schedule(controller, name, delay)));
            _failures.Forget((controller, name));
        }
        catch (Exception e)
        {
            var delay = _failures.Next((controller, name));
            // A conflict with a user's write or a namespace on its way out is no defect: the next look decides anew.
            _cluster.Guarded.Invoke(
                "log",
                () =>
                {
                    var kind = _controllers[controller].GetType().Name;
                    if (e is ApiException)
                        Log.ReconcileRefused(_logger, _cluster.Id, kind, name.Namespace, name.Name, delay, e.Message);
                    else
                        Log.ReconcileFailed(_logger, e, _cluster.Id, kind, name.Namespace, name.Name, delay);
                }
            );
            Schedule(controller, name, delay);
        }
    }

    /// <summary>Looks at an object again after a delay; of several delays the shortest counts.</summary>
    private void Schedule(int controller, ObjectName name, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Enqueue(controller, name);
            return;
        }
        lock (_gate)
        {
            if (_stopped) return;
            var due = _cluster.Now + delay;
            if (_due.TryGetValue((controller, name), out var before) && before <= due) return;
            _due[(controller, name)] = due;
            _later.Enqueue((controller, name), due);
            Arm();
        }
    }

    /// <summary>Sets the one timer to the next delay; without any there is no timer.</summary>
    private void Arm()
    {
        while (_later.TryPeek(out var next, out var due))
        {
            if (!_due.TryGetValue(next, out var current) || current != due)
            {
                // Overtaken by a shorter delay.
                _later.Dequeue();
                continue;
            }
            if (_timer is not null && _armed == due) return;
            _armed = due;
            _timer?.Dispose();
            var wait = due - _cluster.Now;
            _timer = _cluster.Guarded.Timer(
                "controllers' timer",
                OnTimer,
                wait > TimeSpan.Zero ? (wait < s_longestTimer ? wait : s_longestTimer) : TimeSpan.Zero,
                Timeout.InfiniteTimeSpan
            );
            return;
        }
        _timer?.Dispose();
        _timer = null;
    }

    private void OnTimer()
    {
        List<(int, ObjectName)> due = [];
        lock (_gate)
        {
            // A timer counts in whole milliseconds and may come a moment early.
            var now = _cluster.Now + s_timerGrain;
            while (_later.TryPeek(out var next, out var at) && at <= now)
            {
                _later.Dequeue();
                if (!_due.TryGetValue(next, out var current) || current != at) continue;
                _due.Remove(next);
                due.Add(next);
            }
            _timer?.Dispose();
            _timer = null;
            if (!_stopped) Arm();
        }
        foreach (var (controller, name) in due) Enqueue(controller, name);
    }

    private static TaskCompletionSource Completed()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
