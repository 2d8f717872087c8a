using Portal.Sandbox.Istioctl.Analysis.Analyzers;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis;

/// <param name="Name">As <c>--analyzer</c> and <c>--list-analyzers</c> name it.</param>
internal sealed record Analyzer(string Name, string Description, Func<AnalysisInput, IEnumerable<Finding>> Run)
{
    /// <summary>All of Istio 1.30, in the order in which it runs them.</summary>
    public static IReadOnlyList<Analyzer> All { get; } =
    [
        new("annotations.K8sAnalyzer", "Checks for misplaced and invalid Istio annotations in Kubernetes resources", AnnotationAnalyzer.Run),
        new("authn.BlockedCIDRsAnalyzer", "Checks that BLOCKED_CIDRS_IN_JWKS_URIS is configured on istiod when RequestAuthentication resources exist", TokenKeysAnalyzer.Run),
        new("auth.AuthorizationPoliciesAnalyzer", "Checks the validity of authorization policies", AuthorizationAnalyzer.Run),
        new("conditions.ConditionAnalyzer", "Checks for negative status conditions on resources", ConditionAnalyzer.Run),
        new("deployment.MultiServiceAnalyzer", "Checks association between services and pods", DeploymentAnalyzer.Services),
        new("applicationUID.Analyzer", "Checks invalid application UID", DeploymentAnalyzer.UserIds),
        new("destinationrule.CaCertificateAnalyzer", "Checks if caCertificates is set when TLS mode is SIMPLE/MUTUAL", DestinationRuleAnalyzer.Authorities),
        new("destinationrule.SubsetSelectPodAnalyzer", "Checks if pods are selected by subsets in destination rules.", DestinationRuleAnalyzer.Subsets),
        new("deprecation.DeprecationAnalyzer", "Checks for deprecated Istio types and fields", DeprecationAnalyzer.Run),
        new("envoyfilter.EnvoyPatchAnalyzer", "Checks an envoyFilters ", EnvoyFilterAnalyzer.Run),
        new("externalcontrolplane.ExternalControlPlaneAnalyzer", "Checks that the remote IstioOperator resources reference an external control plane", ExternalControlPlaneAnalyzer.Run),
        new("gateway.IngressGatewayPortAnalyzer", "Checks a gateway's ports against the gateway's Kubernetes service ports", GatewayAnalyzer.Ports),
        new("gateway.CertificateAnalyzer", "Checks a gateway certificate", GatewayAnalyzer.Certificates),
        new("gateway.SecretAnalyzer", "Checks a gateway's referenced secrets for correctness", GatewayAnalyzer.Secrets),
        new("gateway.ConflictingGatewayAnalyzer", "Checks a gateway's selector, port number and hosts", ConflictingGatewayAnalyzer.Run),
        new("injection.Analyzer", "Checks conditions related to Istio sidecar injection", InjectionAnalyzer.Run),
        new("injection.ImageAnalyzer", "Checks the image of auto-injection configured with the running proxies on pods", ProxyImageAnalyzer.Run),
        new("injection.ImageAutoAnalyzer", "Makes sure that Pods and Deployments with `image: auto` are going to be injected", ImageAutoAnalyzer.Run),
        new("k8sgateway.SelectorAnalyzer", "Check that selectors are effective for Kubernetes gateway", KubernetesGatewayAnalyzer.Selectors),
        new("k8sgateway.CRDVersionAnalyzer", "Checks Gateway API CRDs are at the minimum version required by this Istio version", KubernetesGatewayAnalyzer.Versions),
        new("meshnetworks.MeshNetworksAnalyzer", "Check the validity of MeshNetworks in the cluster", MeshNetworksAnalyzer.Run),
        // One cluster agrees with itself.
        new("services.MultiClusterServiceAnalyzer", "Check the validity of services in the multi-cluster environment", _ => []),
        new("service.PortNameAnalyzer", "Checks the port names associated with each service", PortNameAnalyzer.Run),
        new("sidecar.SelectorAnalyzer", "Validates that sidecars that define a workload selector match at least one pod, and that there aren't multiple sidecar resources that select overlapping pods", SidecarAnalyzer.Run),
        new("virtualservice.ConflictingMeshGatewayHostsAnalyzer", "Checks if multiple virtual services associated with the mesh gateway have conflicting hosts", VirtualServiceAnalyzer.Conflicts),
        new("virtualservice.DestinationHostAnalyzer", "Checks the destination hosts associated with each virtual service", DestinationHostAnalyzer.Hosts),
        new("virtualservice.DestinationRuleAnalyzer", "Checks the destination rules associated with each virtual service", DestinationHostAnalyzer.Subsets),
        new("virtualservice.GatewayAnalyzer", "Checks the gateways associated with each virtual service", VirtualServiceAnalyzer.Gateways),
        new("virtualservice.JWTClaimRouteAnalyzer", "Checks the VirtualService using JWT claim based routing has corresponding RequestAuthentication", VirtualServiceAnalyzer.Claims),
        new("serviceentry.Analyzer", "Checks the validity of ServiceEntry", ServiceEntryAnalyzer.Addresses),
        new("serviceentry.ConflictingServiceEntryProtocolAnalyzer", "Checks if multiple ServiceEntries define the same host and port with different protocols", ServiceEntryAnalyzer.Protocols),
        new("webhook.Analyzer", "Checks the validity of Istio webhooks", WebhookAnalyzer.Run),
        new("telemetry.ProviderAnalyzer", "Validates that providers in telemetry resource is valid", TelemetryAnalyzer.Providers),
        new("telemetry.SelectorAnalyzer", "Validates that telemetries that define a selector match at least one pod, and that there aren't multiple telemetry resources that select overlapping pods", TelemetryAnalyzer.Selectors),
        new("telemetry.DefaultSelectorAnalyzer", "Validates that there aren't multiple telemetry resources that have no selector", TelemetryAnalyzer.Defaults),
        new("telemetry.LightstepAnalyzer", "Validates that lightstep provider is still used", TelemetryAnalyzer.Lightstep),
        .. MeshValidation.Kinds.Order(StringComparer.Ordinal).Select(k => new Analyzer($"schema.ValidationAnalyzer.{k}", $"Runs schema validation as an analyzer on '{k}' resources", i => SchemaAnalyzer.Run(i, k))),
    ];
}
