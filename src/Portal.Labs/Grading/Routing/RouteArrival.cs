using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;
using Portal.Labs.Traffic;

namespace Portal.Labs.Grading.Routing;

/// <summary>Explains the last part of a way: from a destination to the pods that answer.</summary>
internal static class RouteArrival
{
    /// <param name="host">Whole name of the destination.</param>
    /// <param name="namespace">Of the proxy that decides.</param>
    public static IEnumerable<RouteStep> Explain(
        ClusterSnapshot snapshot,
        string host,
        string subset,
        double percent,
        string @namespace,
        MeshPods sender
    )
    {
        var share = string.Create(
            CultureInfo.InvariantCulture,
            $"{percent:0.#} % go to {Short(host)}{(subset.Length > 0 ? $", subset {subset}" : "")}"
        );
        var rules = RouteResolver.SubsetRules(snapshot, host, @namespace);
        var definition = rules
            .SelectMany(r => r.Json.Find("spec", "subsets").Items().Select((s, i) => (Rule: r, Subset: s, Index: i)))
            .FirstOrDefault(s => subset.Length > 0 && s.Subset.Find("name").Text() == subset);
        if (subset.Length > 0 && definition.Rule is null)
        {
            yield return new(
                RouteVerdict.Problem,
                share,
                [
                    $"No DestinationRule for {Short(host)} defines the subset {subset}: the proxy answers 503. "
                        + "Define it in spec.subsets.",
                ]
            );
            yield break;
        }
        var labels = definition.Rule is null ? new Dictionary<string, string>() : definition.Subset.Labels("labels");
        if (Service(snapshot, host) is not { } service)
        {
            var external = snapshot
                .OfKind("ServiceEntry")
                .FirstOrDefault(e =>
                    e.Json.Find("spec", "hosts")
                        .Items()
                        .Any(h => RouteResolver.Covers(h.Text()?.ToLowerInvariant() ?? "", host))
                );
            yield return external is null
                ? new(
                    RouteVerdict.Problem,
                    share,
                    [$"There is neither a Service nor a ServiceEntry {Short(host)} in the cluster."]
                )
                : new(
                    RouteVerdict.Fact,
                    share,
                    [$"ServiceEntry {external.Name} tells the mesh of this host outside."],
                    external.Key,
                    YamlPart.Of(external.Json, "spec")
                );
            yield break;
        }
        var pods = MeshPods.OfService(snapshot, service, labels);
        var names = string.Join(", ", labels.Select(l => $"{l.Key}={l.Value}"));
        yield return new(
            pods.Rows.IsEmpty ? RouteVerdict.Problem : RouteVerdict.Fact,
            share,
            [
                pods.Rows.IsEmpty
                    ? $"No pod of the service{(names.Length > 0 ? $" has {names}" : "")}: the proxy answers 503."
                    : $"One of {pods.Rows.Length} {(pods.Rows.Length == 1 ? "pod" : "pods")}"
                        + $"{(names.Length > 0 ? $" with {names}" : "")}: "
                        + $"{string.Join(", ", pods.Rows.Take(5).Select(p => p.Name))}"
                        + $"{(pods.Rows.Length > 5 ? ", …" : "")}.",
            ],
            definition.Rule?.Key,
            definition.Rule is null
                ? null
                : YamlPart.Of(
                    definition.Rule.Json,
                    "spec",
                    "subsets",
                    definition.Index.ToString(CultureInfo.InvariantCulture)
                )
        );
        foreach (var rule in rules)
        {
            var policy = rule.Json.Find("spec", "trafficPolicy");
            if (ClusterSummaryBuilder.Policies(policy).ToList() is { Count: > 0 } words)
                yield return new(
                    RouteVerdict.Fact,
                    $"DestinationRule {rule.Namespace}/{rule.Name}: {string.Join(", ", words)}",
                    [],
                    rule.Key,
                    YamlPart.Of(rule.Json, "spec", "trafficPolicy")
                );
        }
        if (
            definition.Rule is not null
            && ClusterSummaryBuilder.Policies(definition.Subset.Find("trafficPolicy")).ToList() is { Count: > 0 } own
        )
            yield return new(
                RouteVerdict.Fact,
                $"For the subset {subset}: {string.Join(", ", own)}",
                ["What a subset says replaces what the whole rule says."],
                definition.Rule.Key,
                YamlPart.Of(
                    definition.Rule.Json,
                    "spec",
                    "subsets",
                    definition.Index.ToString(CultureInfo.InvariantCulture),
                    "trafficPolicy"
                )
            );
        if (!pods.Rows.IsEmpty)
            yield return Mtls(snapshot, rules, definition.Subset, sender, pods);
    }

    /// <summary>What the caller's side sends and what the other side takes.</summary>
    private static RouteStep Mtls(
        ClusterSnapshot snapshot,
        List<ClusterObject> rules,
        JsonElement subset,
        MeshPods sender,
        MeshPods pods
    )
    {
        var mode = pods.HasProxy ? new MtlsPolicies(snapshot).ForWorkload(pods.Namespace!, pods.Labels) : null;
        var tls =
            subset.Find("trafficPolicy", "tls", "mode").Text()
            ?? rules
                .Select(r => r.Json.Find("spec", "trafficPolicy", "tls", "mode").Text())
                .FirstOrDefault(t => t is not null);
        var by = rules.FirstOrDefault(r => r.Json.Find("spec", "trafficPolicy", "tls").Exists());
        var lines = by is null ? null : YamlPart.Of(by.Json, "spec", "trafficPolicy", "tls");
        var sends = sender.HasProxy && (tls == "ISTIO_MUTUAL" || (tls is null && mode is not null and not "DISABLE"));
        var because =
            !sender.HasProxy ? "The caller has no proxy."
            : tls is not null ? $"A DestinationRule says tls {tls}."
            : "No DestinationRule says otherwise: proxies use mutual TLS with each other by themselves.";
        var takes = mode is null ? "The pods have no proxy." : $"PeerAuthentication of the pods: {mode}.";
        if (sends && mode is null)
            return new(
                RouteVerdict.Problem,
                "Mutual TLS is sent to pods that cannot take it",
                [because, takes, "The request fails."],
                by?.Key,
                lines
            );
        if (!sends && mode == "STRICT")
            return new(
                RouteVerdict.Problem,
                "Plain text is refused",
                [because, takes, "The connection is reset."],
                by?.Key,
                lines
            );
        return new(
            RouteVerdict.Fact,
            sends ? "With mutual TLS" : "In plain text, without mutual TLS",
            [because, takes],
            by?.Key,
            lines
        );
    }

    private static ClusterObject? Service(ClusterSnapshot snapshot, string host) =>
        host.Split('.') is [var name, var @namespace, ..]
            ? snapshot
                .OfKind("Service", @namespace)
                .FirstOrDefault(s =>
                    s.Name == name
                    && (
                        host == $"{name}.{@namespace}"
                        || host.StartsWith($"{name}.{@namespace}.svc", StringComparison.Ordinal)
                    )
                )
            : null;

    private static string Short(string host) => host.Replace(".svc.cluster.local", "", StringComparison.Ordinal);
}
