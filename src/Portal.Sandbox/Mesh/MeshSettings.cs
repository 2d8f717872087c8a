using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Routing;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Storage;
using YamlDotNet.Core;

namespace Portal.Sandbox.Mesh;

/// <summary>Mesh-wide settings: the ConfigMap <c>istio</c>, with what Telemetry objects change of it.</summary>
internal sealed class MeshSettings
{
    private readonly JsonObject? _mesh;
    private readonly ConcurrentDictionary<PodInstance, TracingPolicy?> _tracing = new();
    private readonly ConcurrentDictionary<PodInstance, AccessLogPolicy?> _logging = new();
    private readonly ConcurrentDictionary<PodInstance, MetricsPolicy?> _metrics = new();
    private readonly IReadOnlyList<MeshObject> _telemetries;

    private MeshSettings(JsonObject? mesh, IReadOnlyList<MeshObject> telemetries, string? fault)
    {
        Fault = fault;
        _mesh = mesh;
        _telemetries = telemetries;
        IsRegistryOnly = mesh.Str("outboundTrafficPolicy", "mode") == "REGISTRY_ONLY";
        AutomaticTls = mesh.At("enableAutoMtls") is not { } auto || auto.Flag() != false && auto.Str() != "false";
        TrustedProxies = mesh.Int(0, "defaultConfig", "gatewayTopology", "numTrustedProxies");
        DefaultRetries = mesh.Obj("defaultHttpRetryPolicy") is { } retries ? RetryPolicy.Of(retries, RetryPolicy.Default) : RetryPolicy.Default;
    }

    /// <param name="previous">What holds on while the map cannot be read.</param>
    public static MeshSettings Of(StoreSnapshot snapshot, IReadOnlyList<MeshObject> telemetries, MeshSettings? previous)
    {
        // Without a default revision, the map of another one counts.
        var map = snapshot.Find("configmaps", MeshConfig.RootNamespace, "istio") ?? snapshot.List("configmaps", MeshConfig.RootNamespace).FirstOrDefault(m => m.Name.StartsWith("istio-", StringComparison.Ordinal) && m.Labels.ContainsKey("istio.io/rev") && m.Parse().Str("data", "mesh") is not null);
        if (map?.Parse().Str("data", "mesh") is not { } text) return new(null, telemetries, null);
        try
        {
            return YamlReader.ReadAll(text).FirstOrDefault() switch
            {
                null => new(null, telemetries, null),
                JsonObject mesh => new(mesh, telemetries, null),
                _ => new(previous?._mesh, telemetries, "yaml: unmarshal errors: the mesh configuration is not a map"),
            };
        }
        catch (YamlException e)
        {
            return new(previous?._mesh, telemetries, e.Message);
        }
    }

    /// <summary>
    /// Why the map cannot be read, so that the last one that could be holds on; null when it is what holds.
    /// </summary>
    public string? Fault { get; }

    /// <summary>Whether hosts that are not in the registry are refused, where no Sidecar object says otherwise.</summary>
    public bool IsRegistryOnly { get; }

    /// <summary>Whether proxies use the mesh's TLS where both ends can and no rule speaks.</summary>
    public bool AutomaticTls { get; }

    /// <summary>How many proxies before a gateway are believed what they say of the client.</summary>
    public int TrustedProxies { get; }

    /// <summary>What a route does that says nothing about retries.</summary>
    public RetryPolicy DefaultRetries { get; }

    /// <summary>A provider that policies name; null when the mesh has none of that name.</summary>
    public JsonObject? ExtensionProvider(string name) => _mesh.Objects("extensionProviders").FirstOrDefault(p => p.Str("name") == name);

    /// <summary>Whether and what a pod's proxy writes into its access log; null for nothing. Computed once for each pod.</summary>
    public AccessLogPolicy? LoggingOf(PodInstance pod) => _logging.GetOrAdd(pod, static (p, s) => AccessLogPolicy.Of(s._mesh, s._telemetries, p), this);

    /// <summary>What Telemetry objects change of the metrics of a pod's proxy; null for nothing. Computed once for each pod.</summary>
    public MetricsPolicy? MetricsOf(PodInstance pod) => _metrics.GetOrAdd(pod, static (p, s) => MetricsPolicy.Of(s._telemetries, p), this);

    /// <summary>How a pod's proxy traces; null when it does not. Computed once for each pod.</summary>
    public TracingPolicy? TracingOf(PodInstance pod) => _tracing.GetOrAdd(pod, static (p, s) => TracingPolicy.Of(s._mesh, s._telemetries, p.Namespace, p.Labels), this);
}
