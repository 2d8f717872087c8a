using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Security;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl.Security;

/// <summary>The AuthorizationPolicies that a proxy enforces, as its configuration names them.</summary>
internal static class AppliedPolicies
{
    /// <summary>What an ALLOW policy without rules becomes.</summary>
    public const string MatchesNothing = "_anonymous_match_nothing_";

    /// <summary>The policies of one action, by the order in which they count.</summary>
    public static IEnumerable<(string Action, IReadOnlyList<MeshObject> Policies)> ByAction(PodInstance pod)
    {
        var policies = pod.Cluster.Mesh.Config.AuthorizationPolicies.Where(p => !p.DryRun && p.AppliesTo(pod.Namespace, pod.Labels)).ToLookup(p => p.Spec.Str("action") is { Length: > 0 } action ? action : "ALLOW");
        foreach (var action in new[] { "DENY", "ALLOW", "AUDIT" }) if (policies[action].Any()) yield return (action == "AUDIT" ? "LOG" : action, [.. policies[action]]);
    }

    /// <summary>The names of a policy's rules in a proxy.</summary>
    public static IEnumerable<string> RuleNames(MeshObject policy) =>
        Enumerable.Range(0, policy.Spec.Objects("rules").Count()).Select(i => string.Create(CultureInfo.InvariantCulture, $"ns[{policy.Namespace}]-policy[{policy.Name}]-rule[{i}]"));

    /// <summary>The filters by which a proxy enforces them.</summary>
    public static IEnumerable<JsonObject> Filters(PodInstance pod)
    {
        foreach (var (action, policies) in ByAction(pod))
        {
            var rules = new JsonObject();
            foreach (var policy in policies)
            {
                var list = policy.Spec.Objects("rules").ToList();
                foreach (var (name, rule) in RuleNames(policy).Zip(list)) rules[name] = RbacJson.Of(rule);
            }
            yield return new()
            {
                ["name"] = "envoy.filters.http.rbac",
                ["typedConfig"] = new JsonObject { ["@type"] = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC", ["rules"] = new JsonObject { ["action"] = action, ["policies"] = rules }, ["shadowRulesStatPrefix"] = $"istio_dry_run_{action.ToLowerInvariant()}_" },
            };
        }
    }
}
