using System.Collections.Concurrent;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Proxies;
using Portal.Sandbox.Mesh.Routing;
using Portal.Sandbox.Mesh.Security;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh;

/// <summary>A name that a gateway routes by, with the routes of all VirtualServices for it: catch-alls last.</summary>
internal sealed class GatewayHost(string domain)
{
    private readonly List<(HttpRoute Route, GatewayServer Server)> _routes = [];

    public string Domain => domain;
    public bool RedirectsToHttps { get; set; }
    public IReadOnlyList<(HttpRoute Route, GatewayServer Server)> Routes => _routes;

    public void Add(IEnumerable<HttpRoute> routes, GatewayServer server)
    {
        foreach (var route in routes) if (!_routes.Exists(r => ReferenceEquals(r.Route, route))) _routes.Add((route, server));
    }

    public void Sort()
    {
        var sorted = _routes.OrderBy(r => r.Route.IsCatchAll).ToList();
        _routes.Clear();
        _routes.AddRange(sorted);
    }
}

/// <summary>The configuration of one gateway pod: the servers of the Gateway objects that select it, and their routes.</summary>
internal sealed class GatewayView
{
    private readonly MeshConfig _config;
    private readonly PodInstance _pod;
    private readonly ConcurrentDictionary<string, (HostTable<GatewayHost> Table, IReadOnlyList<GatewayHost> Hosts)> _hosts = new(StringComparer.Ordinal);

    public GatewayView(MeshConfig config, PodInstance pod)
    {
        (_config, _pod) = (config, pod);
        Servers = [.. Find()];
    }

    public IReadOnlyList<GatewayServer> Servers { get; }

    public IEnumerable<GatewayServer> On(int port) => Servers.Where(s => s.Port == port);

    /// <summary>The server for a TLS client; null when none has that name.</summary>
    public GatewayServer? ForName(int port, string serverName) => On(port).Where(s => s.IsTls).Select(s => (Server: s, Fit: s.Fits(serverName))).Where(s => s.Fit >= 0).OrderByDescending(s => s.Fit).FirstOrDefault().Server;

    /// <summary>The virtual hosts behind a server: those of all plain HTTP servers of its port together, of an HTTPS server its own.</summary>
    public (HostTable<GatewayHost> Table, IReadOnlyList<GatewayHost> Hosts) HostsOf(GatewayServer server) => _hosts.GetOrAdd(server.RouteName, static (name, v) => v.Compile(name), this);

    /// <summary>The routes of connections that come to a server: by name for TLS that goes through, else those of <c>tcp</c>.</summary>
    public IEnumerable<StreamRoute> StreamRoutes(GatewayServer server) => _config.VirtualServicesOf(server.Gateway).Where(vs => server.Common(vs).Any()).SelectMany(vs => server.IsPassthrough ? vs.Tls : vs.Tcp);

    private (HostTable<GatewayHost>, IReadOnlyList<GatewayHost>) Compile(string routeName)
    {
        var hosts = new List<GatewayHost>();
        GatewayHost Host(string domain)
        {
            if (hosts.Find(h => h.Domain == domain) is { } known) return known;
            var host = new GatewayHost(domain);
            hosts.Add(host);
            return host;
        }
        foreach (var server in Servers.Where(s => s.IsHttp && s.RouteName == routeName))
        {
            var bound = false;
            foreach (var vs in _config.VirtualServicesOf(server.Gateway).Where(v => v.HasHttp))
            {
                foreach (var domain in server.Common(vs).Distinct())
                {
                    bound = true;
                    var host = Host(domain);
                    host.Add(vs.Http(_config), server);
                    host.RedirectsToHttps |= server.RedirectsToHttps;
                }
            }
            if (!bound && server.RedirectsToHttps) foreach (var domain in server.Hosts) Host(GatewayServer.WithoutNamespace(domain)).RedirectsToHttps = true;
        }
        var table = new HostTable<GatewayHost>();
        foreach (var host in hosts)
        {
            host.Sort();
            table.Add(host.Domain, host);
        }
        return (table, hosts);
    }

    /// <summary>A server's number is a service port (then its target port listens) or the pod's port itself.</summary>
    private IEnumerable<GatewayServer> Find()
    {
        var targets = new Dictionary<int, int>();
        foreach (var endpoint in _config.Services.Services.SelectMany(s => s.Endpoints).Where(e => e.Ip == _pod.Ip))
            foreach (var (port, target) in endpoint.TargetPorts) targets.TryAdd(port, target);
        foreach (var gateway in _config.Gateways.Where(g => (!g.IsOfGatewayApi || g.Namespace == _pod.Namespace) && g.Spec.Map("selector").All(l => _pod.Labels.TryGetValue(l.Key, out var v) && v == l.Value)))
        {
            foreach (var server in gateway.Spec.Objects("servers"))
            {
                var number = server.Int(0, "port", "number");
                yield return new(gateway, server, number, targets.GetValueOrDefault(number, number));
            }
        }
    }

    /// <summary>The secret that a server shows and judges clients by; null while it is not there or not complete.</summary>
    public TlsServer? Credential(GatewayServer server)
    {
        if (server.IsMeshTls) return null;
        var name = server.Json.Str("tls", "credentialName") ?? server.Json.Strings("tls", "credentialNames").FirstOrDefault();
        if (name is null) return null;
        // Kubernetes Gateways say the namespace too.
        var ns = _pod.Namespace;
        const string Prefix = "kubernetes-gateway://";
        if (name.StartsWith(Prefix, StringComparison.Ordinal) && name[Prefix.Length..].Split('/') is [var said, var own]) (ns, name) = (said, own);
        return GatewaySecret.Read(_pod.Cluster.Store.Snapshot, ns, name, server.TlsMode);
    }
}
