using Portal.Clusters.Watching;

namespace Portal.Web.Components.Cluster;

/// <summary>What each row of the panel shows, as one text: when the text differs, the row changed.</summary>
internal static class ClusterRows
{
    public static IEnumerable<(ClusterObjectKey Key, string Shown)> Shown(ClusterSummary s) =>
    [
        .. s.Workloads.Select(r => (r.Key, $"{r.Ready}/{r.Desired} {r.Sidecar} {r.MtlsMode} {r.Images}")),
        .. s.Pods.Select(r => (r.Key, $"{r.Ready} {r.Status} {r.Restarts} {r.Sidecar}")),
        .. s.Services.Select(r => (r.Key, $"{r.Type} {r.ClusterIp} {r.Ports}")),
        .. s.Gateways.Select(r => (r.Key, $"{r.Selector} {string.Join(',', r.Servers)}")),
        .. s.VirtualServices.Select(r => (r.Key, $"{string.Join(',', r.Hosts)} {string.Join(',', r.Gateways)} {string.Join(';', r.Routes.Select(Shown))}")),
        .. s.DestinationRules.Select(r => (r.Key, $"{r.Host} {string.Join(',', r.Subsets)} {string.Join(',', r.Policies)}")),
        .. s.PeerAuthentications.Select(r => (r.Key, $"{r.Scope} {r.Mode}")),
        .. s.MeshPolicies.Concat(s.Others).Select(r => (r.Key, $"{r.Status.Word} {r.Note}")),
    ];

    private static string Shown(RouteRow route) =>
        $"{route.Match} {string.Join(',', route.Destinations.Select(d => $"{d.Host}/{d.Subset}={d.Weight}"))} {string.Join(',', route.Extras)}";
}
