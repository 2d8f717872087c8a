using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh;

/// <summary>Mesh-wide settings: the ConfigMap <c>istio</c>, with what Telemetry and Sidecar objects change of it.</summary>
internal sealed class MeshSettings
{
    private readonly JsonObject? _mesh;
    private readonly ConcurrentDictionary<(string, IReadOnlyDictionary<string, string>), TracingPolicy?> _tracing = new();
    private readonly bool _accessLog;
    private readonly bool _registryOnly;
    private readonly IReadOnlyList<MeshObject> _telemetries;
    private readonly IReadOnlyList<MeshObject> _sidecars;

    private MeshSettings(JsonObject? mesh, IReadOnlyList<MeshObject> telemetries, IReadOnlyList<MeshObject> sidecars)
    {
        _mesh = mesh;
        _accessLog = mesh.Str("accessLogFile") is { Length: > 0 };
        _registryOnly = mesh.Str("outboundTrafficPolicy", "mode") == "REGISTRY_ONLY";
        (_telemetries, _sidecars) = (telemetries, sidecars);
    }

    public static MeshSettings Of(StoreSnapshot snapshot, IReadOnlyList<MeshObject> telemetries, IReadOnlyList<MeshObject> sidecars)
    {
        JsonObject? mesh = null;
        if (snapshot.Find("configmaps", MeshConfig.RootNamespace, "istio")?.Parse().Str("data", "mesh") is { } text)
        {
            try
            {
                mesh = YamlReader.ReadAll(text).FirstOrDefault() as JsonObject;
            }
            catch (FormatException)
            {
                // istiod too goes on with its defaults when it cannot read the map.
            }
        }
        return new(mesh, telemetries, sidecars);
    }

    /// <summary>Whether proxies of a namespace write access logs. A namespace's Telemetry stands above the mesh's.</summary>
    public bool HasAccessLog(string ns)
    {
        if (_telemetries.Count == 0) return _accessLog;
        return Logging(ns) ?? Logging(MeshConfig.RootNamespace) ?? _accessLog;
    }

    /// <summary>Whether hosts that are not in the registry are refused.</summary>
    public bool IsRegistryOnly(string ns)
    {
        var sidecar = _sidecars.FirstOrDefault(s => s.Namespace == ns && s.Spec.Obj("workloadSelector") is null) ?? _sidecars.FirstOrDefault(s => s.Namespace == MeshConfig.RootNamespace);
        return sidecar?.Spec.Str("outboundTrafficPolicy", "mode") is { } mode ? mode == "REGISTRY_ONLY" : _registryOnly;
    }

    /// <summary>How a pod's proxy traces; null when it does not. Computed once for each pod.</summary>
    public TracingPolicy? TracingOf(PodInstance pod) =>
        _tracing.GetOrAdd((pod.Namespace, pod.Labels), static (key, s) => TracingPolicy.Of(s._mesh, s._telemetries, key.Item1, key.Item2), this);

    private bool? Logging(string ns)
    {
        var rule = _telemetries.FirstOrDefault(t => t.Namespace == ns && t.Spec.Obj("selector") is null && t.Spec.Arr("accessLogging") is { Count: > 0 });
        return rule is null ? null : !rule.Spec.Objects("accessLogging").All(l => l.Flag("disabled") == true);
    }
}
