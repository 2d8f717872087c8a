using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Programs;

/// <summary>The pods that run, by name and by address. Thread-safe.</summary>
internal sealed class PodRuntime(SandboxCluster cluster)
{
    private readonly ConcurrentDictionary<ObjectName, PodInstance> _pods = new();
    private readonly ConcurrentDictionary<string, PodInstance> _byIp = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _starts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FileTree> _disks = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Node, string Image), bool> _images = new();
    private readonly ConcurrentDictionary<(string Uid, string Container), (ContainerLog Log, ContainerLog? Previous)> _logs = new();
    private int _nextIp;

    public IEnumerable<PodInstance> All => _pods.Values;

    public PodInstance? Find(ObjectName name) => _pods.GetValueOrDefault(name);

    public PodInstance? FindByIp(string ip) => _byIp.GetValueOrDefault(ip);

    /// <summary>Files that outlive pods: persistent volumes and directories of nodes.</summary>
    public FileTree Disk(string name) => _disks.GetOrAdd(name, _ => new());

    /// <summary>Notes that a node has an image.</summary>
    /// <returns>False when it had it before.</returns>
    public bool Pull(string node, string image) => _images.TryAdd((node, image), true);

    /// <summary>Gives a pod its place to run; its containers have yet to begin. A pod that has an address keeps it.</summary>
    public PodInstance Start(JsonObject pod)
    {
        var instance = new PodInstance(cluster, pod, pod.Str("status", "podIP") ?? FreeIp(pod));
        Stop(instance.Key);
        _pods[instance.Key] = instance;
        _byIp[instance.Ip] = instance;
        return instance;
    }

    /// <summary>Whether every pod can be stopped and started again later without anyone noticing.</summary>
    public bool CanSleep => _pods.Values.All(p => p.CanSleep);

    /// <summary>Stops all programs and keeps what they wrote.</summary>
    public void Sleep()
    {
        foreach (var pod in _pods.Values.ToList())
        {
            foreach (var c in pod.Containers.Values)
            {
                if (!c.Log.IsEmpty || c.PreviousLog is not null) _logs[(pod.Uid, c.Name)] = (c.Log, c.PreviousLog);
            }
            Stop(pod.Key, keepsLogs: true);
        }
        _starts.Clear();
    }

    /// <summary>Whether there are files that outlive pods.</summary>
    public bool HasFiles => _disks.Values.Any(d => !d.IsEmpty);

    /// <summary>What the containers of a cluster that sleeps, or stops, have written.</summary>
    public IEnumerable<SavedLog> SaveLogs() =>
        _pods
            .Values.SelectMany(p => p.Containers.Values.Select(c => (p.Uid, c.Name, c.Log)))
            .Concat(_logs.Select(l => (l.Key.Uid, l.Key.Container, l.Value.Log)))
            .Where(l => !l.Log.IsEmpty)
            .Select(l => new SavedLog(l.Item1, l.Item2, l.Log.Read(0).Lines));

    /// <summary>Has containers go on with what they wrote, once they begin again.</summary>
    public void RestoreLogs(IEnumerable<SavedLog> logs)
    {
        foreach (var saved in logs)
        {
            var bytes = new Budgets.Allowance(cluster.Budgets.ContainerLog, cluster.Programs.Logs);
            var log = new ContainerLog(cluster.Time, bytes, cluster.Budgets.LogLine);
            log.Refill(saved.Lines);
            _logs[(saved.PodUid, saved.Container)] = (log, null);
        }
    }

    /// <summary>Begins a container that the store says runs: its cluster wakes up, or a checkpoint was restored.</summary>
    /// <param name="status">What the store says of it.</param>
    public void Resume(PodInstance pod, string container, JsonObject status)
    {
        if (pod.Containers.GetValueOrDefault(container) is not { } instance) return;
        if (_logs.TryRemove((pod.Uid, container), out var logs)) instance.Resume(logs.Log, logs.Previous);
        else instance.Begin();
        instance.Probes?.Resume(status.Flag("started") == true, status.Flag("ready") == true);
    }

    public void Stop(ObjectName name, bool keepsLogs = false)
    {
        if (!_pods.TryRemove(name, out var instance)) return;
        _byIp.TryRemove(new(instance.Ip, instance));
        instance.Stop(keepsLogs);
        cluster.Telemetry.Stopped(instance);
    }

    /// <summary>Stops the pods of which the store knows nothing.</summary>
    public void Forget(Func<ObjectName, bool> gone)
    {
        foreach (var name in _pods.Keys.Where(gone).ToList()) Stop(name);
        _starts.Clear();
    }

    /// <summary>
    /// Delays of the pod's life. True when the delay begins now (the caller comes back after <paramref name="wait"/>);
    /// false with the rest of a delay that runs, or with zero when it is over.
    /// </summary>
    public bool TryBeginStart(string key, TimeSpan delay, out TimeSpan wait)
    {
        var until = cluster.Now + delay;
        if (delay > TimeSpan.Zero && _starts.TryAdd(key, until))
        {
            wait = delay;
            return true;
        }
        wait = _starts.TryGetValue(key, out var end) && end > cluster.Now ? end - cluster.Now : TimeSpan.Zero;
        return false;
    }

    public bool StartIsOver(string key) => !_starts.TryGetValue(key, out var end) || end <= cluster.Now;

    public void ForgetStart(string key) => _starts.TryRemove(key, out _);

    public static string HostIp(StoreSnapshot snapshot, string node) =>
        snapshot.Find("nodes", "", node)?.Parse().Objects("status", "addresses").FirstOrDefault(a => a.Str("type") == "InternalIP").Str("address") ?? "172.18.0.2";

    private string FreeIp(JsonObject pod)
    {
        var subnet = pod.Str("spec", "nodeName") switch { "sandbox-control-plane" => 0, "sandbox-worker" => 1, _ => 2 };
        while (true)
        {
            var n = Interlocked.Increment(ref _nextIp) + 1;
            var ip = string.Create(CultureInfo.InvariantCulture, $"10.244.{subnet + n / 250 * 3 % 255}.{n % 250 + 2}");
            if (!_byIp.ContainsKey(ip)) return ip;
        }
    }
}
