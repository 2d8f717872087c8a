using System.Collections.Immutable;
using System.Globalization;
using Portal.Clusters.Watching;

namespace Portal.Web.Components.Cluster;

/// <summary>What can be asked in a mesh, as far as its objects tell.</summary>
internal static class MeshTargets
{
    private const string Exact = "uri = ";
    private const string Prefix = "uri starts with ";

    /// <summary>Paths that gateways let in, the first of them the application's own.</summary>
    public static ImmutableArray<string> Paths(ClusterSummary summary) =>
        [
            .. summary.VirtualServices
                .Where(v => v.Gateways.Any(g => g != "mesh"))
                .SelectMany(v => v.Routes)
                .SelectMany(r => r.Match.Split(" or "))
                .Where(m => m.StartsWith(Exact, StringComparison.Ordinal))
                .Select(m => m[Exact.Length..].Split(' ')[0])
                .Append("/")
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>Addresses of services, as a workload of the namespace writes them.</summary>
    public static ImmutableArray<string> Urls(ClusterSummary summary, string? @namespace) =>
        [
            .. summary.Services
                .Where(s => s.Namespace is not ("istio-system" or "kube-system") && s.Name != "kubernetes")
                .OrderBy(s => s.Namespace != @namespace)
                .ThenBy(s => s.Name, StringComparer.Ordinal)
                .Select(s => string.Create(
                    CultureInfo.InvariantCulture,
                    $"http://{s.Name}{(s.Namespace == @namespace ? "" : "." + s.Namespace)}"
                    + $":{s.Ports.Split(':', '/')[0]}/"
                )),
        ];

    /// <summary>A path that a route takes; “/” when it does not say.</summary>
    public static string PathOf(RouteRow route) =>
        route.Match.Split(" or ")
            .SelectMany(m => m.Split(" and "))
            .Select(c =>
                c.StartsWith(Exact, StringComparison.Ordinal) ? c[Exact.Length..]
                : c.StartsWith(Prefix, StringComparison.Ordinal) ? c[Prefix.Length..]
                : ""
            )
            .FirstOrDefault(p => p.StartsWith('/')) ?? "/";
}
