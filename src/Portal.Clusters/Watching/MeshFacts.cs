using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>What is worth knowing of Istio's objects. Pure.</summary>
internal static class MeshFacts
{
    public static IEnumerable<ObjectFact> Read(string kind, JsonElement json, JsonElement spec) => kind switch
    {
        "Gateway" =>
        [
            new("Servers", string.Join(", ", spec.Find("servers").Items().Select(ClusterSummaryBuilder.Server))),
            new("Selector", ObjectFacts.Selector(spec.Find("selector"))),
        ],
        "VirtualService" =>
        [
            new("Hosts", Words(spec.Find("hosts"))),
            new("Gateways", Words(spec.Find("gateways")) is { Length: > 0 } gateways ? gateways : "mesh"),
            .. RouteRows.Of(spec).Select((r, i) => new ObjectFact($"Route {i + 1}", Route(r))),
        ],
        "DestinationRule" =>
        [
            new("Host", spec.Find("host").Text() ?? ""),
            new("Subsets", string.Join(", ", spec.Find("subsets").Items().Select(Subset))),
            new("Policy", string.Join(", ", ClusterSummaryBuilder.Policies(spec.Find("trafficPolicy")))),
        ],
        "PeerAuthentication" =>
        [
            new("Mode", spec.Find("mtls", "mode").Text() ?? "UNSET"),
            new("For", Workloads(spec)),
        ],
        "ServiceEntry" =>
        [
            new("Hosts", Words(spec.Find("hosts"))),
            new("Ports", string.Join(", ", spec.Find("ports").Items()
                .Select(p => $"{p.Find("number").Text()} {p.Find("protocol").Text()}"))),
            new("Location", spec.Find("location").Text() ?? "MESH_EXTERNAL"),
            new("Resolution", spec.Find("resolution").Text() ?? "NONE"),
        ],
        "Sidecar" =>
        [
            new("Egress", string.Join(", ", spec.Find("egress").Items().Select(e => Words(e.Find("hosts"))))),
            new("For", Workloads(spec)),
            new("Outbound traffic", spec.Find("outboundTrafficPolicy", "mode").Text() ?? ""),
        ],
        "AuthorizationPolicy" =>
        [
            new("Action", spec.Find("action").Text() ?? "ALLOW"),
            new("Rules", Rules(spec)),
            new("For", Workloads(spec)),
        ],
        "RequestAuthentication" =>
        [
            new("Issuers", string.Join(", ", spec.Find("jwtRules").Items().Select(r => r.Find("issuer").Text()))),
            new("For", Workloads(spec)),
        ],
        "Telemetry" =>
        [
            new("Sets", string.Join(", ", spec.Members().Select(m => m.Name).Where(n => n is not "selector"))),
            new("For", Workloads(spec)),
        ],
        _ => [],
    };

    private static string Workloads(JsonElement spec) =>
        ObjectFacts.Selector(spec.Find("selector", "matchLabels")) is { Length: > 0 } labels
            ? labels
            : "every workload of the namespace";

    private static string Rules(JsonElement spec)
    {
        if (!spec.Find("rules").Exists()) return "none: nothing matches";
        var count = spec.Find("rules").Items().Count();
        return count == 1 ? "1 rule" : $"{count} rules";
    }

    private static string Subset(JsonElement subset) =>
        $"{subset.Find("name").Text()} ({ObjectFacts.Selector(subset.Find("labels"))})";

    private static string Route(RouteRow route)
    {
        var to = route.Destinations.Select(d =>
            FormattableString.Invariant($"{d.Host}{(d.Subset is null ? "" : " " + d.Subset)} {d.Percent:0.#} %"));
        return (route.Match.Length > 0 ? $"when {route.Match}: " : "")
            + string.Join(", ", to.Concat(route.Extras));
    }

    private static string Words(JsonElement list) => string.Join(", ", ClusterSummaryBuilder.Texts(list));
}
