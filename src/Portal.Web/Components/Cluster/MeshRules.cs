using System.Collections.Immutable;
using MudBlazor;
using Portal.Clusters.Watching;

namespace Portal.Web.Components.Cluster;

/// <summary>What the rules of a mesh say of a service, as far as a picture needs it.</summary>
internal static class MeshRules
{
    public static bool IsHost(string host, ServiceRow service) =>
        host == service.Name
        || host == $"{service.Name}.{service.Namespace}"
        || host.StartsWith($"{service.Name}.{service.Namespace}.svc", StringComparison.Ordinal);

    public static ImmutableArray<RouteRow> RoutesOf(
        ClusterSummary summary,
        ServiceRow service,
        Func<string, bool> here
    ) =>
        summary.VirtualServices.FirstOrDefault(v => here(v.Namespace) && v.Hosts.Any(h => IsHost(h, service)))?.Routes
        ?? [];

    public static DestinationRuleRow? RuleOf(ClusterSummary summary, ServiceRow service) =>
        summary.DestinationRules.FirstOrDefault(d => IsHost(d.Host, service));

    /// <summary>A service's versions are the workloads that carry its name: name itself, or name-version.</summary>
    public static List<WorkloadRow> VersionsOf(ClusterSummary summary, ServiceRow service) =>
        [
            .. summary
                .Workloads.Where(w =>
                    w.Namespace == service.Namespace
                    && (w.Name == service.Name || w.Name.StartsWith(service.Name + "-", StringComparison.Ordinal))
                )
                .OrderBy(w => w.Name, StringComparer.Ordinal),
        ];

    public static string Note(ImmutableArray<RouteRow> routes, DestinationRuleRow? rule)
    {
        var words = new List<string>();
        if (routes.Length > 0)
            words.Add(routes.Length == 1 ? "1 route" : $"{routes.Length} routes");
        if (rule is { Subsets.IsEmpty: false })
            words.Add(string.Join(" ", rule.Subsets));
        return words.Count == 0 ? "no rules" : string.Join(" · ", words);
    }

    /// <summary>Faults, timeouts, retries, mirrors and circuit breakers.</summary>
    public static ImmutableArray<MeshMark> Marks(ImmutableArray<RouteRow> routes, DestinationRuleRow? rule) =>
        [
            .. routes
                .SelectMany(r => r.Extras)
                .Select(e => new MeshMark(
                    IconOf(e),
                    WordOf(e),
                    WordOf(e).StartsWith("fault", StringComparison.Ordinal) ? "warn" : ""
                )),
            .. (rule?.Policies ?? [])
                .Where(p => !p.StartsWith("tls", StringComparison.Ordinal))
                .Select(p =>
                    p.StartsWith("load", StringComparison.Ordinal)
                        ? new MeshMark(Icons.Material.Rounded.Balance, p)
                        : new MeshMark(Icons.Material.Rounded.ElectricalServices, "breaker: " + p)
                ),
        ];

    /// <summary>What protects requests to a workload, by what it takes and what callers send.</summary>
    public static MeshMark Lock(WorkloadRow workload, DestinationRuleRow? rule)
    {
        if (!workload.Sidecar)
            return new(Icons.Material.Rounded.LockOpen, "no sidecar", "warn");
        var plain = rule?.Policies.Contains("tls DISABLE") == true;
        return (plain, workload.MtlsMode) switch
        {
            (true, "STRICT") => new(Icons.Material.Rounded.ErrorOutline, "plain text refused", "bad"),
            (true, _) or (_, "DISABLE") => new(Icons.Material.Rounded.LockOpen, "plain text", "warn"),
            (_, "STRICT") => new(Icons.Material.Rounded.Lock, "mTLS STRICT", "ok"),
            _ => new(Icons.Material.Rounded.Lock, "mTLS, plain too"),
        };
    }

    /// <summary>
    /// Share of the catch-all route; without one, requests are spread evenly and no number is promised.
    /// </summary>
    public static (double Percent, bool Exact) Weight(
        ImmutableArray<RouteRow> routes,
        DestinationRuleRow? rule,
        ServiceRow service,
        WorkloadRow version,
        int versions
    )
    {
        var even = 100.0 / Math.Max(1, versions);
        if (routes.FirstOrDefault(r => r.Match.Length == 0) is not { } route || rule is null)
            return (even, false);
        if (route.Destinations.All(d => d.Subset is null))
            return (even, false);
        return (
            route
                .Destinations.Where(d => IsHost(d.Host, service) && d.Subset == Subset(rule, version))
                .Sum(d => d.Percent),
            true
        );
    }

    /// <summary>Some requests go there by a header or path, although none does by weight.</summary>
    public static bool IsMatched(
        ImmutableArray<RouteRow> routes,
        DestinationRuleRow? rule,
        ServiceRow service,
        WorkloadRow version
    ) =>
        routes.Any(r =>
            r.Match.Length > 0
            && r.Destinations.Any(d => IsHost(d.Host, service) && d.Subset == Subset(rule, version) && d.Percent > 0)
        );

    private static string? Subset(DestinationRuleRow? rule, WorkloadRow version) =>
        rule?.Subsets.FirstOrDefault(s => version.Name.EndsWith("-" + s, StringComparison.Ordinal));

    private static string WordOf(string extra) => extra.Split(' ')[0] is "delay" or "abort" ? "fault: " + extra : extra;

    private static string IconOf(string extra) =>
        extra.Split(' ')[0] switch
        {
            "delay" or "abort" => Icons.Material.Rounded.BugReport,
            "timeout" => Icons.Material.Rounded.Timer,
            "retries" => Icons.Material.Rounded.Replay,
            "mirror" => Icons.Material.Rounded.ContentCopy,
            _ => Icons.Material.Rounded.AltRoute,
        };
}
