using System.Collections.Immutable;
using System.Text.Json;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;

namespace Portal.Labs.Grading.Routing;

/// <summary>Computes the effective route of a host inside the mesh, by Istio's rules of ownership, matching and merging.</summary>
internal static class RouteResolver
{
    private const string Mesh = "mesh";

    /// <param name="host">Host as a caller in <paramref name="namespace"/> names it.</param>
    public static EffectiveRoute Resolve(ClusterSnapshot snapshot, string host, string @namespace, RouteRequest request)
    {
        var name = FullName(host, @namespace);
        var rules = InOrder(snapshot.OfKind("VirtualService")
            .Where(v => v.Json.Find("spec", "hosts").Items().Any(h => Covers(FullName(h.Text() ?? "", v.Namespace), name)) && IsVisible(v, @namespace)))
            .ToList();
        var inMesh = rules.Where(IsInMesh).ToList();
        var problems = ImmutableHashSet.CreateBuilder<string>();
        if (inMesh.Count > 1) problems.Add(RouteProblem.SeveralOwners);
        if (inMesh.Count == 0)
        {
            problems.Add(RouteProblem.NoRule);
            // A rule for any host at a gateway is not meant for this one.
            if (rules.Any(r => r.Json.Find("spec", "hosts").Items().Any(h => FullName(h.Text() ?? "", r.Namespace) == name))) problems.Add(RouteProblem.GatewayOnly);
            // Without a rule every version answers.
            return new(null, default, -1, ImmutableSortedDictionary<string, double>.Empty.Add("", 100), problems.ToImmutable(), [.. rules]);
        }

        var owner = inMesh[0];
        var entries = owner.Json.Find("spec", "http").Items().ToList();
        if (entries.SkipLast(1).Any(RouteRequest.TakesAll)) problems.Add(RouteProblem.UnreachableRule);
        var index = entries.FindIndex(request.IsTakenBy);
        if (index < 0) return new(owner, default, -1, ImmutableSortedDictionary<string, double>.Empty, problems.ToImmutable(), [.. inMesh]);

        var shares = Shares(entries[index], name, owner.Namespace, problems);
        if (RetriesExceedTimeout(entries[index])) problems.Add(RouteProblem.RetriesExceedTimeout);
        var definitions = SubsetRules(snapshot, name, @namespace);
        var defined = definitions.SelectMany(d => d.Json.Find("spec", "subsets").Items()).Select(s => s.Find("name").Text()).ToHashSet(StringComparer.Ordinal);
        if (entries.SelectMany(e => Destinations(e, name, owner.Namespace)).Any(d => d.Subset.Length > 0 && !defined.Contains(d.Subset))) problems.Add(RouteProblem.MissingSubset);
        return new(owner, entries[index], index, shares, problems.ToImmutable(), [.. inMesh, .. definitions]);
    }

    /// <summary>In the order in which rules for one host count: the oldest first.</summary>
    public static IOrderedEnumerable<ClusterObject> InOrder(IEnumerable<ClusterObject> rules) => rules
        .OrderBy(v => v.Json.Find("metadata", "creationTimestamp").Text(), StringComparer.Ordinal)
        .ThenBy(v => v.Name, StringComparer.Ordinal)
        .ThenBy(v => v.Namespace, StringComparer.Ordinal);

    /// <summary>A name without a dot is a service of the rule's namespace; anything else is taken as it is.</summary>
    public static string FullName(string host, string @namespace) =>
        (host.Contains('.', StringComparison.Ordinal) || host == "*" ? host : $"{host}.{@namespace}.svc.cluster.local").ToLowerInvariant();

    public static bool Covers(string rule, string name) => rule == name || rule == "*" || (rule.StartsWith("*.", StringComparison.Ordinal) && name.EndsWith(rule[1..], StringComparison.Ordinal));

    private static bool IsInMesh(ClusterObject rule)
    {
        var gateways = rule.Json.Find("spec", "gateways").Items().Select(g => g.Text()).ToList();
        return gateways.Count == 0 || gateways.Contains(Mesh);
    }

    /// <summary>Whether the tries together may take longer than the request, so that the last of them never begin.</summary>
    public static bool RetriesExceedTimeout(JsonElement entry) =>
        GoDuration.Parse(entry.Find("timeout").Text()) is { } whole && GoDuration.Parse(entry.Find("retries", "perTryTimeout").Text()) is { } each
        && each * (1 + entry.Find("retries", "attempts").WholeNumber()) > whole;

    private static bool IsVisible(ClusterObject rule, string @namespace)
    {
        var exported = rule.Json.Find("spec", "exportTo").Items().Select(e => e.Text()).ToList();
        return exported.Count == 0 || exported.Contains("*") || exported.Contains(@namespace) || (exported.Contains(".") && rule.Namespace == @namespace);
    }

    /// <summary>Subset → percent of the requests that an entry takes.</summary>
    public static ImmutableSortedDictionary<string, double> Shares(JsonElement entry, string name, string ruleNamespace, ImmutableHashSet<string>.Builder problems)
    {
        var destinations = Destinations(entry, name, ruleNamespace).ToList();
        var total = destinations.Sum(d => d.Weight);
        if (destinations.Count > 1 && total != 100) problems.Add(RouteProblem.WeightsNot100);
        var shares = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        foreach (var (subset, weight) in destinations)
        {
            // The weight of a single destination means nothing: it gets everything.
            var share = destinations.Count == 1 ? 100 : total == 0 ? 0 : 100.0 * weight / total;
            if (share > 0) shares[subset] = shares.GetValueOrDefault(subset) + share;
        }
        return shares.ToImmutable();
    }

    /// <summary>Destinations of an entry: the subset when the host is the one asked for, else the other host's name.</summary>
    private static IEnumerable<(string Subset, int Weight)> Destinations(JsonElement entry, string name, string ruleNamespace) =>
        entry.Find("route").Items().Select(r =>
        {
            var host = FullName(r.Find("destination", "host").Text() ?? "", ruleNamespace);
            return (host == name ? r.Find("destination", "subset").Text() ?? "" : "", Math.Max(0, r.Find("weight").WholeNumber()));
        });

    /// <summary>The caller's namespace, then the service's, then the root: the first that has a rule for the host decides, and its rules are merged.</summary>
    public static List<ClusterObject> SubsetRules(ClusterSnapshot snapshot, string name, string @namespace)
    {
        var labels = name.Split('.');
        foreach (var candidate in (string[])[@namespace, labels.Length > 1 ? labels[1] : @namespace, MtlsPolicies.RootNamespace])
        {
            var rules = snapshot.OfKind("DestinationRule", candidate).Where(d => Covers(FullName(d.Json.Find("spec", "host").Text() ?? "", d.Namespace), name)).ToList();
            if (rules.Count > 0) return rules;
        }
        return [];
    }
}
