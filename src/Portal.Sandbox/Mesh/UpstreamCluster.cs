using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh;

/// <summary>A destination as a proxy knows it: service, port and subset, or the reason why it does not exist.</summary>
internal sealed record UpstreamCluster(string Name, MeshService? Service, int Port, string? Subset, IReadOnlyList<ServiceEndpoint> Endpoints, TrafficPolicy Policy)
{
    /// <summary>False for an unknown host or a subset that no DestinationRule defines: requests get 503 NC.</summary>
    public bool Exists => Service is not null;

    public static UpstreamCluster Find(MeshConfig config, string host, int? port, int listenerPort, string? subset, string ruleNamespace, string clientNamespace)
    {
        var fqdn = MeshConfig.Qualify(host, ruleNamespace);
        var service = config.FindHost(fqdn, clientNamespace);
        var number = port ?? (service?.Ports.Count == 1 ? service.Ports[0].Port : listenerPort);
        return config.Cluster(service, fqdn, number, string.IsNullOrEmpty(subset) ? null : subset, clientNamespace);
    }

    /// <summary>Computes a cluster; <see cref="MeshConfig.Cluster"/> keeps it.</summary>
    public static UpstreamCluster Compute(MeshConfig config, MeshService? service, string fqdn, int port, string? subset, string clientNamespace)
    {
        var name = $"outbound|{port}|{subset}|{fqdn}";
        if (service is null || !service.HasPort(port)) return new(name, null, port, subset, [], TrafficPolicy.Default);
        var rule = config.DestinationRuleFor(fqdn, clientNamespace, service.Namespace);
        if (subset is null) return new(name, service, port, null, service.Endpoints, TrafficPolicy.Of(rule.Obj("trafficPolicy"), null, port));
        var definition = rule.Objects("subsets").FirstOrDefault(s => s.Str("name") == subset);
        if (definition is null) return new(name, null, port, subset, [], TrafficPolicy.Default);
        var labels = definition.Map("labels");
        var endpoints = service.Endpoints.Where(e => labels.All(l => e.Labels.TryGetValue(l.Key, out var v) && v == l.Value)).ToList();
        return new(name, service, port, subset, endpoints, TrafficPolicy.Of(rule.Obj("trafficPolicy"), definition.Obj("trafficPolicy"), port));
    }
}
