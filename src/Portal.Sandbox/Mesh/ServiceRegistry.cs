using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh;

/// <param name="TargetPorts">Pod port behind each service port.</param>
/// <param name="MutualTls">The pod has a proxy that accepts mesh TLS (label security.istio.io/tlsMode).</param>
internal sealed record ServiceEndpoint(string Ip, string PodName, string Namespace, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<int, int> TargetPorts, bool MutualTls)
{
    /// <summary>The host outside the cluster that this stands for; null for a pod.</summary>
    public string? ExternalHost { get; init; }
}

internal sealed record ServicePort(string Name, int Port)
{
    /// <summary>What is spoken there, by the port's declaration or its name.</summary>
    public string Protocol { get; init; } = "HTTP";
}

/// <summary>A Kubernetes Service with the endpoints that are ready.</summary>
internal sealed record MeshService(string Name, string Namespace, string ClusterIp, IReadOnlyList<ServicePort> Ports, IReadOnlyList<ServiceEndpoint> Endpoints)
{
    public string Host { get; init; } = $"{Name}.{Namespace}.svc.cluster.local";

    /// <summary>Declared by a ServiceEntry: how its addresses are found; null for a Kubernetes Service.</summary>
    public string? Resolution { get; init; }

    public bool HasPort(int port) => Ports.Any(p => p.Port == port);
}

/// <summary>The services of a cluster at one revision.</summary>
internal sealed class ServiceRegistry
{
    private static readonly ConditionalWeakTable<StoreSnapshot, ServiceRegistry> s_cache = [];

    private readonly Dictionary<string, MeshService> _byHost = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, MeshService> _byIp = new(StringComparer.Ordinal);

    private ServiceRegistry(StoreSnapshot snapshot)
    {
        foreach (var stored in snapshot.List("services"))
        {
            var service = Read(snapshot, stored);
            _byHost[service.Host] = service;
            if (service.ClusterIp.Length > 0 && service.ClusterIp != "None") _byIp[service.ClusterIp] = service;
        }
    }

    public static ServiceRegistry Of(StoreSnapshot snapshot) => s_cache.GetValue(snapshot, s => new ServiceRegistry(s));

    public IEnumerable<MeshService> Services => _byHost.Values;

    public MeshService? FindHost(string fqdn) => _byHost.GetValueOrDefault(fqdn);

    /// <summary>A name as a client in <paramref name="ns"/> may write it: short, with namespace, fully qualified, or the cluster IP.</summary>
    public MeshService? Resolve(string name, string ns)
    {
        if (_byIp.TryGetValue(name, out var byIp)) return byIp;
        var host = name.TrimEnd('.');
        return host.Split('.') switch
        {
            [var s] => FindHost($"{s}.{ns}.svc.cluster.local"),
            [var s, var n] => FindHost($"{s}.{n}.svc.cluster.local"),
            [var s, var n, "svc"] => FindHost($"{s}.{n}.svc.cluster.local"),
            _ => FindHost(host),
        };
    }

    /// <summary>appProtocol, or the first word of the port's name; a port that says nothing is sniffed, and here HTTP is what flows.</summary>
    private static string ProtocolOf(JsonObject port)
    {
        var word = (port.Str("appProtocol") ?? port.Str("name") ?? "").Split('-')[0].ToUpperInvariant();
        return word is "TCP" or "TLS" or "HTTPS" or "MONGO" or "MYSQL" or "REDIS" or "UDP" or "GRPC" or "HTTP2" ? word : "HTTP";
    }

    private static MeshService Read(StoreSnapshot snapshot, StoredObject stored)
    {
        var service = stored.Parse();
        var ports = service.Objects("spec", "ports").Select(p => new ServicePort(p.Str("name") ?? "", p.Int(0, "port")) { Protocol = ProtocolOf(p) }).ToList();
        var endpoints = new List<ServiceEndpoint>();
        var slices = snapshot.Find("endpoints", stored.Namespace, stored.Name)?.Parse();
        foreach (var subset in slices.Objects("subsets"))
        {
            var numbers = subset.Objects("ports").Select(p => (Name: p.Str("name") ?? "", Port: p.Int(0, "port"))).ToList();
            var targets = ports.Select(p => (p.Port, Target: numbers.FirstOrDefault(n => n.Name == p.Name).Port)).Where(t => t.Target > 0).ToDictionary(t => t.Port, t => t.Target);
            foreach (var address in subset.Objects("addresses"))
            {
                var pod = snapshot.Find("pods", stored.Namespace, address.Str("targetRef", "name") ?? "");
                endpoints.Add(new(address.Str("ip") ?? "", pod?.Name ?? "", stored.Namespace, pod?.Labels ?? JsonExtensions.EmptyMap, targets, pod?.Labels.GetValueOrDefault("security.istio.io/tlsMode") == "istio"));
            }
        }
        return new(stored.Name, stored.Namespace, service.Str("spec", "clusterIP") ?? "", ports, endpoints);
    }
}
