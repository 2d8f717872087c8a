using Portal.Clusters.Watching;

namespace Portal.Web.Components.Help;

/// <summary>What is different in a cluster from what it was, in a few lines.</summary>
internal static class ClusterDiff
{
    private const int MaxLines = 30;

    public static string Lines(ClusterSummary before, ClusterSummary after)
    {
        var (was, now) = (Rows(before), Rows(after));
        var lines = now
            .Where(r => !was.TryGetValue(r.Key, out var text) || text != r.Value)
            .Select(r => $"{(was.ContainsKey(r.Key) ? "~" : "+")} {r.Key}: {r.Value}")
            .Concat(was.Keys.Except(now.Keys).Select(name => $"- {name}"))
            .ToList();
        return string.Join('\n', lines.Count > MaxLines ? [.. lines.Take(MaxLines), "…"] : lines);
    }

    private static Dictionary<string, string> Rows(ClusterSummary s)
    {
        var rows = new Dictionary<string, string>();
        foreach (var w in s.Workloads)
            rows[$"{w.Kind} {w.Namespace}/{w.Name}"] = $"{w.Ready}/{w.Desired} ready{(w.Sidecar ? ", sidecar" : "")}";
        foreach (var x in s.Services)
            rows[$"Service {x.Namespace}/{x.Name}"] = x.Ports;
        foreach (var g in s.Gateways)
            rows[$"Gateway {g.Namespace}/{g.Name}"] = string.Join(", ", g.Servers);
        foreach (var v in s.VirtualServices)
            rows[$"VirtualService {v.Namespace}/{v.Name}"] = string.Join("; ", v.Routes.Select(Words));
        foreach (var d in s.DestinationRules)
            rows[$"DestinationRule {d.Namespace}/{d.Name}"] = string.Join(", ", d.Subsets);
        foreach (var p in s.PeerAuthentications)
            rows[$"PeerAuthentication {p.Namespace}/{p.Name}"] = p.Mode;
        return rows;
    }

    private static string Words(RouteRow route) =>
        string.Join(
            ", ",
            route
                .Destinations.Select(d => $"{d.Subset ?? d.Host} {d.Weight}")
                .Prepend(route.Match)
                .Concat(route.Extras)
                .Where(t => t.Length > 0)
        );
}
