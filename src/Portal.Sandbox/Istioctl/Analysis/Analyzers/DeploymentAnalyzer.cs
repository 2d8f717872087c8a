using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Deployments whose services contradict each other, and workloads that run as the proxy's user.</summary>
internal static class DeploymentAnalyzer
{
    private const long ProxyUser = 1337;

    public static IEnumerable<Finding> Services(AnalysisInput input) => input.Of("Deployment").Where(d => MeshMembership.HasDeployment(input, d)).SelectMany(d => Services(input, d));

    public static IEnumerable<Finding> UserIds(AnalysisInput input) =>
        input.Of("Pod").Select(p => (Object: p, Pod: (JsonObject?)p.Spec)).Concat(input.Of("Deployment").Select(d => (Object: d, Pod: d.Spec.Obj("template", "spec"))))
            .Where(x => !MeshMembership.IsControlPlane(x.Object) && RunsAsProxy(x.Pod)).Select(x => Finding.Of(Messages.InvalidApplicationUid, x.Object));

    private static bool RunsAsProxy(JsonObject? pod) => pod.Num("securityContext", "runAsUser") == ProxyUser
        || pod.Objects("containers").Any(c => c.Str("name") is not (MeshMembership.ProxyContainer or "istio-operator") && c.Num("securityContext", "runAsUser") == ProxyUser);

    private static IEnumerable<Finding> Services(AnalysisInput input, AnalysisObject deployment)
    {
        var labels = deployment.Spec.Map("template", "metadata", "labels");
        var ports = input.Of("Service").Where(s => s.Namespace == deployment.Namespace && s.Spec.Map("selector") is { Count: > 0 } selector && selector.Selects(labels))
            .SelectMany(s => s.Spec.Objects("ports").Select(p => (Service: s.FullName, Port: p.Num("port") ?? 0, Protocol: p.Str("protocol") is { Length: > 0 } protocol ? protocol : "TCP", Target: TargetOf(p)))).ToList();
        foreach (var port in ports.GroupBy(p => p.Port).Where(g => g.Select(p => p.Protocol).Distinct().Count() > 1))
            yield return Finding.At(Messages.DeploymentAssociatedToMultipleServices, deployment, ".metadata.name", deployment.Name, port.Key, GoText.List(port.OrderBy(p => p.Protocol, StringComparer.Ordinal).Select(p => p.Service)));
        foreach (var target in ports.GroupBy(p => p.Target))
        {
            // Of the services with the same port the last one is named.
            var byPort = target.GroupBy(p => p.Port).OrderBy(g => g.Key).ToList();
            if (byPort.Count > 1)
                yield return Finding.At(Messages.DeploymentConflictingPorts, deployment, ".metadata.name", deployment.Name, GoText.List(byPort.Select(g => g.Last().Service)), GoText.Quote(target.Key), $"[{string.Join(' ', byPort.Select(g => g.Key))}]");
        }
    }

    private static string TargetOf(JsonObject port) => port["targetPort"]?.ToString() is { Length: > 0 } target and not "0" ? target : $"{port.Num("port")}";
}
