using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

internal static class DestinationRuleRules
{
    public static void Check(MeshObject o, Findings f)
    {
        f.Error(HostRules.WildcardDomain(o.Spec.Str("host") ?? ""));
        TrafficPolicyRules.Check(o.Spec.Obj("trafficPolicy"), o.Namespace, f);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var subset in o.Spec.Objects("subsets"))
        {
            var name = subset.Str("name") ?? "";
            if (!names.Add(name)) f.Error($"duplicate subset names: {name}");
            f.ErrorsOf(g => Subset(subset, name, o.Namespace, g));
        }
        var selector = o.Spec.Obj("workloadSelector");
        TargetRules.ExportTo(o, toNobody: false, selects: selector is not null, f);
        LabelRules.Selector(selector, f);
    }

    private static void Subset(JsonObject subset, string name, string ns, Findings f)
    {
        f.Error(HttpRouteRules.Subset(name));
        LabelRules.Check(subset.Obj("labels"), f);
        TrafficPolicyRules.Check(subset.Obj("trafficPolicy"), ns, f);
    }
}
