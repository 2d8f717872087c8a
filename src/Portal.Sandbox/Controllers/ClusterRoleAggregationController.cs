using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Fills roles that are made of other roles (<c>aggregationRule</c>) with the rules of those that its selectors find.</summary>
internal sealed class ClusterRoleAggregationController : IController
{
    private static readonly ResourceType s_roles = BuiltInResources.Get("clusterroles.rbac.authorization.k8s.io");
    private static readonly WriteOptions s_options = WriteOptions.Controller("clusterrole-aggregation-controller");

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        // The roles that a cluster begins with are complete; only a change can concern anyone.
        if (change.Resource == s_roles.Resource && change.Object.Labels.GetValueOrDefault("kubernetes.io/bootstrapping") is null) enqueue(default);
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var snapshot = context.Cluster.Store.Snapshot;
        foreach (var stored in snapshot.List(s_roles.Resource))
        {
            var role = stored.Parse();
            var selectors = role.Objects("aggregationRule", "clusterRoleSelectors").ToList();
            if (selectors.Count == 0) continue;
            var rules = new List<JsonObject>();
            foreach (var part in snapshot.List(s_roles.Resource).Where(r => r.Name != stored.Name && selectors.Exists(s => Selectors.Matches(s, r.Labels))))
            {
                foreach (var rule in part.Parse().Objects("rules"))
                {
                    if (!rules.Exists(r => JsonExtensions.Same(r, rule))) rules.Add(rule.Copy());
                }
            }
            if (JsonExtensions.Same(new JsonArray([.. rules.Select(r => (JsonNode)r.Copy())]), role["rules"] ?? new JsonArray())) continue;
            context.Cluster.Operations.Update(s_roles, "", stored.Name, "", o =>
            {
                o["rules"] = new JsonArray([.. rules.Select(r => (JsonNode)r.Copy())]);
                return o;
            }, s_options);
        }
    }
}
