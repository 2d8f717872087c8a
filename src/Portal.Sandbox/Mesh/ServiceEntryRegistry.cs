using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh;

/// <summary>Hosts that ServiceEntries add to the mesh. The oldest entry for a host counts; exact hosts come before wildcards.</summary>
internal sealed class ServiceEntryRegistry
{
    private readonly List<MeshService> _services = [];

    /// <param name="workloads">WorkloadEntries, which a ServiceEntry's selector may choose as it chooses pods.</param>
    public ServiceEntryRegistry(StoreSnapshot snapshot, IEnumerable<MeshObject> entries, IReadOnlyList<MeshObject> workloads)
    {
        foreach (var entry in entries)
        {
            foreach (var host in entry.Spec.Strings("hosts")) _services.Add(Read(snapshot, entry, host.ToLowerInvariant(), workloads));
        }
    }

    public IReadOnlyList<MeshService> Services => _services;

    public IEnumerable<MeshService> VisibleTo(string clientNamespace) => _services.Where(s => s.IsVisibleIn(clientNamespace));

    public MeshService? Find(string host, string clientNamespace)
    {
        MeshService? best = null;
        foreach (var service in VisibleTo(clientNamespace))
        {
            if (service.Host.Equals(host, StringComparison.OrdinalIgnoreCase)) return service;
            if (MeshConfig.HostMatches(service.Host, host) && service.Host.Length > (best?.Host.Length ?? 0)) best = service;
        }
        return best;
    }

    /// <summary>The entry that declares an address; null when none does.</summary>
    public MeshService? FindAddress(string ip, string clientNamespace)
    {
        if (!IPAddress.TryParse(ip, out var address)) return null;
        foreach (var service in _services) if (service.Addresses.Count > 0 && service.IsVisibleIn(clientNamespace) && service.HasAddress(address)) return service;
        return null;
    }

    public string? HostAt(string ip)
    {
        foreach (var s in _services) foreach (var e in s.Endpoints) if (e.ExternalHost is { } host && e.Ip == ip) return host;
        return null;
    }

    public bool DeclaresDns(string host)
    {
        foreach (var s in _services) if (s.Resolution is "DNS" or "DNS_ROUND_ROBIN" or "DYNAMIC_DNS" && s.External && s.Host.Equals(host, StringComparison.OrdinalIgnoreCase)) return true;
        // Endpoints with names are looked up too.
        foreach (var s in _services) foreach (var e in s.Endpoints) if (s.Resolution is "DNS" or "DNS_ROUND_ROBIN" && host.Equals(e.ExternalHost, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    private static MeshService Read(StoreSnapshot snapshot, MeshObject entry, string host, IReadOnlyList<MeshObject> workloads)
    {
        var spec = entry.Spec;
        var ports = spec.Objects("ports").Select(p => new ServicePort(p.Str("name") ?? "", p.Int(0, "number")) { Protocol = ServicePort.ProtocolOf(p.Str("protocol"), p.Str("name") ?? "", p.Int(0, "number")) }).ToList();
        var targets = spec.Objects("ports").DistinctBy(p => p.Int(0, "number")).ToDictionary(p => p.Int(0, "number"), p => p.Int(p.Int(0, "number"), "targetPort"));
        return new MeshService(entry.Name, entry.Namespace, "", ports, [.. Endpoints(snapshot, entry, host, targets, workloads)])
        {
            Host = host,
            Resolution = spec.Str("resolution") is { Length: > 0 } r ? r : "NONE",
            Addresses = [.. spec.Strings("addresses")],
            External = spec.Str("location") != "MESH_INTERNAL",
            ExportTo = [.. spec.Strings("exportTo")],
        };
    }

    private static IEnumerable<ServiceEndpoint> Endpoints(StoreSnapshot snapshot, MeshObject entry, string host, Dictionary<int, int> targets, IReadOnlyList<MeshObject> workloads)
    {
        var spec = entry.Spec;
        if (spec.Map("workloadSelector", "labels") is { Count: > 0 } selector)
        {
            foreach (var pod in snapshot.List("pods", entry.Namespace).Where(p => Selectors.Matches(selector, p.Labels)))
            {
                if (pod.Parse() is var o && o.Str("status", "podIP") is { } ip && Controllers.OwnedObjects.IsPodReady(o)) yield return new(ip, pod.Name, pod.Namespace, pod.Labels, targets, pod.Labels.GetValueOrDefault("security.istio.io/tlsMode") == "istio");
            }
            foreach (var workload in workloads.Where(w => w.Namespace == entry.Namespace && Selectors.Matches(selector, w.Spec.Map("labels")))) yield return Endpoint(workload.Spec, spec, targets, entry.Namespace);
            yield break;
        }
        var declared = spec.Objects("endpoints").ToList();
        if (declared.Count == 0)
        {
            // STATIC without endpoints has none; with DNS or the original destination, the host is where it goes.
            if (spec.Str("resolution") != "STATIC") yield return Outside(host, targets);
            yield break;
        }
        foreach (var endpoint in declared) yield return Endpoint(endpoint, spec, targets, entry.Namespace);
    }

    private static ServiceEndpoint Endpoint(JsonObject endpoint, JsonObject spec, Dictionary<int, int> targets, string ns)
    {
        var own = new Dictionary<int, int>(targets);
        foreach (var port in spec.Objects("ports"))
        {
            if (endpoint.Num("ports", port.Str("name") ?? "") is { } number) own[port.Int(0, "number")] = (int)number;
        }
        var address = endpoint.Str("address") ?? "";
        var labels = endpoint.Map("labels");
        var found = IPAddress.TryParse(address, out _) ? new(address, "", ns, labels, own, labels.GetValueOrDefault("security.istio.io/tlsMode") == "istio") : Outside(address, own) with { Labels = labels };
        return found with { Weight = endpoint.Int(1, "weight") is > 0 and var weight ? weight : 1 };
    }

    private static ServiceEndpoint Outside(string host, IReadOnlyDictionary<int, int> targets) =>
        new(ExternalServices.AddressOf(host), "", "", JsonExtensions.EmptyMap, targets, false) { ExternalHost = host.ToLower(CultureInfo.InvariantCulture) };
}
