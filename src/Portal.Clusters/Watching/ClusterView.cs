using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portal.Clusters.Api;
using Portal.Shared;

namespace Portal.Clusters.Watching;

/// <summary>Follows a cluster through its API. Custom kinds are followed from the moment their definition appears.</summary>
public sealed class ClusterView : IClusterView, IInformerSink
{
    private static readonly TimeSpan s_batch = TimeSpan.FromMilliseconds(100);

    private readonly ClusterApi _api;
    private readonly TimeProvider _time;
    private readonly ILogger<ClusterView> _logger;
    private readonly Guarded _guarded;
    private readonly Live<ClusterSnapshot> _live;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<WatchedKind, (CancellationTokenSource Stop, Task Run)> _informers = [];

    /// <summary>Runs of kinds whose definition is gone: they use the connection until they are over.</summary>
    private readonly List<Task> _ending = [];
    private readonly HashSet<WatchedKind> _pending = [.. WatchedKind.All.Where(k => !k.Optional), WatchedKind.Definitions];
    private readonly Dictionary<WatchedKind, string> _lost = [];
    private bool _disposed;

    private ClusterView(ClusterApi api, TimeProvider time, ILogger<ClusterView> logger, Action<string>? entering)
    {
        _api = api;
        _time = time;
        _logger = logger;
        _guarded = new Guarded("cluster view", logger, time) { Entering = entering };
        _live = new(ClusterSnapshot.Empty, time);
        foreach (var kind in _pending.ToArray()) Follow(kind);
    }

    /// <summary>Starts to follow the cluster; returns before anything was read.</summary>
    /// <param name="entering">Called with the name of each piece of guarded work before it; tests make it fail by
    /// throwing here.</param>
    public static ClusterView Connect(
        string kubeconfig,
        TimeProvider time,
        ILogger<ClusterView> logger,
        Action<string>? entering = null
    ) => new(ClusterApi.Connect(kubeconfig), time, logger, entering);

    public ClusterSnapshot Current => _live.Current;

    public IAsyncEnumerable<ClusterSnapshot> WatchAsync(CancellationToken cancellationToken) => _live.WatchAsync(s_batch, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Task[] runs;
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            runs = [.. _informers.Values.Select(i => i.Run), .. _ending];
        }
        await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(runs).ConfigureAwait(false);
        foreach (var (stop, _) in _informers.Values) stop.Dispose();
        _live.Complete();
        _api.Dispose();
        _closing.Dispose();
    }

    void IInformerSink.Replace(WatchedKind kind, IReadOnlyList<ClusterObject> objects)
    {
        if (kind == WatchedKind.Definitions)
        {
            var defined = objects.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var optional in WatchedKind.All.Where(k => k.Optional)) Define(optional, defined.Contains(optional.DefinitionName));
        }
        bool synced;
        lock (_gate)
        {
            _pending.Remove(kind);
            synced = _pending.Count == 0;
        }
        _live.Update(snapshot =>
        {
            var all = snapshot.Objects.ToBuilder();
            all.RemoveRange(snapshot.Objects.Keys.Where(k => k.Kind == kind.Kind && k.Group == kind.Group));
            if (kind != WatchedKind.Definitions)
            {
                foreach (var item in objects) all[item.Key] = item;
            }
            return snapshot with { Objects = all.ToImmutable(), Synced = snapshot.Synced || synced };
        });
    }

    void IInformerSink.Upsert(ClusterObject item)
    {
        if (Optional(item.Key) is { } optional) Define(optional, true);
        if (item.Key.Kind == WatchedKind.Definitions.Kind) return;
        _live.Update(snapshot => snapshot with { Objects = snapshot.Objects.SetItem(item.Key, item) });
    }

    void IInformerSink.Delete(ClusterObjectKey key)
    {
        if (Optional(key) is { } optional) Define(optional, false);
        _live.Update(snapshot => snapshot.Objects.ContainsKey(key) ? snapshot with { Objects = snapshot.Objects.Remove(key) } : snapshot);
    }

    void IInformerSink.Disconnected(WatchedKind kind, string? reason)
    {
        string? shown;
        lock (_gate)
        {
            if (reason is null) _lost.Remove(kind);
            else _lost[kind] = reason;
            shown = _lost.Values.FirstOrDefault();
        }
        _live.Update(snapshot => snapshot.Disconnected == shown ? snapshot : snapshot with { Disconnected = shown });
    }

    private static WatchedKind? Optional(ClusterObjectKey definition) => definition.Kind == WatchedKind.Definitions.Kind
        ? WatchedKind.All.FirstOrDefault(k => k.Optional && k.DefinitionName == definition.Name)
        : null;

    private void Define(WatchedKind kind, bool defined)
    {
        if (defined)
        {
            Follow(kind);
            return;
        }
        lock (_gate)
        {
            if (!_informers.Remove(kind, out var informer)) return;
            _pending.Remove(kind);
            _lost.Remove(kind);
            // Its token source is left to the collector: the run that ends may still look at it.
            informer.Stop.Cancel();
            _ending.RemoveAll(r => r.IsCompleted);
            _ending.Add(informer.Run);
        }
        ((IInformerSink)this).Replace(kind, []);
    }

    private void Follow(WatchedKind kind)
    {
        lock (_gate)
        {
            if (_disposed || _informers.ContainsKey(kind)) return;
            // Until the first sync a kind that is already defined counts: "synced" means that all of it is there.
            if (kind.Optional && !Current.Synced) _pending.Add(kind);
            var stop = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            var informer = new Informer(_api, kind, this, _time, _logger);
            _informers[kind] = (stop, _guarded.Keep($"watch of {kind.Plural}", informer.RunAsync, stop.Token));
        }
    }
}
