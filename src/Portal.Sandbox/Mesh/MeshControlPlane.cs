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
    private readonly Lock _gate = new();
    private MeshConfig _config = MeshConfig.Empty;
    private ITimer? _push;
    private bool _pushing;
    private bool _again;

    /// <summary>The configuration that every proxy has acknowledged.</summary>
    public MeshConfig Config => Volatile.Read(ref _config);

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
    public void Forget() => Volatile.Write(ref _config, MeshConfig.Empty);

    /// <summary>Whether a ready istiod serves this cluster.</summary>
    public static bool IsRunning(StoreSnapshot snapshot) => snapshot.List("pods")
        .Any(p => p.Labels.GetValueOrDefault("app") == "istiod" && !p.IsDeleting && p.Parse() is var pod && Controllers.OwnedObjects.IsPodReady(pod) && pod.Objects("spec", "containers").Any(c => Image(c.Str("image")) == "pilot"));

    private void Schedule() =>
        _push = cluster.Time.CreateTimer(static m => ((MeshControlPlane)m!).Push(), this, cluster.Options.ConfigPushDelay, Timeout.InfiniteTimeSpan);

    private void Push()
    {
        lock (_gate)
        {
            _push?.Dispose();
            _push = null;
            _pushing = true;
            _again = false;
        }
        var snapshot = cluster.Store.Snapshot;
        if (IsRunning(snapshot)) Volatile.Write(ref _config, new MeshConfig(snapshot, Config));
        lock (_gate)
        {
            _pushing = false;
            // One push at a time: an older configuration must never follow a newer one.
            if (_again) Schedule();
        }
    }

    private static string Image(string? image)
    {
        var name = image?[(image.LastIndexOf('/') + 1)..] ?? "";
        return name.Split(':')[0];
    }
}
