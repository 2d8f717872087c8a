using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.GatewayApi;
using Portal.Sandbox.Mesh.Security;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh;

/// <summary>
/// The configuration that proxies hold: a compiled snapshot of the API. Immutable. Short names belong to the rule's namespace, and the
/// oldest of several rules for a host wins, as in Istio.
/// </summary>
internal sealed class MeshConfig
{
    public const string RootNamespace = "istio-system";

    private readonly Dictionary<string, List<MeshObject>> _objects = new(StringComparer.Ordinal);
    private readonly ServiceEntryRegistry _entries;
    private readonly ConcurrentDictionary<(string Ip, int Port), MeshService?> _inbound = new();
    private readonly ConcurrentDictionary<(string Namespace, MeshObject? Sidecar, string Selected), ProxyView> _views = new();
    private readonly ConcurrentDictionary<PodInstance, ProxyView> _podViews = new();
    private readonly ConcurrentDictionary<PodInstance, GatewayView> _gateways = new();
    private readonly ConcurrentDictionary<PodInstance, WorkloadSecurity> _security = new();

    /// <param name="previous">The configuration before, of which what did not change is kept.</param>
    public MeshConfig(StoreSnapshot snapshot, MeshConfig? previous = null)
    {
        Revision = snapshot.Revision;
        Services = ServiceRegistry.Read(snapshot, previous?.Services);
        foreach (var resource in (string[])
        [
            "virtualservices.networking.istio.io", "destinationrules.networking.istio.io", "gateways.networking.istio.io", "serviceentries.networking.istio.io", "workloadentries.networking.istio.io", "sidecars.networking.istio.io",
            "peerauthentications.security.istio.io", "requestauthentications.security.istio.io", "authorizationpolicies.security.istio.io", "telemetries.telemetry.istio.io",
        ])
        {
            _objects[resource.Split('.')[0]] = Read(snapshot, resource, previous?._objects.GetValueOrDefault(resource.Split('.')[0]));
        }
        var (gateways, routes) = GatewayTranslation.Of(snapshot);
        _objects["gateways"].AddRange(gateways);
        _objects["virtualservices"].AddRange(routes);
        _entries = new ServiceEntryRegistry(snapshot, _objects["serviceentries"], _objects["workloadentries"]);
        Settings = MeshSettings.Of(snapshot, _objects["telemetries"], previous?.Settings);
    }

    public long Revision { get; }
    public ServiceRegistry Services { get; }
    public MeshSettings Settings { get; }

    // Oldest first, then by name and namespace: the order in which Istio resolves conflicts.
    public IReadOnlyList<MeshObject> VirtualServices => _objects["virtualservices"];
    public IReadOnlyList<MeshObject> DestinationRules => _objects["destinationrules"];
    public IReadOnlyList<MeshObject> Gateways => _objects["gateways"];
    public IReadOnlyList<MeshObject> Sidecars => _objects["sidecars"];
    public IReadOnlyList<MeshObject> PeerAuthentications => _objects["peerauthentications"];
    public IReadOnlyList<MeshObject> RequestAuthentications => _objects["requestauthentications"];
    public IReadOnlyList<MeshObject> AuthorizationPolicies => _objects["authorizationpolicies"];

    /// <summary>All services that are exported to a namespace: those of Kubernetes, and what ServiceEntries declare.</summary>
    public IEnumerable<MeshService> ServicesFor(string clientNamespace) => Services.Services.Where(s => s.IsVisibleIn(clientNamespace)).Concat(_entries.VisibleTo(clientNamespace));

    public MeshService? FindHost(string fqdn, string clientNamespace) => Services.FindHost(fqdn) is { } service && service.IsVisibleIn(clientNamespace) ? Behind(service) : _entries.Find(fqdn, clientNamespace);

    /// <summary>What an alias stands for, where the mesh knows it; else the service itself.</summary>
    public MeshService Behind(MeshService service) => service.Alias is { } alias && Services.FindHost(alias) is { Alias: null } target ? target : service;

    /// <summary>A name as a client may write it; see <see cref="ServiceRegistry.Resolve"/>.</summary>
    public MeshService? Resolve(string name, string clientNamespace) => Services.Resolve(name, clientNamespace) ?? _entries.Find(name, clientNamespace) ?? _entries.FindAddress(name, clientNamespace);

    /// <summary>What sidecars of a namespace hold that no object selects by its labels.</summary>
    public ProxyView ViewOf(string ns) => ViewOf(ns, SidecarScope.Choose(Sidecars, ns, JsonExtensions.EmptyMap), []);

    /// <summary>What one proxy holds.</summary>
    public ProxyView ViewOf(PodInstance pod) => _podViews.GetOrAdd(pod, static (p, config) => config.ViewOf(
        p.Namespace,
        p.HasSidecar ? SidecarScope.Choose(config.Sidecars, p.Namespace, p.Labels) : null,
        [.. config.DestinationRules.Where(r => r.Namespace == p.Namespace && r.Spec.Map("workloadSelector", "matchLabels") is { Count: > 0 } selector && Selectors.Matches(selector, p.Labels))]), this);

    /// <summary>What a gateway's proxy listens for.</summary>
    public GatewayView GatewayOf(PodInstance pod) => _gateways.GetOrAdd(pod, static (p, config) => new GatewayView(config, p), this);

