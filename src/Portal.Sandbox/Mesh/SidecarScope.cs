using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Upstream;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Mesh;

/// <summary>
/// What a Sidecar object lets a proxy know. The one that selects the workload counts, then the namespace's own, then that of the root namespace;
/// without any, a proxy knows everything that is exported to it.
/// </summary>
internal sealed class SidecarScope
{
    private sealed record Import(int? Port, (string Namespace, string Host)[] Hosts);

    private readonly Import[] _imports;
    private readonly Dictionary<int, int> _ingress = [];
    private readonly Dictionary<int, JsonObject> _pools = [];
    private readonly ConcurrentDictionary<int, UpstreamCluster?> _inbound = new();

    private SidecarScope(MeshObject? sidecar, string ns, bool meshRegistryOnly)
    {
        Sidecar = sidecar;
        Namespace = ns;
        _imports = [.. sidecar?.Spec.Objects("egress").Select(e => new Import((int?)e.Num("port", "number"), [.. e.Strings("hosts").Select(h => Pattern(h, ns))])) ?? []];
        // A policy that names no mode has the first one of the enumeration.
        IsRegistryOnly = sidecar?.Spec.Obj("outboundTrafficPolicy") is { } policy ? policy.Str("mode") is null or "REGISTRY_ONLY" : meshRegistryOnly;
        foreach (var listener in sidecar?.Spec.Objects("ingress") ?? [])
        {
            var port = listener.Int(0, "port", "number");
            _ingress[port] = listener.Str("defaultEndpoint") is { } endpoint && endpoint.LastIndexOf(':') is >= 0 and var i && int.TryParse(endpoint.AsSpan(i + 1), out var target) ? target : port;
            if (listener.Obj("connectionPool") is { } pool) _pools[port] = pool;
        }
    }

    public MeshObject? Sidecar { get; }
    public string Namespace { get; }

    /// <summary>Whether hosts that the proxy does not know are refused.</summary>
    public bool IsRegistryOnly { get; }

    /// <summary>Whether a service is imported for the listener of one port.</summary>
    public bool Imports(MeshService service, int port) => Imports(service.Namespace, service.Host, port);

    public bool Imports(MeshObject virtualService)
    {
        foreach (var host in virtualService.Spec.Strings("hosts"))
        {
            var qualified = MeshConfig.Qualify(host, virtualService.Namespace);
            if (_imports.Length == 0 || Array.Exists(_imports, i => Covers(i, virtualService.Namespace, qualified))) return true;
        }
        return false;
    }

    /// <summary>The port of the program behind a port of the pod: a Sidecar's ingress listener may lead elsewhere.</summary>
    public int Behind(int port) => _ingress.GetValueOrDefault(port, port);

    /// <summary>What limits connections to the program behind a port; null where nothing does.</summary>
    public UpstreamCluster? Inbound(int port) => Sidecar is null ? null : _inbound.GetOrAdd(port, static (p, scope) =>
    {
        if ((scope._pools.GetValueOrDefault(p) ?? scope.Sidecar!.Spec.Obj("inboundConnectionPool")) is not { } pool) return null;
        var policy = TrafficPolicy.Of(new JsonObject { ["connectionPool"] = pool.DeepClone() }, null, p);
        return policy.Connections.Any ? new(string.Create(CultureInfo.InvariantCulture, $"inbound|{p}||"), "", null, p, null, [], policy) : null;
    }, this);

    public static SidecarScope Of(MeshObject? sidecar, string ns, bool meshRegistryOnly) => new(sidecar, ns, meshRegistryOnly);

    /// <summary>The object that counts for a workload.</summary>
    public static MeshObject? Choose(IReadOnlyList<MeshObject> sidecars, string ns, IReadOnlyDictionary<string, string> labels)
    {
        MeshObject? space = null, root = null;
        foreach (var s in sidecars)
        {
            var selector = s.Spec.Map("workloadSelector", "labels");
            if (s.Namespace == ns && selector.Count > 0 && Selectors.Matches(selector, labels)) return s;
            if (selector.Count > 0) continue;
            if (s.Namespace == ns) space ??= s;
            if (s.Namespace == MeshConfig.RootNamespace) root ??= s;
        }
        return space ?? root;
    }

    private bool Imports(string ns, string host, int port)
    {
        if (_imports.Length == 0) return true;
        // A listener of one port takes that port away from those for all.
        var own = Array.FindAll(_imports, i => i.Port == port);
        return Array.Exists(own.Length > 0 ? own : Array.FindAll(_imports, i => i.Port is null), i => Covers(i, ns, host));
    }

    private static bool Covers(Import import, string ns, string host) =>
        Array.Exists(import.Hosts, h => (h.Namespace == "*" || h.Namespace == ns) && (MeshConfig.HostMatches(h.Host, host) || MeshConfig.HostMatches(host, h.Host)));

    private static (string, string) Pattern(string text, string ownNamespace)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var (ns, host) = slash < 0 ? ("*", text) : (text[..slash], text[(slash + 1)..]);
        return (ns == "." ? ownNamespace : ns, host.ToLowerInvariant());
    }
}
