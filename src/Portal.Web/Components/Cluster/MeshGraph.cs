using System.Collections.Immutable;
using System.Globalization;
using Portal.Clusters.Watching;

namespace Portal.Web.Components.Cluster;

internal sealed record MeshNode(string Id, string Name, string Note, string Css, int X, int Y);

internal sealed record MeshEdge(string Path, string Label, int LabelX, int LabelY, string StrokeWidth, string Css);

/// <summary>Gateway → service → version, laid out in three columns. Weights are those of the virtual services.</summary>
internal sealed record MeshGraph(IReadOnlyList<MeshNode> Nodes, IReadOnlyList<MeshEdge> Edges, int Width, int Height, string Description)
{
    public const int NodeWidth = 150;
    public const int NodeHeight = 44;
    private const int ColumnGap = 78;
    private const int RowGap = 14;
    private const int Margin = 8;

    public static MeshGraph Empty { get; } = new([], [], 1, 1, "");

    public static MeshGraph Build(ClusterSummary summary, string? @namespace)
    {
        bool Here(string ns) => @namespace is null ? ns is not ("istio-system" or "kube-system") : ns == @namespace;
        var services = summary.Services.Where(s => Here(s.Namespace) && s.Name != "kubernetes").OrderBy(s => s.Name, StringComparer.Ordinal).ToList();
        if (services.Count == 0) return Empty;

        var nodes = new List<MeshNode>();
        var edges = new List<MeshEdge>();
        var gateways = summary.Gateways.Where(g => Here(g.Namespace)).ToList();
        var y = Margin;
        foreach (var service in services)
        {
            var virtualService = summary.VirtualServices.FirstOrDefault(v => Here(v.Namespace) && v.Hosts.Any(h => IsHost(h, service)));
            var rule = summary.DestinationRules.FirstOrDefault(d => IsHost(d.Host, service));
            var versions = Versions(summary, service);
            var top = y;
            var height = Math.Max(1, versions.Count) * (NodeHeight + RowGap);
            var node = new MeshNode(service.Name, service.Name, Note(virtualService, rule), "service", Column(1), top + ((height - NodeHeight - RowGap) / 2));
            nodes.Add(node);
            foreach (var version in versions)
            {
                var (weight, exact) = Weight(virtualService, rule, service, version, versions.Count);
                var target = new MeshNode(version.Name, version.Name, $"{version.Ready}/{version.Desired} ready{(version.Sidecar ? "" : " · no sidecar")}{(version.MtlsMode is "STRICT" ? " · mTLS" : "")}", version.Ready >= version.Desired && version.Desired > 0 ? "workload" : "workload starting", Column(2), y);
                nodes.Add(target);
                edges.Add(exact && weight <= 0 && IsMatched(virtualService, service, Subset(rule, version)) ? Edge(node, target, 50, "by match", "match") : Edge(node, target, weight, exact ? Percent(weight) : "", weight <= 0 ? "none" : ""));
                y += NodeHeight + RowGap;
            }
            if (versions.Count == 0) y += NodeHeight + RowGap;
        }
        for (var i = 0; i < gateways.Count; i++)
        {
            var gateway = gateways[i];
            var routed = summary.VirtualServices.Where(v => v.Gateways.Any(g => g == gateway.Name || g.EndsWith("/" + gateway.Name, StringComparison.Ordinal)))
                .SelectMany(v => v.Routes.SelectMany(r => r.Destinations)).Select(d => d.Host).Distinct(StringComparer.Ordinal)
                .Select(host => nodes.FirstOrDefault(n => n.Css == "service" && services.Any(s => s.Name == n.Name && IsHost(host, s)))).OfType<MeshNode>().ToList();
            var at = routed.Count > 0 ? routed[0].Y : Margin + (i * (NodeHeight + RowGap));
            while (nodes.Any(n => n.Css == "gateway" && Math.Abs(n.Y - at) < NodeHeight + RowGap)) at += NodeHeight + RowGap;
            var node = new MeshNode("gateway/" + gateway.Name, gateway.Name, $"gateway {string.Join(", ", gateway.Servers)}", "gateway", Column(0), at);
            nodes.Add(node);
            edges.AddRange(routed.Select(r => Edge(node, r, 100, "", "")));
            y = Math.Max(y, at + NodeHeight + RowGap);
        }
        return new MeshGraph(nodes, edges, Column(2) + NodeWidth + Margin, y + Margin, $"{services.Count} services, {nodes.Count(n => n.Css.StartsWith("workload", StringComparison.Ordinal))} workloads");
    }

    private static int Column(int index) => Margin + (index * (NodeWidth + ColumnGap));

    private static bool IsHost(string host, ServiceRow service) => host == service.Name
        || host == $"{service.Name}.{service.Namespace}" || host.StartsWith($"{service.Name}.{service.Namespace}.svc", StringComparison.Ordinal);

    // A service's versions are the workloads that carry its name: name itself, or name-version.
    private static List<WorkloadRow> Versions(ClusterSummary summary, ServiceRow service) =>
        [.. summary.Workloads.Where(w => w.Namespace == service.Namespace && (w.Name == service.Name || w.Name.StartsWith(service.Name + "-", StringComparison.Ordinal))).OrderBy(w => w.Name, StringComparer.Ordinal)];

    private static string Note(VirtualServiceRow? virtualService, DestinationRuleRow? rule)
    {
        var words = new List<string>();
        if (virtualService is not null) words.Add(virtualService.Routes.Length == 1 ? "1 route" : $"{virtualService.Routes.Length} routes");
        if (rule is not null) words.Add(string.Join(" ", rule.Subsets));
        return words.Count == 0 ? "no rules" : string.Join(" · ", words);
    }

    /// <summary>Share of the catch-all route; without one, requests are spread evenly and no number is promised.</summary>
    private static (double Percent, bool Exact) Weight(VirtualServiceRow? virtualService, DestinationRuleRow? rule, ServiceRow service, WorkloadRow version, int versions)
    {
        if (virtualService?.Routes.FirstOrDefault(r => r.Match.Length == 0) is not { } route || rule is null) return (100.0 / Math.Max(1, versions), false);
        if (route.Destinations.All(d => d.Subset is null)) return (100.0 / Math.Max(1, versions), false);
        var subset = Subset(rule, version);
        return (route.Destinations.Where(d => IsHost(d.Host, service) && d.Subset == subset).Sum(d => d.Percent), true);
    }

    private static string? Subset(DestinationRuleRow? rule, WorkloadRow version) => rule?.Subsets.FirstOrDefault(s => version.Name.EndsWith("-" + s, StringComparison.Ordinal));

    /// <summary>Some requests go there by a header or path, although none does by weight.</summary>
    private static bool IsMatched(VirtualServiceRow? virtualService, ServiceRow service, string? subset) =>
        virtualService?.Routes.Any(r => r.Match.Length > 0 && r.Destinations.Any(d => IsHost(d.Host, service) && d.Subset == subset && d.Percent > 0)) == true;

    private static string Percent(double percent) => percent.ToString("0.#", CultureInfo.InvariantCulture) + " %";

    private static MeshEdge Edge(MeshNode from, MeshNode to, double percent, string label, string css)
    {
        var (x1, y1) = (from.X + NodeWidth, from.Y + (NodeHeight / 2));
        var (x2, y2) = (to.X, to.Y + (NodeHeight / 2));
        var middle = (x1 + x2) / 2;
        return new MeshEdge(
            $"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}",
            label,
            x2 - 28, y2 - 6,
            (1 + (percent / 25)).ToString("0.#", CultureInfo.InvariantCulture),
            css);
    }
}
