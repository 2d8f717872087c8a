using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Fields and kinds that Istio has left behind.</summary>
internal static class DeprecationAnalyzer
{
    private static readonly string[] s_removed = ["ClusterRbacConfig", "RbacConfig", "ServiceRole", "ServiceRoleBinding"];

    public static IEnumerable<Finding> Run(AnalysisInput input)
    {
        foreach (var vs in input.Of("VirtualService"))
        {
            foreach (var _ in vs.Spec.Objects("http").Where(r => r.Num("fault", "delay", "percent") > 0))
                yield return Finding.Of(Messages.Deprecated, vs, "HTTPRoute.fault.delay.percent is deprecated; use HTTPRoute.fault.delay.percentage");
        }
        foreach (var sidecar in input.Of("Sidecar").Where(s => s.Spec.Obj("outboundTrafficPolicy", "egressProxy") is not null))
            yield return Finding.Of(Messages.Deprecated, sidecar, "OutboundTrafficPolicy.EgressProxy ignored");
        foreach (var definition in input.Of("CustomResourceDefinition").Where(d => d.Spec.Str("group") == "rbac.istio.io" && s_removed.Contains(d.Spec.Str("names", "kind"))))
            yield return Finding.Of(Messages.Deprecated, definition, $"Custom resource type rbac.istio.io {definition.Spec.Str("names", "kind")} is removed");
    }
}
