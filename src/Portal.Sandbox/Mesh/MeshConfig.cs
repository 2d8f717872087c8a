using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh;

/// <summary>One Istio object with what ordering and visibility need.</summary>
internal sealed record MeshObject(string Name, string Namespace, string Created, JsonObject Spec)
{
    public string Id => $"{Namespace}/{Name}";

    /// <summary>Only to be logged, not enforced (annotation istio.io/dry-run).</summary>
    public bool DryRun { get; init; }
}

/// <summary>
/// The configuration that proxies hold: a parsed snapshot of the API. Immutable. Rules are named R1… as in Istio's
/// documented semantics: short names belong to the rule's namespace, the oldest of several rules for a host wins.
/// </summary>
internal sealed class MeshConfig
{
    public const string RootNamespace = "istio-system";

    public static MeshConfig Empty { get; } = new(StoreSnapshot.Empty);

    private readonly List<MeshObject> _virtualServices;
    private readonly List<MeshObject> _destinationRules;
    private readonly List<MeshObject> _peerAuthentications;
    private readonly ServiceEntryRegistry _entries;
    private readonly ConcurrentDictionary<(string Fqdn, int Port, string? Subset, string Client, bool Found), UpstreamCluster> _clusters = new();

    private readonly ConcurrentDictionary<(string Ip, int Port), MeshService?> _inbound = new();

    public MeshConfig(StoreSnapshot snapshot)
    {
        Revision = snapshot.Revision;
        Services = ServiceRegistry.Of(snapshot);
        _virtualServices = Read(snapshot, "virtualservices.networking.istio.io");
        _destinationRules = Read(snapshot, "destinationrules.networking.istio.io");
        _peerAuthentications = Read(snapshot, "peerauthentications.security.istio.io");
        AuthorizationPolicies = Read(snapshot, "authorizationpolicies.security.istio.io");
        Gateways = Read(snapshot, "gateways.networking.istio.io");
        _entries = new ServiceEntryRegistry(snapshot, Read(snapshot, "serviceentries.networking.istio.io"));
        Settings = MeshSettings.Of(snapshot, Read(snapshot, "telemetries.telemetry.istio.io"), Read(snapshot, "sidecars.networking.istio.io"));
    }

    public long Revision { get; }
    public ServiceRegistry Services { get; }
    public IReadOnlyList<MeshObject> Gateways { get; }
    public IReadOnlyList<MeshObject> AuthorizationPolicies { get; }
    public IReadOnlyList<MeshObject> DestinationRules => _destinationRules;
    public MeshSettings Settings { get; }

    /// <summary>All services that sidecars of a namespace know: those of Kubernetes, and what ServiceEntries declare.</summary>
    public IEnumerable<MeshService> ServicesFor(string clientNamespace) => Services.Services.Concat(_entries.VisibleTo(clientNamespace));

    public MeshService? FindHost(string fqdn, string clientNamespace) => Services.FindHost(fqdn) ?? _entries.Find(fqdn, clientNamespace);

    /// <summary>A name as a client may write it; see <see cref="ServiceRegistry.Resolve"/>.</summary>
    public MeshService? Resolve(string name, string clientNamespace) => Services.Resolve(name, clientNamespace) ?? _entries.Find(name, clientNamespace);

    /// <summary>The service that a proxy takes requests on a port of its own to be for.</summary>
    public MeshService? InboundService(string ip, int port) => _inbound.GetOrAdd((ip, port), static (key, config) =>
        config.Services.Services.Where(s => s.Endpoints.Any(e => e.Ip == key.Ip && e.TargetPorts.Values.Contains(key.Port))).OrderBy(s => s.Host, StringComparer.Ordinal).FirstOrDefault(), this);

    /// <summary>Whether a ServiceEntry names a host that is looked up in DNS, so that the world has such a host.</summary>
    public bool DeclaresExternal(string host) => _entries.DeclaresDns(host);

    /// <summary>A cluster as sidecars of a namespace have it; computed once.</summary>
    public UpstreamCluster Cluster(MeshService? service, string fqdn, int port, string? subset, string clientNamespace) =>
        _clusters.GetOrAdd((fqdn, port, subset, clientNamespace, service is not null), static (key, a) => UpstreamCluster.Compute(a.Config, a.Service, key.Fqdn, key.Port, key.Subset, key.Client), (Config: this, Service: service));

    /// <summary>Oldest first, then by name and namespace: the order in which Istio resolves conflicts.</summary>
    public IReadOnlyList<MeshObject> VirtualServices => _virtualServices;
    public IReadOnlyList<MeshObject> PeerAuthentications => _peerAuthentications;

