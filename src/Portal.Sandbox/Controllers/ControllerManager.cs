using Microsoft.Extensions.Logging;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Brings the cluster closer to what is asked of it, one object at a time. Level-triggered: reads the present, ignores how it came about.</summary>
internal interface IController
{
    /// <summary>Names the objects to look at because of a change. Runs inside the writer's lock: no work, no waiting.</summary>
    void Map(StoreEvent change, Action<ObjectName> enqueue);

    void Reconcile(ObjectName name, ControllerContext context);
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

    private readonly SandboxCluster _cluster;
    private readonly ILogger _logger;
    private readonly IController[] _controllers;
    private readonly Lock _gate = new();
    private readonly Queue<(int Controller, ObjectName Name)> _queue = new();
    private readonly HashSet<(int, ObjectName)> _queued = [];
    private readonly HashSet<ITimer> _timers = [];
    private bool _running;
    private bool _stopped;
    private TaskCompletionSource _idle = Completed();

    public ControllerManager(SandboxCluster cluster)
    {
        _cluster = cluster;
        _logger = cluster.Options.LoggerFactory.CreateLogger<ControllerManager>();
        _controllers =
        [
            new CustomResourceController(), new NamespaceController(), new GarbageCollector(), new ClusterRoleAggregationController(), new DeploymentController(), new ReplicaSetController(), new StatefulSetController(),
            new DaemonSetController(cluster.Store), new JobController(), new CronJobController(),
            new Scheduler(), new Kubelet(), new EndpointsController(),
        ];
        cluster.Store.Changed += OnChanged;
        Resync();
    }

    /// <summary>Looks at every object, as after a restart.</summary>
    public void Resync()
    {
        var snapshot = _cluster.Store.Snapshot;
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

    /// <summary>Whether nothing waits to be looked at now; delayed work may still come.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate) return !_running && _queue.Count == 0;
        }
    }

    public async Task StopAsync()
    {
        Task idle;
        lock (_gate)
        {
            _stopped = true;
            _queue.Clear();
            foreach (var t in _timers) t.Dispose();
            _timers.Clear();
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
            catch (Api.ApiException)
            {
                // A conflict with a user's write or a namespace on its way out: the next look decides anew.
                Later(s_retryDelay);
            }
            catch (Exception e)
            {
                // One object that a controller cannot handle must not stop the others.
                LogFailure(_logger, _controllers[item.Controller].GetType().Name, item.Name.Namespace, item.Name.Name, e);
            }
        }
    }

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
            ITimer? timer = null;
            timer = _cluster.Time.CreateTimer(_ =>
            {
                lock (_gate)
                {
                    // The timer may fire before the assignment below has run; the lock orders the two.
                    _timers.Remove(timer!);
                    timer!.Dispose();
                }
                Enqueue(controller, name);
            }, null, delay, Timeout.InfiniteTimeSpan);
            _timers.Add(timer);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Controller} failed on {Namespace}/{Name}")]
    private static partial void LogFailure(ILogger logger, string controller, string @namespace, string name, Exception exception);

    private static TaskCompletionSource Completed()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
