using Microsoft.Extensions.Logging;
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
internal sealed partial class ControllerManager
{
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromDays(20);
    private static readonly TimeSpan s_timerGrain = TimeSpan.FromMilliseconds(1);

    private readonly SandboxCluster _cluster;
    private readonly ILogger _logger;
    private readonly IController[] _controllers;
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
        cluster.Store.Changed += OnChanged;
        Resync();
    }

    /// <summary>Looks at every object, as after a restart.</summary>
    public void Resync()
    {
        var snapshot = _cluster.Store.Snapshot;
        foreach (var c in _controllers) c.Reset();
        foreach (var (resource, objects) in snapshot.Resources)
        {
            foreach (var o in objects.Values) OnChanged(new(resource, StoreEventType.Added, o, null));
        }
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
    /// <returns>False when there is work now, or work of another controller later.</returns>
    public bool TryPause()
    {
        lock (_gate)
        {
            if (_running || _queue.Count > 0 || _due.Keys.Any(k => _controllers[k.Item1] is not Prober)) return false;
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
        for (var i = 0; i < _controllers.Length; i++)
        {
            var index = i;
            _controllers[i].Map(change, name => Enqueue(index, name));
        }
        _cluster.Mesh.OnChanged(change);
    }

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
        ThreadPool.UnsafeQueueUserWorkItem(static m => m.Drain(), this, preferLocal: false);
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
            void Later(TimeSpan delay) => Schedule(item.Controller, item.Name, delay);
            try
            {
                _controllers[item.Controller].Reconcile(item.Name, new(_cluster, Later));
            }
            catch (Api.ApiException e)
            {
                // A conflict with a user's write or a namespace on its way out: the next look decides anew.
                LogRefused(_logger, _controllers[item.Controller].GetType().Name, item.Name.Namespace, item.Name.Name, e.Message);
                Later(s_retryDelay);
            }
            catch (Exception e)
            {
                // One object that a controller cannot handle must not stop the others.
                LogFailure(_logger, _controllers[item.Controller].GetType().Name, item.Name.Namespace, item.Name.Name, e);
            }
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
            _timer = _cluster.Time.CreateTimer(_ => OnTimer(), null, wait > TimeSpan.Zero ? (wait < s_longestTimer ? wait : s_longestTimer) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
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

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Controller} tries {Namespace}/{Name} again: {Reason}")]
    private static partial void LogRefused(ILogger logger, string controller, string @namespace, string name, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Controller} failed on {Namespace}/{Name}")]
    private static partial void LogFailure(ILogger logger, string controller, string @namespace, string name, Exception exception);

    private static TaskCompletionSource Completed()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