    /// <summary>R1: a name without dots belongs to the namespace of the rule that says it; others are taken as they are.</summary>
    public static string Qualify(string host, string ruleNamespace) =>
        host.Contains('.', StringComparison.Ordinal) || host == "*" ? host.ToLowerInvariant() : $"{host.ToLowerInvariant()}.{ruleNamespace}.svc.cluster.local";

    /// <summary>The VirtualService that owns a service's host for sidecars in a namespace: an exact host beats a wildcard, then the oldest (R3–R6).</summary>
    public MeshObject? VirtualServiceFor(MeshService service, string clientNamespace)
    {
        MeshObject? best = null;
        var bestLength = -1;
        foreach (var vs in _virtualServices)
        {
            if (!AppliesToMesh(vs) || !IsVisible(vs, clientNamespace)) continue;
            foreach (var host in vs.Spec.Strings("hosts"))
            {
                var qualified = Qualify(host, vs.Namespace);
                var length = qualified == service.Host ? int.MaxValue : HostMatches(qualified, service.Host) ? qualified.Length : -1;
                if (length <= bestLength) continue;
                best = vs;
                bestLength = length;
            }
        }
        return best;
    }

    /// <summary>The DestinationRule in effect for a host: the client's namespace, then the service's, then the root's; same-host rules of one namespace merge.</summary>
    public JsonObject? DestinationRuleFor(string host, string clientNamespace, string serviceNamespace) =>
        DestinationRulesFor(host, clientNamespace, serviceNamespace) is { Count: > 0 } rules ? Merge(rules) : null;

    /// <summary>The rules that <see cref="DestinationRuleFor"/> merges, the one that counts most first.</summary>
    public List<MeshObject> DestinationRulesFor(string host, string clientNamespace, string serviceNamespace)
    {
        foreach (var ns in new[] { clientNamespace, serviceNamespace, RootNamespace }.Distinct())
        {
            var rules = _destinationRules.Where(r => r.Namespace == ns && (ns == clientNamespace || IsVisible(r, clientNamespace)) && Qualify(r.Spec.Str("host") ?? "", r.Namespace) is var h && (h == host || HostMatches(h, host)))
                .OrderByDescending(r => Qualify(r.Spec.Str("host") ?? "", r.Namespace) == host).ToList();
            if (rules.Count > 0) return rules;
        }
        return [];
    }

    public IEnumerable<MeshObject> VirtualServicesOf(MeshObject gateway) => _virtualServices.Where(vs => vs.Spec.Strings("gateways").Any(g => QualifyGateway(g, vs.Namespace) == gateway.Id));

    public static string QualifyGateway(string name, string ns) => name.Contains('/', StringComparison.Ordinal) ? name : $"{ns}/{name}";

    /// <summary>Whether a host pattern (<c>*</c>, <c>*.x</c>, exact) covers a host.</summary>
    public static bool HostMatches(string pattern, string host) =>
        pattern == "*" || pattern.Equals(host, StringComparison.OrdinalIgnoreCase) || (pattern.StartsWith("*.", StringComparison.Ordinal) && host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase));

    private static bool AppliesToMesh(MeshObject vs) => vs.Spec.Arr("gateways") is not { Count: > 0 } gateways || gateways.Any(g => g.Str() == "mesh");

    internal static bool IsVisible(MeshObject o, string clientNamespace)
    {
        if (o.Spec.Arr("exportTo") is not { Count: > 0 } exports) return true;
        return exports.Any(e => e.Str() is { } to && (to == "*" || to == clientNamespace || (to == "." && o.Namespace == clientNamespace)));
    }

    private static JsonObject Merge(List<MeshObject> rules)
    {
        if (rules.Count == 1) return rules[0].Spec;
        var merged = rules[0].Spec.Copy();
        var subsets = merged.EnsureArray("subsets");
        foreach (var rule in rules.Skip(1))
        {
            foreach (var subset in rule.Spec.Objects("subsets"))
                if (!subsets.Any(s => s.Str("name") == subset.Str("name"))) subsets.Add(subset.DeepClone());
            if (merged["trafficPolicy"] is null && rule.Spec["trafficPolicy"] is { } policy) merged["trafficPolicy"] = policy.DeepClone();
        }
        return merged;
    }

    private static List<MeshObject> Read(StoreSnapshot snapshot, string resource) =>
        [.. snapshot.List(resource).Select(o => (Stored: o, Object: o.Parse()))
            .Select(o => new MeshObject(o.Stored.Name, o.Stored.Namespace, o.Object.Str("metadata", "creationTimestamp") ?? "", o.Object.Obj("spec") ?? []) { DryRun = o.Object.Str("metadata", "annotations", "istio.io/dry-run") == "true" })
            .OrderBy(o => o.Created, StringComparer.Ordinal).ThenBy(o => o.Name, StringComparer.Ordinal).ThenBy(o => o.Namespace, StringComparer.Ordinal)];
}
