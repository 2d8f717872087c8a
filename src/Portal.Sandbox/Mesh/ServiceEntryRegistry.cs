using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh;

/// <summary>Hosts that ServiceEntries add to the mesh. The oldest entry for a host counts; exact hosts come before wildcards.</summary>
internal sealed class ServiceEntryRegistry
{
    private readonly List<(MeshObject Entry, MeshService Service)> _services = [];

    public ServiceEntryRegistry(StoreSnapshot snapshot, IEnumerable<MeshObject> entries)
    {
        foreach (var entry in entries)
        {
            foreach (var host in entry.Spec.Strings("hosts")) _services.Add((entry, Read(snapshot, entry, host.ToLowerInvariant())));
        }
    }

    public IEnumerable<MeshService> VisibleTo(string clientNamespace) => _services.Where(s => MeshConfig.IsVisible(s.Entry, clientNamespace)).Select(s => s.Service);

    public MeshService? Find(string host, string clientNamespace)
    {
        MeshService? best = null;
        foreach (var service in VisibleTo(clientNamespace))
        {
            if (service.Host.Equals(host, StringComparison.OrdinalIgnoreCase)) return service;
            if (MeshConfig.HostMatches(service.Host, host) && service.Host.Length > (best?.Host.Length ?? 0)) best = service;
        }
        // Behind a wildcard each name is its own destination.
        return best is null ? null : best with { Host = host.ToLowerInvariant(), Endpoints = [Outside(host, best.Endpoints is [var first, ..] ? first.TargetPorts : new Dictionary<int, int>())] };
    }

    public bool DeclaresDns(string host) => _services.Any(s => s.Service.Resolution is "DNS" or "DNS_ROUND_ROBIN" or "DYNAMIC_DNS" && s.Service.Host.Equals(host, StringComparison.OrdinalIgnoreCase));

    private static MeshService Read(StoreSnapshot snapshot, MeshObject entry, string host)
    {
        var spec = entry.Spec;
        var ports = spec.Objects("ports").Select(p => new ServicePort(p.Str("name") ?? "", p.Int(0, "number")) { Protocol = p.Str("protocol")?.ToUpperInvariant() ?? "TCP" }).ToList();
        var targets = spec.Objects("ports").DistinctBy(p => p.Int(0, "number")).ToDictionary(p => p.Int(0, "number"), p => p.Int(p.Int(0, "number"), "targetPort"));
        return new MeshService(entry.Name, entry.Namespace, "", ports, [.. Endpoints(snapshot, entry, host, targets)]) { Host = host, Resolution = spec.Str("resolution") is { Length: > 0 } r ? r : "NONE" };
    }

    private static IEnumerable<ServiceEndpoint> Endpoints(StoreSnapshot snapshot, MeshObject entry, string host, Dictionary<int, int> targets)
    {
        var spec = entry.Spec;
        if (spec.Map("workloadSelector", "labels") is { Count: > 0 } selector)
        {
            foreach (var pod in snapshot.List("pods", entry.Namespace).Where(p => Selectors.Matches(selector, p.Labels)))
            {
                if (pod.Parse() is var o && o.Str("status", "podIP") is { } ip && Controllers.OwnedObjects.IsPodReady(o)) yield return new(ip, pod.Name, pod.Namespace, pod.Labels, targets, pod.Labels.GetValueOrDefault("security.istio.io/tlsMode") == "istio");
            }
            yield break;
        }
        var declared = spec.Objects("endpoints").ToList();
        if (declared.Count == 0)
        {
            // STATIC without endpoints has none; with DNS or the original destination, the host is where it goes.
            if (spec.Str("resolution") != "STATIC") yield return Outside(host, targets);
            yield break;
        }
        foreach (var endpoint in declared)
        {
            var own = new Dictionary<int, int>(targets);
            foreach (var port in spec.Objects("ports"))
            {
                if (endpoint.Num("ports", port.Str("name") ?? "") is { } number) own[port.Int(0, "number")] = (int)number;
            }
            var address = endpoint.Str("address") ?? "";
            if (System.Net.IPAddress.TryParse(address, out _)) yield return new(address, "", entry.Namespace, endpoint.Map("labels"), own, false);
            else yield return Outside(address, own) with { Labels = endpoint.Map("labels") };
        }
    }

    private static ServiceEndpoint Outside(string host, IReadOnlyDictionary<int, int> targets) =>
        new(ExternalServices.AddressOf(host), "", "", JsonExtensions.EmptyMap, targets, false) { ExternalHost = host.ToLower(CultureInfo.InvariantCulture) };
}
