using System.Globalization;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.GatewayApi;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh;

/// <summary>
/// What istiod does for proxies: reads the API and pushes configuration a moment after a change. The mesh exists because
/// its objects do: without a ready control plane nothing is pushed and proxies keep what they have.
/// </summary>
internal sealed class MeshControlPlane(SandboxCluster cluster)
{
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(1), s_lastRetry = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private MeshConfig _config = Nothing();
    private ITimer? _push;
    private bool _pushing;
    private bool _again;
    private TimeSpan _retry;

    /// <summary>The configuration that every proxy has acknowledged.</summary>
    public MeshConfig Config => Volatile.Read(ref _config);

    /// <summary>When proxies last got something new.</summary>
    public DateTimeOffset PushedAt { get; private set; }

    /// <summary>Whether proxies have everything that was changed so far.</summary>
    public bool IsCurrent
    {
        get
        {
            lock (_gate) return _push is null && !_pushing;
        }
    }

    /// <summary>A resource that proxies' configuration is made of has changed. Runs inside the writer's lock.</summary>
    public void OnChanged(StoreEvent change)
    {
        if (change.Resource is "services" or "configmaps" or "endpoints" or "pods" or "deployments.apps" || change.Resource.EndsWith(".istio.io", StringComparison.Ordinal) || GatewayObjects.Concerns(change.Resource)) Invalidate();
    }

    public void Invalidate()
    {
        lock (_gate)
        {
            _again |= _pushing;
            if (_push is null && !_pushing) Schedule();
        }
    }

    /// <summary>Drops the configuration, to be pushed anew on the next <see cref="Invalidate"/>.</summary>
    public void Forget() => Volatile.Write(ref _config, Nothing());

    /// <summary>Whether a ready istiod serves this cluster.</summary>
    public static bool IsRunning(StoreSnapshot snapshot) => snapshot.List("pods")
        .Any(p => p.Labels.GetValueOrDefault("app") == "istiod" && !p.IsDeleting && p.Parse() is var pod && Controllers.OwnedObjects.IsPodReady(pod) && pod.Objects("spec", "containers").Any(c => Image(c.Str("image")) == "pilot"));

    private void Schedule() =>
        _push = cluster.Guarded.Timer(
            "push",
            Push,
            _retry > cluster.Options.ConfigPushDelay ? _retry : cluster.Options.ConfigPushDelay,
            Timeout.InfiniteTimeSpan
        );

    private void Push()
    {
        lock (_gate)
        {
            _push?.Dispose();
            _push = null;
            _pushing = true;
            _again = false;
        }
        // What cannot be compiled is not pushed: proxies keep the last good configuration, as with istiod.
        var done = cluster.Guarded.Invoke("compilation of the mesh", () => Compile(cluster.Store.Snapshot));
        lock (_gate)
        {
            _pushing = false;
            _again |= !done;
            _retry =
                done ? TimeSpan.Zero
                : _retry == TimeSpan.Zero ? s_firstRetry
                : _retry * 2 < s_lastRetry ? _retry * 2
                : s_lastRetry;
            // One push at a time: an older configuration must never follow a newer one.
            if (_again) Schedule();
        }
    }

    private void Compile(StoreSnapshot snapshot)
    {
        if (!IsRunning(snapshot)) return;
        var next = new MeshConfig(snapshot, Config);
        if (next.Settings.Fault is { } fault && fault != Config.Settings.Fault)
            LogOfIstiod("warn", $"invalid mesh config, using last known state: {fault}");
        Volatile.Write(ref _config, next);
        PushedAt = cluster.Now;
    }

    /// <summary>A line in the log of every istiod, in the form of Istio's logger.</summary>
    private void LogOfIstiod(string level, string message)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{cluster.Now:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\t{level}\t{message}"
        );
        foreach (var pod in cluster.Pods.All.Where(p => p.Labels.GetValueOrDefault("app") == "istiod"))
            pod.Containers.GetValueOrDefault("discovery")?.Log.Write(line);
    }

    /// <summary>A configuration remembers the pods that asked it: one for all clusters would keep them.</summary>
    private static MeshConfig Nothing() => new(StoreSnapshot.Empty);

    private static string Image(string? image)
    {
        var name = image?[(image.LastIndexOf('/') + 1)..] ?? "";
        return name.Split(':')[0];
    }
}
