using System.Collections.Immutable;
using System.Text.Json;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;

namespace Portal.Labs.Grading.Routing;

/// <summary>
/// Computes the effective route of a request that comes in through a gateway. Other than inside the mesh, the rules of
/// several VirtualServices for one host stand together: in order of age, those that take every request last.
/// </summary>
internal static class GatewayRouteResolver
{
    /// <param name="gateway">Name of the Gateway as a rule of <paramref name="namespace"/> writes it, or <c>namespace/name</c>.</param>
    /// <param name="host">Host of the request.</param>
    public static EffectiveRoute Resolve(ClusterSnapshot snapshot, string gateway, string host, string @namespace, RouteRequest request)
    {
        var id = Id(gateway, @namespace);
        var rules = RouteResolver.InOrder(snapshot.OfKind("VirtualService")
            .Where(v => v.Json.Find("spec", "gateways").Items().Any(g => Id(g.Text() ?? "", v.Namespace) == id))
            .Where(v => v.Json.Find("spec", "hosts").Items().Any(h => RouteResolver.Covers(h.Text() ?? "", host))))
            .ToList();
        var taken = Entries(rules).FirstOrDefault(e => request.IsTakenBy(e.Entry));
        if (taken.Owner is null) return new(null, default, -1, ImmutableSortedDictionary<string, double>.Empty, [RouteProblem.NoRule], [.. rules]);
        var problems = ImmutableHashSet.CreateBuilder<string>();
        var first = taken.Entry.Find("route").Items().Select(r => r.Find("destination", "host").Text()).FirstOrDefault() ?? "";
        var shares = RouteResolver.Shares(taken.Entry, RouteResolver.FullName(first, taken.Owner.Namespace), taken.Owner.Namespace, problems);
        if (RouteResolver.RetriesExceedTimeout(taken.Entry)) problems.Add(RouteProblem.RetriesExceedTimeout);
        return new(taken.Owner, taken.Entry, taken.Index, shares, problems.ToImmutable(), [.. rules]);
    }

    /// <summary>The entries of rules in the order in which they are tried.</summary>
    public static IEnumerable<(ClusterObject Owner, JsonElement Entry, int Index)> Entries(
        IEnumerable<ClusterObject> rules
    ) =>
        rules.SelectMany(r =>
            r.Json.Find("spec", "http").Items().Select((entry, index) => (Owner: r, Entry: entry, Index: index))
        )
            .OrderBy(e => RouteRequest.TakesAll(e.Entry));

    private static string Id(string gateway, string @namespace) => gateway.Contains('/', StringComparison.Ordinal) ? gateway : $"{@namespace}/{gateway}";
}
