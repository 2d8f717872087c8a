using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Programs;

/// <summary>A container that runs: its program, its output, its environment.</summary>
internal sealed class ContainerInstance
{
    // Text, not a parsed tree: a hundred idle clusters have a thousand of these.
    private readonly byte[] _spec;
    private CancellationTokenSource _stop = new();

    public ContainerInstance(PodInstance pod, JsonObject spec, IPodProgram program)
    {
        _spec = spec.ToUtf8();
        Name = spec.Str("name") ?? "";
        Image = spec.Str("image") ?? "";
        Command = [.. spec.Strings("command"), .. spec.Strings("args")];
        Pod = pod;
        Program = program;
        Log = new ContainerLog(pod.Cluster.Time);
        Environment = ContainerEnvironment.For(pod, spec);
    }

    public PodInstance Pod { get; }
    public IPodProgram Program { get; private set; }
    public ContainerLog Log { get; private set; }

    /// <summary>The output of the process before the last restart.</summary>
    public ContainerLog? PreviousLog { get; private set; }
    public string Name { get; }
    public string Image { get; }
    public IReadOnlyList<string> Command { get; }
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Set once the main process has ended.</summary>
    public int? ExitCode { get; private set; }
    public bool IsProxy => Name == "istio-proxy";

    public void Begin()
    {
        var token = _stop.Token;
        _ = Task.Run(() => RunAsync(token), CancellationToken.None);
    }

    public void Restart()
    {
        PreviousLog = Log;
        Log = new ContainerLog(Pod.Cluster.Time);
        ExitCode = null;
        Program = ProgramCatalog.Create(JsonExtensions.ParseObject(_spec));
        _stop = new();
        Begin();
    }

    public void Stop()
    {
        _stop.Cancel();
        Log.Close();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        int code;
        try
        {
            code = await Program.RunAsync(this, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            code = 143;
        }
        if (cancellationToken.IsCancellationRequested) return;
        ExitCode = code;
        Log.Close();
        Pod.Cluster.Controllers.WakeKubelet(Pod.Key);
    }
}

/// <summary>A pod that runs on a (simulated) node.</summary>
internal sealed class PodInstance
{
    private readonly Dictionary<string, ContainerInstance> _containers = new(StringComparer.Ordinal);
    private readonly byte[] _object;

    public PodInstance(SandboxCluster cluster, JsonObject pod, string ip)
    {
        Cluster = cluster;
        Ip = ip;
        Key = new(pod.Str("metadata", "namespace")!, pod.Str("metadata", "name")!);
        Uid = pod.Str("metadata", "uid")!;
        Labels = pod.Map("metadata", "labels");
        ServiceAccount = pod.Str("spec", "serviceAccountName") ?? "default";
        _object = pod.ToUtf8();
        foreach (var c in pod.Objects("spec", "initContainers").Where(c => c.Str("restartPolicy") == "Always").Concat(pod.Objects("spec", "containers")))
            _containers[c.Str("name")!] = new ContainerInstance(this, c, ProgramCatalog.Create(c));
        Sidecar = _containers.GetValueOrDefault("istio-proxy");
        HasSidecar = Sidecar is not null && pod.Str("metadata", "annotations", "sidecar.istio.io/status") is not null;
    }

    public SandboxCluster Cluster { get; }
    public ObjectName Key { get; }
    public string Namespace => Key.Namespace;
    public string Name => Key.Name;
    public string Uid { get; }
    public string Ip { get; }

    /// <summary>The pod as it was started; parsed anew on each read.</summary>
    public JsonObject Spec => JsonExtensions.ParseObject(_object);
    public IReadOnlyDictionary<string, string> Labels { get; }
    public string ServiceAccount { get; }

    /// <summary>The proxy container, of a sidecar or a gateway; null without.</summary>
    public ContainerInstance? Sidecar { get; }

    /// <summary>Whether traffic of the pod goes through a sidecar (a gateway's proxy is the program itself).</summary>
    public bool HasSidecar { get; }
    public IReadOnlyDictionary<string, ContainerInstance> Containers => _containers;
    /// <summary>What the pod's proxy remembers of those it calls.</summary>
    public UpstreamStates Upstreams { get; } = new();
    public bool HasEnded => _containers.Values.Any(c => c.ExitCode is not null);

    public void Begin()
    {
        foreach (var c in _containers.Values) c.Begin();
    }

    public int? ExitCode(string container) => _containers.GetValueOrDefault(container)?.ExitCode;

    public void Restart(string container) => _containers.GetValueOrDefault(container)?.Restart();

    public void Stop()
    {
        foreach (var c in _containers.Values) c.Stop();
    }

    /// <summary>The container that accepts connections on a port, or null.</summary>
    public ContainerInstance? ListenerOn(int port) => _containers.Values.FirstOrDefault(c => c.ExitCode is null && c.Program.Listens(c, port));
}
