using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Portal.Clusters.Watching;

namespace Portal.Labs.Grading.Routing;

/// <summary>Where a host's traffic really goes, and what is wrong with the rules for it.</summary>
/// <param name="Owner">The VirtualService that counts, or null when none does.</param>
/// <param name="Entry">The entry of its <c>spec.http</c> that takes the request; undefined when none does.</param>
/// <param name="EntryIndex">Index of that entry, -1 for none.</param>
/// <param name="Shares">Subset (or host, for a destination elsewhere) → percent.</param>
/// <param name="Problems">Names of <see cref="RouteProblem"/>.</param>
internal sealed record EffectiveRoute(ClusterObject? Owner, JsonElement Entry, int EntryIndex, ImmutableSortedDictionary<string, double> Shares, ImmutableHashSet<string> Problems, ImmutableArray<ClusterObject> Objects)
{
    public string Where => Owner is null ? "no VirtualService" : $"VirtualService {Owner.Namespace}/{Owner.Name}" + (EntryIndex < 0 ? "" : $", spec.http[{EntryIndex}]");

    public string Describe() => Shares.Count == 0 ? "no destination" : string.Join(", ", Shares.Select(s => Share(s.Key, s.Value)));

    public static string Share(string name, double percent) =>
        string.Create(CultureInfo.InvariantCulture, $"{(name.Length == 0 ? "any version" : name)} {percent:0.#} %");
}

/// <summary>Mistakes that a route can show; the words that a lesson uses for them.</summary>
internal static class RouteProblem
{
    public const string NoRule = "no-rule";
    public const string SeveralOwners = "several-owners";
    public const string GatewayOnly = "gateway-only";
    public const string UnreachableRule = "unreachable-rule";
    public const string MissingSubset = "missing-subset";
    public const string WeightsNot100 = "weights-not-100";
    public const string RetriesExceedTimeout = "retries-exceed-timeout";
}