    /// <summary>The policies that guard a workload.</summary>
    public WorkloadSecurity SecurityOf(PodInstance pod) => _security.GetOrAdd(pod, static (p, config) => new WorkloadSecurity(config, p), this);

    /// <summary>The service that a proxy takes requests on a port of its own to be for.</summary>
    public MeshService? InboundService(string ip, int port) => _inbound.GetOrAdd((ip, port), static (key, config) =>
        config.Services.Services.Where(s => s.Endpoints.Any(e => e.Ip == key.Ip && e.TargetPorts.Values.Contains(key.Port))).OrderBy(s => s.Host, StringComparer.Ordinal).FirstOrDefault(), this);

    /// <summary>Whether a ServiceEntry names a host that is looked up in DNS, so that the world has such a host.</summary>
    public bool DeclaresExternal(string host) => _entries.DeclaresDns(host);

    /// <summary>The declared host of an address outside the cluster.</summary>
    public string? ExternalAt(string ip) => _entries.HostAt(ip);

    public MeshObject? FindVirtualService(string ns, string name) => _objects["virtualservices"].Find(vs => vs.Namespace == ns && vs.Name == name);

    /// <summary>A name without dots belongs to the namespace of the rule that says it; others are taken as they are.</summary>
    public static string Qualify(string host, string ruleNamespace) =>
        host.Contains('.', StringComparison.Ordinal) || host == "*" ? host.ToLowerInvariant() : $"{host.ToLowerInvariant()}.{ruleNamespace}.svc.cluster.local";

    /// <summary>The VirtualService that owns a service's host for sidecars in a namespace.</summary>
    public MeshObject? VirtualServiceFor(MeshService service, string clientNamespace) => ViewOf(clientNamespace).RuleFor(service);

    /// <summary>The rules in effect for a host, which are merged into one: the client's namespace first, then the service's, then the root's; there those with the most specific host.</summary>
    /// <param name="selected">Rules that select the client by its labels.</param>
    public List<MeshObject> DestinationRulesFor(string host, string clientNamespace, string serviceNamespace, IReadOnlyList<MeshObject>? selected = null)
    {
        if (selected is { Count: > 0 } && Best(selected, host) is { Count: > 0 } own) return own;
        foreach (var ns in new[] { clientNamespace, serviceNamespace, RootNamespace }.Distinct())
        {
            var rules = Best(DestinationRules.Where(r => r.Namespace == ns && (ns == clientNamespace || IsVisible(r, clientNamespace)) && r.Spec.Map("workloadSelector", "matchLabels").Count == 0), host);
            if (rules.Count > 0) return rules;
        }
        return [];
    }

    public IEnumerable<MeshObject> VirtualServicesOf(MeshObject gateway) => VirtualServices.Where(vs => IsVisible(vs, gateway.Namespace) && vs.Spec.Strings("gateways").Any(g => QualifyGateway(g, vs.Namespace) == gateway.Id));

    public static string QualifyGateway(string name, string ns) => name.Contains('/', StringComparison.Ordinal) ? name : $"{ns}/{name}";

    /// <summary>Whether a host pattern (<c>*</c>, <c>*.x</c>, exact) covers a host.</summary>
    public static bool HostMatches(string pattern, string host) =>
        pattern == "*" || pattern.Equals(host, StringComparison.OrdinalIgnoreCase) || (pattern.StartsWith("*.", StringComparison.Ordinal) && host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase));

    internal static bool IsVisible(MeshObject o, string clientNamespace)
    {
        if (o.Spec.Arr("exportTo") is not { Count: > 0 } exports) return true;
        return exports.Any(e => e.Str() is { } to && (to == "*" || to == clientNamespace || (to == "." && o.Namespace == clientNamespace)));
    }

    /// <summary>Several rules for one host as one: all subsets, the first one's policy.</summary>
    public static JsonObject? Merge(List<MeshObject> rules)
    {
        if (rules.Count <= 1) return rules.FirstOrDefault()?.Spec;
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

    private ProxyView ViewOf(string ns, MeshObject? sidecar, IReadOnlyList<MeshObject> selected) =>
        _views.GetOrAdd((ns, sidecar, string.Join(',', selected.Select(r => r.Id))), static (key, a) => new ProxyView(a.Config, SidecarScope.Of(key.Sidecar, key.Namespace, a.Config.Settings.IsRegistryOnly), a.Selected), (Config: this, Selected: selected));

    private static List<MeshObject> Best(IEnumerable<MeshObject> rules, string host)
    {
        var fitting = rules.Select(r => (Rule: r, Host: Qualify(r.Spec.Str("host") ?? "", r.Namespace))).Where(r => r.Host == host || HostMatches(r.Host, host)).ToList();
        if (fitting.Count == 0) return [];
        var best = fitting.MaxBy(r => r.Host == host ? int.MaxValue : r.Host.Length).Host;
        return [.. fitting.Where(r => r.Host == best).Select(r => r.Rule)];
    }

    private static List<MeshObject> Read(StoreSnapshot snapshot, string resource, List<MeshObject>? before)
    {
        var known = before?.Where(o => o.Source is not null && !o.HasDelegates).ToDictionary(o => o.Source!);
        return [.. snapshot.List(resource).Select(o => known?.GetValueOrDefault(o) ?? MeshObject.Of(o))
            .OrderBy(o => o.Created, StringComparer.Ordinal).ThenBy(o => o.Name, StringComparer.Ordinal).ThenBy(o => o.Namespace, StringComparer.Ordinal)];
    }
}
