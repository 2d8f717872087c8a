using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Controllers;

/// <summary>Which of the nodes that fit is best: preferences first, then spreading, then free resources.</summary>
internal static class NodeScores
{
    public static NodeFacts Best(JsonObject pod, PodFacts facts, IReadOnlyList<NodeFacts> fitting, ScheduleCache cache) => fitting
        .OrderByDescending(n => Preference(pod, facts, n, cache))
        .ThenBy(n => cache.On(n.Name).Count(p => facts.Owner.Length > 0 && p.Owner == facts.Owner))
        .ThenBy(n => Load(n, cache))
        .ThenBy(n => cache.On(n.Name).Count())
        .ThenBy(n => n.Name, StringComparer.Ordinal).First();

    private static double Load(NodeFacts node, ScheduleCache cache)
    {
        var (cpu, memory) = (0d, 0d);
        foreach (var p in cache.On(node.Name)) (cpu, memory) = (cpu + p.Cpu, memory + p.Memory);
        return Math.Round((cpu / Math.Max(node.Cpu, 1) + memory / Math.Max(node.Memory, 1)) * 50);
    }

    private static int Preference(JsonObject pod, PodFacts facts, NodeFacts node, ScheduleCache cache)
    {
        var score = pod.Objects("spec", "affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution").Where(p => p.Obj("preference") is { } term && NodeFilters.MatchesTerm(term, node)).Sum(p => p.Int(0, "weight"));
        score += Pods("podAffinity") - Pods("podAntiAffinity");
        score -= 100 * node.Taints.Count(t => t.Str("effect") == "PreferNoSchedule" && !pod.Objects("spec", "tolerations").Any(x => NodeFilters.Tolerates(x, t.Str("key") ?? "", t.Str("value") ?? "", "PreferNoSchedule")));
        foreach (var soft in pod.Objects("spec", "topologySpreadConstraints").Where(c => c.Str("whenUnsatisfiable") == "ScheduleAnyway"))
        {
            var key = soft.Str("topologyKey") ?? "";
            if (node.Labels.GetValueOrDefault(key) is { } domain && soft.Obj("labelSelector") is { } selector)
                score -= 10 * cache.All.Count(p => p.Namespace == facts.Namespace && Registry.Selectors.Matches(selector, p.Labels) && cache.Nodes.FirstOrDefault(n => n.Name == p.Node)?.Labels.GetValueOrDefault(key) == domain);
        }
        return score;

        int Pods(string kind)
        {
            var sum = 0;
            foreach (var preferred in pod.Objects("spec", "affinity", kind, "preferredDuringSchedulingIgnoredDuringExecution"))
            {
                if (preferred.Obj("podAffinityTerm") is not { } term || !node.Labels.TryGetValue(term.Str("topologyKey") ?? "", out var mine)) continue;
                if (cache.All.Any(p => NodeFilters.Means(term, facts.Namespace, p) && cache.Nodes.FirstOrDefault(n => n.Name == p.Node)?.Labels.GetValueOrDefault(term.Str("topologyKey") ?? "") == mine)) sum += preferred.Int(0, "weight");
            }
            return sum;
        }
    }
}
