using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Routing;
using Portal.Sandbox.Mesh.Upstream;

namespace Portal.Sandbox.Mesh;

/// <summary>A name that sidecars route by: the service behind it, and the routes of the VirtualService that owns it.</summary>
/// <param name="Rule">Null where no rule stands above the service.</param>
internal sealed record VirtualHost(string Name, IReadOnlyList<string> Domains, MeshService? Service, MeshObject? Rule, HttpRoute[] Routes);

/// <summary>
/// The configuration of sidecars that share a namespace and a Sidecar object: the services, rules and clusters that they hold. Computed
/// when asked for; immutable towards its callers.
/// </summary>
internal sealed class ProxyView
{
    // Hosts of VirtualServices that no registry knows are only honoured on this port.
    private const int UnknownHostsPort = 80;

    private readonly MeshConfig _config;
    private readonly IReadOnlyList<MeshObject> _selected;
    private readonly ConcurrentDictionary<(string Host, int Port, string? Subset), UpstreamCluster> _clusters = new();
    private readonly ConcurrentDictionary<int, Listener?> _listeners = new();
    private readonly ConcurrentDictionary<(Destination, int), UpstreamCluster> _destinations = new();
    private readonly Lazy<IReadOnlyList<MeshService>> _services;
    private readonly Lazy<IReadOnlyList<MeshObject>> _rules;

    /// <summary>What a sidecar does with HTTP on one port.</summary>
    internal sealed record Listener(HostTable<VirtualHost> Hosts, IReadOnlyList<VirtualHost> VirtualHosts);

    /// <param name="selected">DestinationRules that select these proxies by their labels.</param>
    public ProxyView(MeshConfig config, SidecarScope scope, IReadOnlyList<MeshObject> selected)
    {
        _config = config;
        _selected = selected;
        Scope = scope;
        _rules = new(() => [.. config.VirtualServices.Where(vs => MeshConfig.IsVisible(vs, Namespace) && AppliesToMesh(vs) && scope.Imports(vs))]);
        _services = new(Visible);
    }

    public SidecarScope Scope { get; }
    public string Namespace => Scope.Namespace;

    /// <summary>The services that the proxies hold.</summary>
    public IReadOnlyList<MeshService> Services => _services.Value;

    /// <summary>The VirtualServices that bind them, oldest first.</summary>
    public IReadOnlyList<MeshObject> VirtualServices => _rules.Value;

    /// <summary>The virtual hosts of one port; null where no service speaks HTTP on it.</summary>
    public Listener? HttpListener(int port) => _listeners.GetOrAdd(port, static (p, view) => view.Compile(p), this);

    /// <summary>The rule above a service: an exact host beats a wildcard, the longer wildcard the shorter, then the oldest counts.</summary>
    public MeshObject? RuleFor(MeshService service)
    {
        MeshObject? best = null;
        var bestLength = -1;
        foreach (var vs in VirtualServices)
        {
            foreach (var host in vs.Spec.Strings("hosts"))
            {
                var qualified = MeshConfig.Qualify(host, vs.Namespace);
                var length = qualified == service.Host ? int.MaxValue : MeshConfig.HostMatches(qualified, service.Host) ? qualified.Length : -1;
                if (length <= bestLength) continue;
                best = vs;
                bestLength = length;
            }
        }
        return best;
    }

    /// <summary>The routes of connections to a service that a proxy does not read; the first rule that has any counts.</summary>
    public StreamRoute[] StreamRoutes(MeshService service, bool tls) => RuleFor(service) is { } rule ? tls ? rule.Tls : rule.Tcp : [];

    /// <summary>The cluster behind a destination: its own port, else the service's only one, else the listener's.</summary>
    public UpstreamCluster Cluster(Destination destination, int listenerPort) => _destinations.GetOrAdd((destination, listenerPort), static (key, view) =>
    {
        var (to, listener) = key;
        var service = view.Find(to.Host);
        var port = to.Port ?? (service?.Ports.Count == 1 ? service.Ports[0].Port : listener);
        // An alias is another name, not another cluster.
        return view.Cluster(service, service is { Resolution: null } ? service.Host : to.Host, port, to.Subset);
    }, this);

    /// <summary>A service's cluster for one of its ports.</summary>
    public UpstreamCluster Cluster(MeshService service, int port) => Cluster(service, service.Host, port);

