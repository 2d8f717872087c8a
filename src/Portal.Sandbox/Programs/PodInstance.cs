using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Upstream;
using Portal.Sandbox.Mesh.Injection;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Programs;

/// <summary>A pod that runs on a (simulated) node. Its containers exist from the start; the kubelet begins them when their time has come.</summary>
internal sealed class PodInstance
{
    private volatile ImmutableDictionary<string, ContainerInstance> _containers = ImmutableDictionary.Create<
        string,
        ContainerInstance
    >(StringComparer.Ordinal);
    private byte[] _object;
    private WorkloadIdentity? _workload;
    private ProxyMetrics? _metrics;

    public PodInstance(SandboxCluster cluster, JsonObject pod, string ip)
    {
        Cluster = cluster;
        Ip = ip;
        Key = new(pod.Str("metadata", "namespace")!, pod.Str("metadata", "name")!);
        Uid = pod.Str("metadata", "uid")!;
        Labels = pod.Map("metadata", "labels");
        ServiceAccount = pod.Str("spec", "serviceAccountName") ?? "default";
        NodeName = pod.Str("spec", "nodeName") ?? "";
        RunAsUser = pod.Num("spec", "securityContext", "runAsUser");
        _object = pod.ToUtf8();
        Volumes = new PodVolumes(this);
        foreach (var c in pod.Objects("spec", "initContainers"))
            _containers = _containers.SetItem(
                c.Str("name")!,
                new ContainerInstance(this, c) { RunsOnce = c.Str("restartPolicy") != "Always" }
            );
        foreach (var c in pod.Objects("spec", "containers").Concat(pod.Objects("spec", "ephemeralContainers")))
            _containers = _containers.SetItem(c.Str("name")!, new ContainerInstance(this, c));
        Sidecar = _containers.GetValueOrDefault("istio-proxy");
        Redirection = TrafficRedirection.Of(pod);
        HasSidecar = Sidecar is not null && pod.Str("metadata", "annotations", "sidecar.istio.io/status") is not null;
    }

    public SandboxCluster Cluster { get; }
    public ObjectName Key { get; }
    public string Namespace => Key.Namespace;
    public string Name => Key.Name;
    public string Uid { get; }
    public string Ip { get; }
    public string NodeName { get; }

    /// <summary>The user of containers that name none; null for the image's own.</summary>
    public long? RunAsUser { get; }

    /// <summary>The pod as it was started; parsed anew on each read.</summary>
    public JsonObject Spec => JsonExtensions.ParseObject(_object);
    public IReadOnlyDictionary<string, string> Labels { get; }
    public string ServiceAccount { get; }
    public PodVolumes Volumes { get; }

    /// <summary>The proxy container, of a sidecar or a gateway; null without.</summary>
    public ContainerInstance? Sidecar { get; }

    /// <summary>What of the pod's traffic its sidecar gets; null for all.</summary>
    public TrafficRedirection? Redirection { get; }

    /// <summary>Whether traffic of the pod goes through a sidecar (a gateway's proxy is the program itself).</summary>
    public bool HasSidecar { get; }
    public IReadOnlyDictionary<string, ContainerInstance> Containers => _containers;

    /// <summary>What others see of the certificate of the pod's proxy.</summary>
    public string Fingerprint => field ??= Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Uid)));

    /// <summary>What the pod's proxy remembers of those it calls.</summary>
    public UpstreamStates Upstreams { get; } = new();

    /// <summary>Who the pod is for telemetry.</summary>
    public WorkloadIdentity Workload => _workload ??= WorkloadIdentity.Of(this);

    /// <summary>What the pod's proxy counts.</summary>
    public ProxyMetrics Metrics => _metrics ??= Cluster.Telemetry.For(this);

    /// <summary>The preStop hooks while they run; null without.</summary>
    public Task? Hooks { get; set; }

    /// <summary>Whether the pod is on its way out: its processes are not started again.</summary>
    public bool Stopping { get; set; }

    /// <summary>Takes over what may change of a pod that runs: images and added ephemeral containers.</summary>
    public void Update(JsonObject pod)
    {
        _object = pod.ToUtf8();
        foreach (var c in pod.Objects("spec", "ephemeralContainers"))
        {
            var name = c.Str("name")!;
            if (!_containers.ContainsKey(name)) _containers = _containers.Add(name, new ContainerInstance(this, c));
        }
    }

    /// <summary>Whether the pod, stopped and started again, would be the same to everyone: nothing was written, nothing is at work.</summary>
    public bool CanSleep => !Stopping && Hooks is null && !Volumes.IsTouched && _containers.Values.All(c => c.CanSleep);

    /// <param name="keepsLogs">Whether the pod is started again later and goes on with its logs.</param>
    public void Stop(bool keepsLogs = false)
    {
        foreach (var c in _containers.Values) c.Stop(keepsLogs);
        Volumes.Clear();
    }

    /// <summary>The container that accepts connections on a port, or null.</summary>
    public ContainerInstance? ListenerOn(int port) => _containers.Values.FirstOrDefault(c => c.IsRunning && c.Program.Listens(c, port));
}
