using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Upstream;

/// <summary>A destination as a proxy knows it: service, port and subset, or the reason why it does not exist.</summary>
internal sealed record UpstreamCluster(string Name, string Host, MeshService? Service, int Port, string? Subset, IReadOnlyList<ServiceEndpoint> Endpoints, TrafficPolicy Policy)
{
    /// <summary>The name by which proxies ask for the cluster in the mesh's TLS.</summary>
    public string ServerName { get; } = string.Create(CultureInfo.InvariantCulture, $"outbound_.{Port}_.{Subset}_.{Host}");

    /// <summary>False for an unknown host or a subset that no DestinationRule defines: requests get 503 NC.</summary>
    public bool Exists => Service is not null;

    /// <summary>Whether requests go to the address that the client chose.</summary>
    public bool IsOriginalDestination => Service is { IsOriginalDestination: true } || Policy.LoadBalancing == LoadBalancing.Passthrough;

    /// <param name="rule">The merged DestinationRule of the host; null for none.</param>
    public static UpstreamCluster Compute(MeshService? service, JsonObject? rule, string host, int port, string? subset)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"outbound|{port}|{subset}|{host}");
        if (service is null || !service.HasPort(port)) return new(name, host, null, port, subset, [], TrafficPolicy.Default);
        if (subset is null) return new(name, host, service, port, null, service.Endpoints, TrafficPolicy.Of(rule.Obj("trafficPolicy"), null, port));
        var definition = rule.Objects("subsets").FirstOrDefault(s => s.Str("name") == subset);
        if (definition is null) return new(name, host, null, port, subset, [], TrafficPolicy.Default);
        var labels = definition.Map("labels");
        var endpoints = service.Endpoints.Where(e => labels.All(l => e.Labels.TryGetValue(l.Key, out var v) && v == l.Value)).ToList();
        return new(name, host, service, port, subset, endpoints, TrafficPolicy.Of(rule.Obj("trafficPolicy"), definition.Obj("trafficPolicy"), port));
    }
}
