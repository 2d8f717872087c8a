namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <param name="Resources">Kinds of objects that it may stand on; <c>Any</c> for all.</param>
internal sealed record KnownAnnotation(string[] Resources, bool Deprecated);

/// <summary>The annotations that Istio 1.30 knows.</summary>
internal static class AnnotationTable
{
    private static readonly Dictionary<string, KnownAnnotation> s_all = Read("""
        alpha.istio.io/canonical-serviceaccounts Service deprecated
        alpha.istio.io/identity Pod deprecated
        alpha.istio.io/kubernetes-serviceaccounts Service deprecated
        ambient.istio.io/bypass-inbound-capture Pod
        ambient.istio.io/dns-capture Pod
        ambient.istio.io/redirection Pod
        ambient.istio.io/waypoint-inbound-binding GatewayClass,Gateway
        galley.istio.io/analyze-suppress Any
        gateway.istio.io/controller-version Gateway
        gateway.istio.io/name-override Gateway
        gateway.istio.io/service-account Gateway
        inject.istio.io/templates Pod
        install.operator.istio.io/chart-owner Any
        install.operator.istio.io/owner-generation Any
        install.operator.istio.io/version Any
        istio.io/autoRegistrationGroup WorkloadEntry
        istio.io/connectedAt WorkloadEntry
        istio.io/disconnectedAt WorkloadEntry
        istio.io/dry-run AuthorizationPolicy
        istio.io/reroute-virtual-interfaces Pod
        istio.io/rev Pod
        istio.io/workloadController WorkloadEntry
        kubernetes.io/ingress.class Ingress
        networking.istio.io/address-type Gateway
        networking.istio.io/exportTo Service
        networking.istio.io/service-type Gateway
        networking.istio.io/traffic-distribution Service,ServiceEntry,Namespace
        prometheus.istio.io/merge-metrics Pod
        proxy.istio.io/config Pod
        proxy.istio.io/overrides Pod
        readiness.status.sidecar.istio.io/applicationPorts Pod
        readiness.status.sidecar.istio.io/failureThreshold Pod
        readiness.status.sidecar.istio.io/initialDelaySeconds Pod
        readiness.status.sidecar.istio.io/periodSeconds Pod
        security.istio.io/autoMTLS Pod
        sidecar.istio.io/agentLogLevel Pod
        sidecar.istio.io/bootstrapOverride Pod
        sidecar.istio.io/componentLogLevel Pod
        sidecar.istio.io/controlPlaneAuthPolicy Pod deprecated
        sidecar.istio.io/discoveryAddress Pod deprecated
        sidecar.istio.io/enableCoreDump Pod
        sidecar.istio.io/extraStatTags Pod
        sidecar.istio.io/inject Pod deprecated
        sidecar.istio.io/interceptionMode Pod
        sidecar.istio.io/logLevel Pod
        sidecar.istio.io/nativeSidecar Pod
        sidecar.istio.io/proxyCPU Pod
        sidecar.istio.io/proxyCPULimit Pod
        sidecar.istio.io/proxyImage Pod
        sidecar.istio.io/proxyImageType Pod
        sidecar.istio.io/proxyMemory Pod
        sidecar.istio.io/proxyMemoryLimit Pod
        sidecar.istio.io/rewriteAppHTTPProbers Pod
        sidecar.istio.io/statsCompression Pod
        sidecar.istio.io/statsHistogramBuckets Pod
        sidecar.istio.io/statsInclusionPrefixes Pod deprecated
        sidecar.istio.io/statsInclusionRegexps Pod deprecated
        sidecar.istio.io/statsInclusionSuffixes Pod deprecated
        sidecar.istio.io/status Pod
        sidecar.istio.io/userVolume Pod
        sidecar.istio.io/userVolumeMount Pod
        status.sidecar.istio.io/port Pod
        topology.istio.io/controlPlaneClusters Namespace
        traffic.istio.io/nodeSelector Service
        traffic.sidecar.istio.io/excludeInboundPorts Pod
        traffic.sidecar.istio.io/excludeInterfaces Pod
        traffic.sidecar.istio.io/excludeOutboundIPRanges Pod
        traffic.sidecar.istio.io/excludeOutboundPorts Pod
        traffic.sidecar.istio.io/includeInboundPorts Pod
        traffic.sidecar.istio.io/includeOutboundIPRanges Pod
        traffic.sidecar.istio.io/includeOutboundPorts Pod
        traffic.sidecar.istio.io/kubevirtInterfaces Pod deprecated
        """);

    public static KnownAnnotation? Find(string name) => s_all.GetValueOrDefault(name);

    /// <summary>Whether an annotation is one that Istio has a say in.</summary>
    public static bool IsIstio(string name) =>
        name == "kubernetes.io/ingress.class" || name.Split('/')[0].EndsWith("istio.io", StringComparison.Ordinal);

    private static Dictionary<string, KnownAnnotation> Read(string table) =>
        table.Split('\n').Select(l => l.Trim().Split(' ')).ToDictionary(c => c[0], c => new KnownAnnotation(c[1].Split(','), c.Length > 2), StringComparer.Ordinal);
}
