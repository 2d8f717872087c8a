using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Authorization policies that select nobody, or speak of namespaces that are not there.</summary>
internal static class AuthorizationAnalyzer
{
    public static IEnumerable<Finding> Run(AnalysisInput input)
    {
        var members = input.Of("Pod").Where(p => MeshMembership.HasPod(input, p) || MeshMembership.IsAmbientPod(p)).ToLookup(p => p.Namespace);
        return input.Of("AuthorizationPolicy").SelectMany(p => (SelectsNobody(input, p, members) is { } finding ? new[] { finding } : []).Concat(Namespaces(input, p)));
    }

    private static Finding? SelectsNobody(AnalysisInput input, AnalysisObject policy, ILookup<string, AnalysisObject> members)
    {
        var everywhere = policy.Namespace == input.RootNamespace;
        if (policy.Spec.Obj("selector") is null)
            return everywhere || members.Contains(policy.Namespace) ? null : Finding.Of(Messages.NoMatchingWorkloadsFound, policy, "");
        var labels = policy.Spec.Map("selector", "matchLabels");
        var candidates = everywhere ? members.SelectMany(m => m) : members[policy.Namespace];
        return candidates.Any(p => labels.Selects(p.Labels)) ? null : Finding.Of(Messages.NoMatchingWorkloadsFound, policy, labels.ToSelectorText());
    }

    private static IEnumerable<Finding> Namespaces(AnalysisInput input, AnalysisObject policy)
    {
        foreach (var (i, rule) in policy.Spec.Objects("rules").Index())
        {
            foreach (var (j, from) in rule.Objects("from").Index())
            {
                // istioctl names the line of the list of wanted namespaces also for one of the others.
                foreach (var (k, ns) in from.Strings("source", "namespaces").Index().Concat(from.Strings("source", "notNamespaces").Index()))
                {
                    if (!input.Of("Namespace").Any(n => Matches(n.Name, ns)))
                        yield return Finding.At(Messages.ReferencedResourceNotFound, policy, $".spec.rules[{i}].from[{j}].source.namespaces[{k}]", "namespace", GoText.Quote(ns));
                }
            }
        }
    }

    private static bool Matches(string ns, string pattern)
    {
        if (pattern.StartsWith('*')) return ns.EndsWith(pattern[1..], StringComparison.Ordinal);
        return pattern.EndsWith('*') ? ns.StartsWith(pattern[..^1], StringComparison.Ordinal) : ns.Equals(pattern, StringComparison.OrdinalIgnoreCase);
    }
}
