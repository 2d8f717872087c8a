using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Destination rules that trust any server, lead nowhere, or have subsets without pods.</summary>
internal static class DestinationRuleAnalyzer
{
    private static readonly string[] s_topology = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"];

    public static IEnumerable<Finding> Authorities(AnalysisInput input)
    {
        foreach (var rule in input.Of("DestinationRule"))
        {
            var host = rule.Spec.Str("host") ?? "";
            var policy = rule.Spec.Obj("trafficPolicy");
            if (TrustsAnybody(rule, policy))
                yield return Finding.At(Messages.NoServerCertificateVerificationDestinationLevel, rule, ".spec.trafficPolicy.tls.caCertificates", rule.FullName, rule.Namespace, policy.Str("tls", "mode"), host);
            foreach (var (i, port) in policy.Objects("portLevelSettings").Index())
            {
                if (TrustsAnybody(rule, port))
                    yield return Finding.At(Messages.NoServerCertificateVerificationPortLevel, rule, $".spec.trafficPolicy.portLevelSettings[{i}].tls.caCertificates", rule.FullName, rule.Namespace, port.Str("tls", "mode"), host, port.Num("port", "number") is { } number ? $"number:{number}" : "");
            }
        }
    }

    public static IEnumerable<Finding> Subsets(AnalysisInput input)
    {
        var nodes = input.Of("Node").ToDictionary(n => n.Name, n => n.Labels, StringComparer.Ordinal);
        List<IReadOnlyDictionary<string, string>>? pods = null;
        foreach (var rule in input.Of("DestinationRule"))
        {
            var host = rule.Spec.Str("host") ?? "";
            if (input.Hosts.Find(host, rule.Namespace, [.. rule.Spec.Strings("exportTo")]) is not { } entry)
            {
                yield return Finding.Of(Messages.UnknownDestinationRuleHost, rule, host);
                continue;
            }
            // Of subsets with the same name the last one counts.
            foreach (var subset in rule.Spec.Objects("subsets").GroupBy(s => s.Str("name") ?? "").Select(g => g.Last()))
            {
                var labels = new Dictionary<string, string>(entry.Selector, StringComparer.Ordinal);
                foreach (var (key, value) in subset.Map("labels")) labels[key] = value;
                pods ??= [.. input.Of("Pod").Select(p => WithTopology(p, nodes))];
                if (!pods.Exists(labels.Selects)) yield return Finding.Of(Messages.DestinationRuleSubsetNotSelectPods, rule, subset.Str("name") ?? "");
            }
        }
    }

    /// <summary>Without authorities the proxy takes any certificate; named credentials bring theirs, where they are used.</summary>
    private static bool TrustsAnybody(AnalysisObject rule, JsonObject? policy) => policy.Str("tls", "mode") is "SIMPLE" or "MUTUAL" && string.IsNullOrEmpty(policy.Str("tls", "caCertificates"))
        && !(policy.Str("tls", "credentialName") is { Length: > 0 } && rule.Spec.Obj("workloadSelector") is not null);

    /// <summary>A pod's labels with where its node stands, as istiod sees them.</summary>
    private static IReadOnlyDictionary<string, string> WithTopology(AnalysisObject pod, Dictionary<string, IReadOnlyDictionary<string, string>> nodes)
    {
        if (pod.Spec.Str("nodeName") is not { Length: > 0 } name || !nodes.TryGetValue(name, out var node)) return pod.Labels;
        var labels = new Dictionary<string, string>(pod.Labels, StringComparer.Ordinal) { ["kubernetes.io/hostname"] = name };
        foreach (var label in s_topology)
        {
            if (node.TryGetValue(label, out var value)) labels[label] = value;
        }
        return labels;
    }
}
