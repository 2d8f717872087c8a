using System.Text.RegularExpressions;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Validation;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary>Namespaces and pods (injection), services (port names), policies (whom they select), and what the validating webhook would say.</summary>
internal static partial class WorkloadAnalyzers
{
    private static readonly string[] s_systemNamespaces = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage", MeshConfig.RootNamespace];

    public static IEnumerable<Finding> Run(AnalysisInput input) =>
        input.Of("Namespace").SelectMany(Namespace)
            .Concat(input.Of("Pod").SelectMany(p => Pod(input, p)))
            .Concat(input.Of("Service").SelectMany(s => Service(input, s)))
            .Concat(new[] { "AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication" }.SelectMany(input.Of).SelectMany(p => Policy(input, p)))
            .Concat(MeshValidation.Kinds.SelectMany(input.Of).SelectMany(Schema));

    private static IEnumerable<Finding> Namespace(AnalysisObject ns)
    {
        if (s_systemNamespaces.Contains(ns.Name)) yield break;
        var labels = ns.Object.Map("metadata", "labels");
        if (labels.ContainsKey("istio-injection") && labels.ContainsKey("istio.io/rev"))
            yield return new(FindingLevel.Warning, "IST0123", ns, $"The namespace has both new and legacy injection labels. Run 'kubectl label namespace {ns.Name} istio.io/rev-' or 'kubectl label namespace {ns.Name} istio-injection-'");
        else if (!labels.ContainsKey("istio-injection") && !labels.ContainsKey("istio.io/rev") && !labels.ContainsKey("istio.io/dataplane-mode"))
            yield return new(FindingLevel.Info, "IST0102", ns, $"The namespace is not enabled for Istio injection. Run 'kubectl label namespace {ns.Name} istio-injection=enabled' to enable it, or 'kubectl label namespace {ns.Name} istio-injection=disabled' to explicitly mark it as not needing injection.");
    }

    private static IEnumerable<Finding> Pod(AnalysisInput input, AnalysisObject pod)
    {
        var optedOut = pod.Object.Str("metadata", "labels", "sidecar.istio.io/inject") == "false" || pod.Object.Str("metadata", "annotations", "sidecar.istio.io/inject") == "false";
        if (!input.IsInjected(pod.Namespace) || optedOut || pod.Spec.Flag("hostNetwork") == true || pod.Object.Str("status", "phase") is "Succeeded" or "Failed") yield break;
        if (pod.Spec.Objects("containers").Concat(pod.Spec.Objects("initContainers")).Any(c => c.Str("name") == "istio-proxy")) yield break;
        yield return new(FindingLevel.Warning, "IST0103", pod, $"The pod {pod.Namespace}/{pod.Name} is missing the Istio proxy. This can often be resolved by restarting or redeploying the workload.");
    }

    private static IEnumerable<Finding> Service(AnalysisInput input, AnalysisObject service)
    {
        if (s_systemNamespaces.Contains(service.Namespace) || !input.IsInjected(service.Namespace)) yield break;
        foreach (var port in service.Spec.Objects("ports"))
        {
            if (port.Str("appProtocol") is not null || port.Str("protocol") == "UDP" || PortName().IsMatch(port.Str("name") ?? "")) continue;
            yield return new(FindingLevel.Info, "IST0118", service, $"Port name {port.Str("name")} (port: {port.Num("port")}, targetPort: {port["targetPort"]}) doesn't follow the naming convention of Istio port.");
        }
    }

    private static IEnumerable<Finding> Policy(AnalysisInput input, AnalysisObject policy)
    {
        var labels = policy.Spec.Map("selector", "matchLabels");
        if (labels.Count == 0) yield break;
        // In the root namespace a policy is about every namespace.
        if (input.Of("Pod").Any(p => (policy.Namespace == MeshConfig.RootNamespace || p.Namespace == policy.Namespace) && Selectors.Matches(labels, p.Object.Map("metadata", "labels")))) yield break;
        yield return new(FindingLevel.Warning, "IST0127", policy, $"No matching workloads for this resource with the following labels: {string.Join(',', labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"))}");
    }

    /// <summary>What the webhook refuses, and of what it warns: two of its warnings have codes of their own.</summary>
    private static IEnumerable<Finding> Schema(AnalysisObject o)
    {
        var found = MeshValidation.Check(o.Kind, o.Object);
        foreach (var error in found.Errors) yield return new(FindingLevel.Error, "IST0106", o, $"Schema validation error: {error}");
        foreach (var warning in found.Warnings)
        {
            var sentence = char.ToUpperInvariant(warning.Text[0]) + warning.Text[1..] + ".";
            yield return warning.Kind switch
            {
                WarningKind.UnreachableRule => new(FindingLevel.Warning, "IST0130", o, sentence),
                WarningKind.IneffectiveMatch => new(FindingLevel.Info, "IST0131", o, sentence),
                _ => new(FindingLevel.Warning, "IST0133", o, $"Schema validation warning: {warning.Text}"),
            };
        }
    }

    [GeneratedRegex(@"\A(http|http2|http3|https|grpc|grpc-web|tcp|tls|udp|mongo|mysql|redis|hbone)(-.*)?\z")]
    private static partial Regex PortName();
}
