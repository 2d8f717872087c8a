using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Controllers;

/// <summary>Why a node does not take a pod.</summary>
/// <param name="Resolvable">Whether removing other pods could help.</param>
internal readonly record struct Refusal(string Reason, bool Resolvable = false);

/// <summary>The default scheduler's filters, in their order; texts as of Kubernetes 1.33.</summary>
internal static class NodeFilters
{
    /// <summary>The reasons of the first filter that refuses; empty when the node fits.</summary>
    public static IReadOnlyList<Refusal> Check(JsonObject pod, PodFacts facts, NodeFacts node, ScheduleCache cache, IReadOnlyCollection<PodFacts>? without = null)
    {
        bool There(PodFacts p) => without?.Contains(p) != true;
        if (StaticRefusal(pod, node) is { } refusal) return [refusal];
        var here = cache.On(node.Name).Where(There).ToList();
        if (facts.HostPorts.Count > 0 && here.Any(p => p.HostPorts.Any(u => facts.HostPorts.Any(w => w.Port == u.Port && w.Protocol == u.Protocol && (IsAny(w.Ip) || IsAny(u.Ip) || w.Ip == u.Ip)))))
            return [new("node(s) didn't have free ports for the requested pod ports", true)];
        var resources = Resources(facts, node, here).ToList();
        if (resources.Count > 0) return resources;
        if (Spread(pod, facts, node, cache, There) is { } spread) return [spread];
        return Affinity(pod, facts, node, cache, There) is { } affinity ? [affinity] : [];
    }

    /// <summary>What depends on the node alone: cordon, taints, selector.</summary>
    public static Refusal? StaticRefusal(JsonObject pod, NodeFacts node)
    {
        var tolerations = pod.Objects("spec", "tolerations").ToList();
        if (node.Unschedulable && !tolerations.Exists(t => Tolerates(t, "node.kubernetes.io/unschedulable", "", "NoSchedule"))) return new("node(s) were unschedulable");
        foreach (var taint in node.Taints.Where(t => t.Str("effect") is "NoSchedule" or "NoExecute"))
            if (!tolerations.Exists(t => Tolerates(t, taint.Str("key") ?? "", taint.Str("value") ?? "", taint.Str("effect")!))) return new($"node(s) had untolerated taint {{{taint.Str("key")}: {taint.Str("value")}}}");
        return MatchesNode(pod, node) ? null : new("node(s) didn't match Pod's node affinity/selector");
    }

    public static bool MatchesNode(JsonObject pod, NodeFacts node)
    {
        if (pod.Map("spec", "nodeSelector").Any(s => !node.Labels.TryGetValue(s.Key, out var v) || v != s.Value)) return false;
        return pod.Obj("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution") is not { } required || MatchesTerms(required, node);
    }

    /// <summary>Whether one of the terms of a node selector holds.</summary>
    public static bool MatchesTerms(JsonObject selector, NodeFacts node) => selector.Objects("nodeSelectorTerms").Any(t => MatchesTerm(t, node));

    public static bool MatchesTerm(JsonObject term, NodeFacts node)
    {
        if (term.Arr("matchExpressions") is not { Count: > 0 } && term.Arr("matchFields") is not { Count: > 0 }) return false;
        return term.Objects("matchExpressions").All(e => Holds(e, node.Labels)) && term.Objects("matchFields").All(e => Holds(e, new Dictionary<string, string> { ["metadata.name"] = node.Name }));
    }

    public static bool Tolerates(JsonObject toleration, string key, string value, string effect) =>
        (toleration.Str("effect") is null or "" || toleration.Str("effect") == effect)
        && (toleration.Str("key") is null or "" || toleration.Str("key") == key)
        && (toleration.Str("operator") == "Exists" || (toleration.Str("value") ?? "") == value);

    /// <summary>Whether a term of pod affinity means a pod.</summary>
    public static bool Means(JsonObject term, string ownNamespace, PodFacts other)
    {
        var namespaces = term.Strings("namespaces").ToList();
        if (namespaces.Count > 0 ? !namespaces.Contains(other.Namespace) : term.Obj("namespaceSelector") is null && other.Namespace != ownNamespace) return false;
        return term.Obj("labelSelector") is { } selector && Selectors.Matches(selector, other.Labels);
    }

