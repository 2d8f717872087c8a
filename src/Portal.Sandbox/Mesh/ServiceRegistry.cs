using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh;

/// <summary>The services of a cluster at one revision. What did not change since another revision is not read again.</summary>
internal sealed class ServiceRegistry
{
    private sealed record Declaration(StoredObject Source, string ClusterIp, IReadOnlyList<ServicePort> Ports, string? ExternalName, IReadOnlyList<string> ExportTo);

    private sealed record Addresses(StoredObject Source, IReadOnlyList<(string Ip, string Pod, IReadOnlyDictionary<int, int> Targets)> Items);

    private static readonly ConditionalWeakTable<object, ServiceRegistry> s_cache = [];

    private readonly Dictionary<string, MeshService> _byHost = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, MeshService> _byIp = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectName, (Declaration Declaration, Addresses? Addresses)> _parts = [];
    private readonly object _services;

    private ServiceRegistry(StoreSnapshot snapshot, ServiceRegistry? previous)
    {
        _services = snapshot.Of("services");
        foreach (var stored in snapshot.List("services"))
        {
            var name = new ObjectName(stored.Namespace, stored.Name);
            var known = previous?._parts.GetValueOrDefault(name) ?? default;
            var declaration = known.Declaration is { } d && ReferenceEquals(d.Source, stored) ? d : Declare(stored);
            var endpoints = snapshot.Find("endpoints", stored.Namespace, stored.Name);
            var addresses = endpoints is null ? null : known.Addresses is { } a && ReferenceEquals(a.Source, endpoints) && ReferenceEquals(declaration, known.Declaration) ? a : Read(endpoints, declaration);
            _parts[name] = (declaration, addresses);
            var service = Assemble(snapshot, stored, declaration, addresses);
            _byHost[service.Host] = service;
            if (service.ClusterIp.Length > 0 && service.ClusterIp != "None") _byIp[service.ClusterIp] = service;
        }
    }

    /// <summary>The services as DNS and kube-proxy know them now.</summary>
    public static ServiceRegistry Of(StoreSnapshot snapshot)
    {
        var key = snapshot.Of("endpoints");
        if (s_cache.TryGetValue(key, out var registry) && ReferenceEquals(registry._services, snapshot.Of("services"))) return registry;
        registry = new ServiceRegistry(snapshot, registry);
        s_cache.AddOrUpdate(key, registry);
        return registry;
    }

    /// <summary>The same with the pods' present labels.</summary>
    public static ServiceRegistry Read(StoreSnapshot snapshot, ServiceRegistry? previous) => new(snapshot, previous);

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

    /// <summary>The name of one pod behind a headless service: <c>pod.service.namespace…</c>; null when this is no such name.</summary>
    public ServiceEndpoint? ResolvePod(string name, string ns)
    {
        var parts = name.TrimEnd('.').Split('.');
        if (parts.Length < 2) return null;
        return Resolve(string.Join('.', parts[1..]), ns) is { IsHeadless: true } service ? service.Endpoints.FirstOrDefault(e => e.PodName == parts[0]) : null;
    }

    private static Declaration Declare(StoredObject stored)
    {
        var service = stored.Parse();
        var ports = service.Objects("spec", "ports").Select(p => new ServicePort(p.Str("name") ?? "", p.Int(0, "port")) { Protocol = p.Str("protocol") == "UDP" ? "UDP" : ServicePort.ProtocolOf(p.Str("appProtocol"), p.Str("name") ?? "", p.Int(0, "port")) }).ToList();
        var exports = service.Str("metadata", "annotations", "networking.istio.io/exportTo");
        return new(stored, service.Str("spec", "clusterIP") ?? "", ports, service.Str("spec", "type") == "ExternalName" ? service.Str("spec", "externalName") : null, exports is null ? [] : exports.Split(',', StringSplitOptions.TrimEntries));
    }

    private static Addresses Read(StoredObject stored, Declaration declaration)
    {
        var items = new List<(string, string, IReadOnlyDictionary<int, int>)>();
        foreach (var subset in stored.Parse().Objects("subsets"))
        {
            var numbers = subset.Objects("ports").Select(p => (Name: p.Str("name") ?? "", Port: p.Int(0, "port"))).ToList();
            var targets = declaration.Ports.Select(p => (p.Port, Target: numbers.FirstOrDefault(n => n.Name == p.Name).Port)).Where(t => t.Target > 0).DistinctBy(t => t.Port).ToDictionary(t => t.Port, t => t.Target);
            foreach (var address in subset.Objects("addresses")) items.Add((address.Str("ip") ?? "", address.Str("targetRef", "name") ?? "", targets));
        }
        return new(stored, items);
    }

    private static MeshService Assemble(StoreSnapshot snapshot, StoredObject stored, Declaration declaration, Addresses? addresses)
    {
        List<ServiceEndpoint> endpoints = [];
        if (declaration.ExternalName is { } external) endpoints.Add(new(ExternalServices.AddressOf(external), "", "", JsonExtensions.EmptyMap, new Dictionary<int, int>(), false) { ExternalHost = external });
        foreach (var (ip, podName, targets) in addresses?.Items ?? [])
        {
            var pod = snapshot.Find("pods", stored.Namespace, podName);
            endpoints.Add(new(ip, pod?.Name ?? "", stored.Namespace, pod?.Labels ?? JsonExtensions.EmptyMap, targets, pod?.Labels.GetValueOrDefault("security.istio.io/tlsMode") == "istio"));
        }
        return new(stored.Name, stored.Namespace, declaration.ClusterIp, declaration.Ports, endpoints) { ExportTo = declaration.ExportTo, External = declaration.ExternalName is not null, Alias = declaration.ExternalName };
    }
}
