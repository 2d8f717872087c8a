using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh;

/// <summary>A destination as a proxy knows it: service, port and subset, or the reason why it does not exist.</summary>
internal sealed record UpstreamCluster(string Name, MeshService? Service, int Port, string? Subset, IReadOnlyList<ServiceEndpoint> Endpoints, string? TlsMode)
{
    /// <summary>False for an unknown host or a subset that no DestinationRule defines: requests get 503 NC.</summary>
    public bool Exists => Service is not null;

    public static UpstreamCluster Find(MeshConfig config, string host, int? port, int listenerPort, string? subset, string ruleNamespace, string clientNamespace)
    {
        var fqdn = MeshConfig.Qualify(host, ruleNamespace);
        var service = config.Services.FindHost(fqdn);
        var number = port ?? (service?.Ports.Count == 1 ? service.Ports[0].Port : listenerPort);
        var name = $"outbound|{number}|{subset}|{fqdn}";
        if (service is null || !service.HasPort(number)) return new(name, null, number, subset, [], null);
        var rule = config.DestinationRuleFor(fqdn, clientNamespace, service.Namespace);
        var tls = rule.Str("trafficPolicy", "tls", "mode");
        if (string.IsNullOrEmpty(subset)) return new(name, service, number, null, service.Endpoints, tls);
        var definition = rule.Objects("subsets").FirstOrDefault(s => s.Str("name") == subset);
        if (definition is null) return new(name, null, number, subset, [], null);
        var labels = definition.Map("labels");
        var endpoints = service.Endpoints.Where(e => labels.All(l => e.Labels.TryGetValue(l.Key, out var v) && v == l.Value)).ToList();
        return new(name, service, number, subset, endpoints, definition.Str("trafficPolicy", "tls", "mode") ?? tls);
    }
}