    /// <summary>A cluster of a service; computed once.</summary>
    public UpstreamCluster Cluster(MeshService? service, string host, int port, string? subset = null) => _clusters.GetOrAdd((host, port, subset),
        static (key, a) => UpstreamCluster.Compute(a.Service, a.Service is null ? null : MeshConfig.Merge(a.View.DestinationRulesFor(a.Service)), key.Host, key.Port, key.Subset), (View: this, Service: service));

    public List<MeshObject> DestinationRulesFor(MeshService service) => _config.DestinationRulesFor(service.Host, Namespace, service.Namespace, _selected);

    /// <summary>The headless service that has a pod's port among its own; null for none.</summary>
    public MeshService? HeadlessServiceOf(string ip, int port)
    {
        foreach (var service in Services) if (service.IsHeadless && service.HasPort(port) && service.Endpoints.Any(e => e.Ip == ip)) return service;
        return null;
    }

    /// <summary>A host that the proxies hold.</summary>
    public MeshService? Find(string host) => _config.FindHost(host, Namespace) is { } service && (Scope.Sidecar is null || Services.Contains(service)) ? service : null;

    private List<MeshService> Visible()
    {
        var all = _config.ServicesFor(Namespace).DistinctBy(s => s.Host, StringComparer.OrdinalIgnoreCase).ToList();
        if (Scope.Sidecar is null) return all;
        // What an imported rule leads to comes with it.
        var needed = VirtualServices.SelectMany(vs => Destinations(vs).Select(d => d.Host)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. all.Where(s => needed.Contains(s.Host) || s.Ports.Any(p => Scope.Imports(s, p.Port)))];
    }

    private IEnumerable<Destination> Destinations(MeshObject vs) =>
        vs.Http(_config).SelectMany(r => r.Destinations.Select(d => d.Destination)).Concat(vs.Tcp.Concat(vs.Tls).SelectMany(r => r.Destinations.Select(d => d.Destination)));

    private Listener? Compile(int port)
    {
        var hosts = new HostTable<VirtualHost>();
        var all = new List<VirtualHost>();
        void Add(VirtualHost host)
        {
            var free = host.Domains.Where(d => !hosts.Has(d)).ToList();
            if (free.Count == 0) return;
            foreach (var domain in free) hosts.Add(domain, host);
            all.Add(host);
        }
        var services = Services.Where(s => s.FindPort(port) is { IsHttp: true } && Scope.Imports(s, port) && ReferenceEquals(_config.Behind(s), s)).ToList();
        var aliases = Services.Where(s => s.Alias is not null).ToLookup(s => _config.Behind(s).Host);
        foreach (var service in services)
        {
            var rule = RuleFor(service);
            var routes = rule?.HasHttp == true ? rule.Http(_config) : [];
            Add(new($"{service.Host}:{port.ToString(CultureInfo.InvariantCulture)}", [.. Domains(service, Namespace), .. aliases[service.Host].SelectMany(a => Domains(a, Namespace))], service, routes.Length > 0 ? rule : null, routes));
        }
        if (port == UnknownHostsPort) foreach (var host in UnknownHosts()) Add(host);
        return all.Count == 0 && services.Count == 0 ? null : new(hosts, all);
    }

    private IEnumerable<VirtualHost> UnknownHosts()
    {
        foreach (var vs in VirtualServices.Where(v => v.HasHttp))
        {
            foreach (var host in vs.Spec.Strings("hosts").Select(h => MeshConfig.Qualify(h, vs.Namespace)))
            {
                if (!Services.Any(s => MeshConfig.HostMatches(host, s.Host))) yield return new($"{host}:{UnknownHostsPort}", [host], null, vs, vs.Http(_config));
            }
        }
    }

    /// <summary>The names by which a client may ask for a service: the shorter ones only within its namespace.</summary>
    public static List<string> Domains(MeshService service, string clientNamespace)
    {
        if (service.Resolution is not null) return [service.Host, .. service.Addresses.Where(a => !a.Contains('/', StringComparison.Ordinal))];
        var (name, ns) = (service.Name, service.Namespace);
        List<string> names = [service.Host, $"{name}.{ns}", $"{name}.{ns}.svc"];
        if (ns == clientNamespace) names.Insert(1, name);
        if (service.IsHeadless) names.AddRange([.. names.Select(n => "*." + n)]);
        else if (service.ClusterIp.Length > 0) names.Add(service.ClusterIp);
        return names;
    }

    private static bool AppliesToMesh(MeshObject vs) => vs.Spec.Arr("gateways") is not { Count: > 0 } gateways || gateways.Any(g => g.Str() == RouteSource.Mesh);
}
