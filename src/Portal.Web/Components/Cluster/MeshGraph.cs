using System.Collections.Immutable;
using System.Globalization;
using MudBlazor;
using Portal.Clusters.Watching;
using Portal.Labs.Traffic;

namespace Portal.Web.Components.Cluster;

public enum MeshNodeKind
{
    Gateway,
    Service,
    External,
    Workload,
}

/// <summary>Something that counts on a node: an icon and words.</summary>
public sealed record MeshMark(string Icon, string Text, string Css = "");

/// <param name="Key">The object that a click shows.</param>
/// <param name="Starting">Fewer pods are ready than there should be.</param>
public sealed record MeshNode(
    string Id,
    MeshNodeKind Kind,
    string Name,
    string Note,
    ImmutableArray<MeshMark> Marks,
    ClusterObjectKey Key,
    bool Starting = false
);

/// <summary>A way that requests take.</summary>
/// <param name="Share">Its share by the rules, in words; empty when the rules promise none.</param>
/// <param name="Percent">Its share as far as it is known; how wide it is drawn.</param>
/// <param name="Css"><c>match</c> when only some requests take it by a match, <c>none</c> when none do.</param>
/// <param name="Flow">What was measured on it, or null.</param>
public sealed record MeshEdge(
    MeshNode From,
    MeshNode To,
    string Share,
    double Percent,
    string Css,
    RouteQuestion Question,
    MeshFlow? Flow
)
{
    public string Id => $"{From.Id}>{To.Id}";

    /// <summary>The share and what was measured, each a line of a few characters.</summary>
    public ImmutableArray<string> Lines =>
        [.. new[] { Share }.Concat(Flow is null ? [] : MeshNumbers.Short(Flow)).Where(l => l.Length > 0)];

    public string Name =>
        $"{From.Name} to {To.Name}"
        + (Share.Length > 0 ? $", {Share}" : "")
        + (Flow is null ? "" : $", {string.Join(", ", MeshNumbers.Short(Flow))}")
        + ". Why?";

    public string Tone => Flow is null ? "" : MeshNumbers.Tone(Flow);
}

/// <summary>
/// Gateways, services with their versions, and services outside; how they hang together by configuration, with what was
/// measured. Where it is drawn: <see cref="MeshLayout"/>.
/// </summary>
public sealed record MeshGraph(ImmutableArray<MeshNode> Nodes, ImmutableArray<MeshEdge> Edges)
{
    public static MeshGraph Empty { get; } = new([], []);

    public string Description =>
        $"{Nodes.Count(n => n.Kind == MeshNodeKind.Service)} services, "
        + $"{Nodes.Count(n => n.Kind == MeshNodeKind.Workload)} workloads, {Edges.Length} ways between them";

    public static MeshGraph Build(ClusterSummary summary, string? @namespace, MeshTraffic? traffic = null) =>
        new Builder(summary, @namespace, traffic?.Flows ?? []).Build();

    private sealed class Builder(ClusterSummary summary, string? @namespace, ImmutableArray<MeshFlow> flows)
    {
        private readonly ImmutableArray<MeshNode>.Builder _nodes = ImmutableArray.CreateBuilder<MeshNode>();
        private readonly ImmutableArray<MeshEdge>.Builder _edges = ImmutableArray.CreateBuilder<MeshEdge>();
        private readonly Dictionary<ServiceRow, MeshNode> _services = [];

        public MeshGraph Build()
        {
            var services = summary
                .Services.Where(s => Here(s.Namespace) && s.Name != "kubernetes")
                .OrderBy(s => s.Name, StringComparer.Ordinal)
                .ToList();
            if (services.Count == 0)
                return Empty;
            foreach (var service in services)
                AddService(service);
            foreach (var entry in summary.ServiceEntries.Where(e => Here(e.Namespace)))
                AddExternal(entry);
            foreach (var gateway in summary.Gateways.Where(g => Here(g.Namespace)))
                AddGateway(gateway);
            return new(_nodes.ToImmutable(), _edges.ToImmutable());
        }

        private bool Here(string ns) =>
            @namespace is null ? ns is not ("istio-system" or "kube-system") : ns == @namespace;

        private void AddService(ServiceRow service)
        {
            var routes = MeshRules.RoutesOf(summary, service, Here);
            var rule = MeshRules.RuleOf(summary, service);
            var measured = MeshNumbers.Sum(flows.Where(f => IsTo(f, service)));
            var note = measured is null
                ? MeshRules.Note(routes, rule)
                : "in: " + string.Join(" · ", MeshNumbers.Short(measured));
            var node = new MeshNode(
                $"service/{service.Namespace}/{service.Name}",
                MeshNodeKind.Service,
                service.Name,
                note,
                MeshRules.Marks(routes, rule),
                service.Key
            );
            _nodes.Add(node);
            _services[service] = node;
            var versions = MeshRules.VersionsOf(summary, service);
            foreach (var version in versions)
            {
                var target = new MeshNode(
                    $"workload/{version.Namespace}/{service.Name}/{version.Name}",
                    MeshNodeKind.Workload,
                    version.Name,
                    $"{version.Ready}/{version.Desired} ready",
                    [MeshRules.Lock(version, rule)],
                    version.Key,
                    version.Ready < version.Desired || version.Desired == 0
                );
                _nodes.Add(target);
                var flow = MeshNumbers.Sum(flows.Where(f => IsTo(f, service) && f.Workload == version.Name));
                var (percent, exact) = MeshRules.Weight(routes, rule, service, version, versions.Count);
                var matched = exact && percent <= 0 && MeshRules.IsMatched(routes, rule, service, version);
                var share =
                    matched ? "by match"
                    : exact ? MeshNumbers.Percent(percent)
                    : "";
                var question = new RouteQuestion(HostOf(service), service.Namespace, "", "/", []);
                _edges.Add(
                    new(
                        node,
                        target,
                        share,
                        matched ? 50 : percent,
                        matched ? "match"
                            : percent <= 0 ? "none"
                            : "",
                        question,
                        flow
                    )
                );
            }
        }

