using System.Net;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Proxies;

/// <summary>What a name leads to before a proxy sees a byte: the cluster's DNS, or the world's.</summary>
/// <param name="Ip">The address that the client connects to.</param>
/// <param name="Service">The service of that name or address; null for others.</param>
/// <param name="Pod">The pod of that address; null for others.</param>
/// <param name="External">The host outside the cluster; null for others.</param>
internal readonly record struct DialTarget(string Ip, MeshService? Service, PodInstance? Pod, string? External)
{
    /// <summary>Null when there is no such name.</summary>
    public static DialTarget? Resolve(PodInstance client, string host)
    {
        var cluster = client.Cluster;
        var registry = ServiceRegistry.Of(cluster.Store.Snapshot);
        if (registry.Resolve(host, client.Namespace) is { } service)
        {
            // An alias: the name that it stands for counts.
            if (service.Alias is { } alias) return alias.Equals(host, StringComparison.OrdinalIgnoreCase) ? null : Resolve(client, alias);
            if (service.IsHeadless) return service.Endpoints.Count == 0 ? null : service.Endpoints[Random.Shared.Next(service.Endpoints.Count)] is var any ? new(any.Ip, service, cluster.Pods.FindByIp(any.Ip), null) : null;
            return new(service.ClusterIp, service, null, null);
        }
        if (cluster.Pods.FindByIp(host) is { } pod) return new(pod.Ip, null, pod, null);
        if (registry.ResolvePod(host, client.Namespace) is { } member) return new(member.Ip, null, cluster.Pods.FindByIp(member.Ip), null);
        if (cluster.External.Exists(host)) return new(ExternalServices.AddressOf(host), null, null, host);
        if (!IPAddress.TryParse(host, out _)) return null;
        return new(host, null, null, cluster.External.HostAt(host));
    }
}