    private static bool Holds(JsonObject expression, IReadOnlyDictionary<string, string> labels)
    {
        var has = labels.TryGetValue(expression.Str("key") ?? "", out var value);
        var values = expression.Strings("values").ToList();
        return expression.Str("operator") switch
        {
            "In" => has && values.Contains(value!),
            "NotIn" => !has || !values.Contains(value!),
            "Exists" => has,
            "DoesNotExist" => !has,
            "Gt" => has && long.TryParse(value, out var n) && long.TryParse(values.FirstOrDefault(), out var limit) && n > limit,
            "Lt" => has && long.TryParse(value, out var m) && long.TryParse(values.FirstOrDefault(), out var most) && m < most,
            _ => false,
        };
    }

    private static bool IsAny(string ip) => ip is "" or "0.0.0.0";

    private static IEnumerable<Refusal> Resources(PodFacts facts, NodeFacts node, List<PodFacts> here)
    {
        const double Tolerance = 1e-6;
        if (here.Count + 1 > node.Pods) yield return new("Too many pods", true);
        if (facts.Cpu > 0 && facts.Cpu > node.Cpu - here.Sum(p => p.Cpu) + Tolerance) yield return new("Insufficient cpu", facts.Cpu <= node.Cpu);
        if (facts.Memory > 0 && facts.Memory > node.Memory - here.Sum(p => p.Memory) + Tolerance) yield return new("Insufficient memory", facts.Memory <= node.Memory);
    }

    private static Refusal? Spread(JsonObject pod, PodFacts facts, NodeFacts node, ScheduleCache cache, Func<PodFacts, bool> there)
    {
        foreach (var constraint in pod.Objects("spec", "topologySpreadConstraints").Where(c => c.Str("whenUnsatisfiable") != "ScheduleAnyway"))
        {
            var key = constraint.Str("topologyKey") ?? "";
            if (!node.Labels.TryGetValue(key, out var domain)) return new("node(s) didn't match pod topology spread constraints (missing required label)");
            var selector = constraint.Obj("labelSelector") ?? [];
            bool Counted(PodFacts p) => there(p) && p.Namespace == facts.Namespace && selector.Count > 0 && Selectors.Matches(selector, p.Labels);
            var honoursTaints = constraint.Str("nodeTaintsPolicy") == "Honor";
            var domains = cache.Nodes.Where(n => n.Labels.ContainsKey(key) && MatchesNode(pod, n) && (!honoursTaints || StaticRefusal(pod, n) is null))
                .GroupBy(n => n.Labels[key]).ToDictionary(g => g.Key, g => g.Sum(n => cache.On(n.Name).Count(Counted)), StringComparer.Ordinal);
            var least = domains.Count < constraint.Int(1, "minDomains") ? 0 : domains.Values.DefaultIfEmpty(0).Min();
            var self = selector.Count > 0 && Selectors.Matches(selector, facts.Labels) ? 1 : 0;
            if (domains.GetValueOrDefault(domain) + self - least > constraint.Int(1, "maxSkew")) return new("node(s) didn't match pod topology spread constraints", true);
        }
        return null;
    }

    private static Refusal? Affinity(JsonObject pod, PodFacts facts, NodeFacts node, ScheduleCache cache, Func<PodFacts, bool> there)
    {
        bool SameDomain(string key, PodFacts other) => node.Labels.TryGetValue(key, out var mine) && cache.Nodes.FirstOrDefault(n => n.Name == other.Node)?.Labels.GetValueOrDefault(key) == mine;
        foreach (var term in pod.Objects("spec", "affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution"))
        {
            var key = term.Str("topologyKey") ?? "";
            if (!node.Labels.ContainsKey(key)) return new("node(s) didn't match pod affinity rules");
            if (cache.All.Any(p => there(p) && Means(term, facts.Namespace, p) && SameDomain(key, p))) continue;
            // The first of a group that wants to be together may go anywhere.
            if (Means(term, facts.Namespace, facts) && !cache.All.Any(p => there(p) && Means(term, facts.Namespace, p))) continue;
            return new("node(s) didn't match pod affinity rules");
        }
        foreach (var term in pod.Objects("spec", "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"))
            if (cache.All.Any(p => there(p) && Means(term, facts.Namespace, p) && SameDomain(term.Str("topologyKey") ?? "", p))) return new("node(s) didn't match pod anti-affinity rules", true);
        return cache.All.Any(p => p.AntiAffinity.Count > 0 && there(p) && p.AntiAffinity.Any(t => Means(t, p.Namespace, facts) && SameDomain(t.Str("topologyKey") ?? "", p)))
            ? new("node(s) didn't satisfy existing pods anti-affinity rules", true) : null;
    }
}