        private static bool IsTo(MeshFlow flow, ServiceRow service) =>
            flow.Service == service.Name && flow.ServiceNamespace == service.Namespace;

        private static string HostOf(ServiceRow service) =>
            $"{service.Name}.{service.Namespace}.svc.cluster.local:{service.Ports.Split(':', '/')[0]}";

        private void AddExternal(ServiceEntryRow entry)
        {
            var host = entry.Hosts.FirstOrDefault(entry.Name);
            var routes =
                summary.VirtualServices.FirstOrDefault(v => Here(v.Namespace) && v.Hosts.Contains(host))?.Routes ?? [];
            var rule = summary.DestinationRules.FirstOrDefault(d => d.Host == host);
            var measured = MeshNumbers.Sum(flows.Where(f => f.Service == host));
            var where = entry.IsExternal ? "outside" : "in the mesh";
            var note = measured is null
                ? $"{where} · {entry.Ports}"
                : "in: " + string.Join(" · ", MeshNumbers.Short(measured));
            _nodes.Add(
                new(
                    $"external/{entry.Namespace}/{entry.Name}",
                    MeshNodeKind.External,
                    host,
                    note,
                    MeshRules.Marks(routes, rule),
                    entry.Key
                )
            );
        }

        private void AddGateway(GatewayRow gateway)
        {
            var node = new MeshNode(
                $"gateway/{gateway.Namespace}/{gateway.Name}",
                MeshNodeKind.Gateway,
                gateway.Name,
                $"gateway {string.Join(", ", gateway.Servers)}",
                [],
                gateway.Key
            );
            _nodes.Add(node);
            var bound = summary
                .VirtualServices.Where(v =>
                    v.Gateways.Any(g =>
                        g == $"{gateway.Namespace}/{gateway.Name}"
                        || (g == gateway.Name && v.Namespace == gateway.Namespace)
                    )
                )
                .SelectMany(v => v.Routes.SelectMany(r => r.Destinations.Select(d => (Rule: v, Route: r, d.Host))))
                .ToList();
            foreach (var (service, target) in _services)
            {
                var way = bound.FirstOrDefault(b => MeshRules.IsHost(b.Host, service));
                if (way.Rule is null)
                    continue;
                var host = way.Rule.Hosts.FirstOrDefault("*");
                var question = new RouteQuestion(
                    host,
                    null,
                    "",
                    MeshTargets.PathOf(way.Route),
                    [],
                    $"{gateway.Namespace}/{gateway.Name}"
                );
                var flow = MeshNumbers.Sum(
                    flows.Where(f => IsTo(f, service) && f.Source.EndsWith("gateway", StringComparison.Ordinal))
                );
                _edges.Add(new(node, target, "", 100, "", question, flow));
            }
        }
    }
}

/// <summary>What was measured, in few characters.</summary>
internal static class MeshNumbers
{
    public static MeshFlow? Sum(IEnumerable<MeshFlow> flows)
    {
        var list = flows.ToList();
        return list.Count == 0
            ? null
            : list[0] with
            {
                Rate = list.Sum(f => f.Rate),
                Errors = list.Sum(f => f.Errors),
                P95 = list.Max(f => f.P95),
            };
    }

    public static IEnumerable<string> Short(MeshFlow flow)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"{flow.Rate:0.#}/s");
        yield return $"{Math.Round(100 * ErrorRate(flow)).ToString(CultureInfo.InvariantCulture)} % err";
        if (flow.P95 is { } p95)
            yield return p95.TotalSeconds < 1
                ? string.Create(CultureInfo.InvariantCulture, $"{p95.TotalMilliseconds:0} ms")
                : string.Create(CultureInfo.InvariantCulture, $"{p95.TotalSeconds:0.#} s");
    }

    public static double ErrorRate(MeshFlow flow) => flow.Rate <= 0 ? 0 : flow.Errors / flow.Rate;

    public static string Tone(MeshFlow flow) =>
        ErrorRate(flow) switch
        {
            >= 0.05 => "bad",
            > 0 => "warn",
            _ => "ok",
        };

    public static string Percent(double percent) => percent.ToString("0.#", CultureInfo.InvariantCulture) + " %";
}
