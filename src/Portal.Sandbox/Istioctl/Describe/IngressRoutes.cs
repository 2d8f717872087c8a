using System.Globalization;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Istioctl.Describe;

/// <summary>How a service is reached through an ingress gateway.</summary>
internal static class IngressRoutes
{
    /// <summary>The rule of the gateway's first route that leads to a port of the service; of several destinations the first counts.</summary>
    public static MeshObject? RuleTo(MeshConfig config, GatewayView gateways, PodInstance pod, MeshService service, int port)
    {
        foreach (var server in gateways.Servers.Where(s => s.IsHttp).DistinctBy(s => s.RouteName))
        {
            foreach (var (route, owner) in gateways.HostsOf(server).Hosts.SelectMany(h => h.Routes))
            {
                if (route.Destinations is [var first, ..] && config.ViewOf(pod).Cluster(first.Destination, owner.Number) is { } cluster && cluster.Host == service.Host && cluster.Port == port) return route.Owner;
            }
        }
        return null;
    }

    /// <summary>Where the services of a gateway's pod are reached: their load balancer, else the pod's node.</summary>
    public static IEnumerable<string> Addresses(SandboxCluster cluster, PodInstance pod)
    {
        var snapshot = cluster.Store.Snapshot;
        foreach (var service in snapshot.List("services", pod.Namespace).Select(s => s.Parse()).Where(s => Selectors.Matches(s.Map("spec", "selector"), pod.Labels)))
        {
            var ip = service.Objects("status", "loadBalancer", "ingress").FirstOrDefault().Str("ip") ?? PodRuntime.HostIp(snapshot, pod.NodeName);
            foreach (var port in service.Objects("spec", "ports").Where(p => p.Str("name") is "http2" or "http"))
                yield return string.Create(CultureInfo.InvariantCulture, $"http://{ip}{(port.Num("port") == 80 ? "" : ":" + port.Num("port"))}");
        }
    }
}
