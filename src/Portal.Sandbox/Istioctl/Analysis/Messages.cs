namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary>Everything that istioctl of Istio 1.30 can say, also what only other commands or other installations bring up.</summary>
internal static class Messages
{
    private static readonly Dictionary<string, MessageType> s_all = new(StringComparer.Ordinal);

    public static MessageType InternalError { get; } = Error("IST0001", "Internal error: {0}");
    public static MessageType Deprecated { get; } = Warning("IST0002", "Deprecated: {0}");
    public static MessageType ReferencedResourceNotFound { get; } = Error("IST0101", "Referenced {0} not found: {1}");
    public static MessageType NamespaceNotInjected { get; } = Info("IST0102", "The namespace is not enabled for Istio injection. Run 'kubectl label namespace {0} istio-injection=enabled' to enable it, or 'kubectl label namespace {0} istio-injection=disabled' to explicitly mark it as not needing injection.");
    public static MessageType PodMissingProxy { get; } = Warning("IST0103", "The pod {0} is missing the Istio proxy. This can often be resolved by restarting or redeploying the workload.");
    public static MessageType SchemaValidationError { get; } = Error("IST0106", "Schema validation error: {0}");
    public static MessageType MisplacedAnnotation { get; } = Warning("IST0107", "Misplaced annotation: {0} can only be applied to {1}");
    public static MessageType UnknownAnnotation { get; } = Warning("IST0108", "Unknown annotation: {0}");
    public static MessageType ConflictingMeshGatewayVirtualServiceHosts { get; } = Error("IST0109", "The VirtualServices {0} associated with mesh gateway define the same host {1} which can lead to undefined behavior. This can be fixed by merging the conflicting VirtualServices into a single resource.");
    public static MessageType ConflictingSidecarWorkloadSelectors { get; } = Error("IST0110", "The Sidecars {0} in namespace {1} select the same workload pod {2}, which can lead to undefined behavior.");
    public static MessageType MultipleSidecarsWithoutWorkloadSelectors { get; } = Error("IST0111", "The Sidecars {0} in namespace {1} have no workload selector, which can lead to undefined behavior.");
    public static MessageType VirtualServiceDestinationPortSelectorRequired { get; } = Error("IST0112", "This VirtualService routes to a service {0} that exposes multiple ports {1}. Specifying a port in the destination is required to disambiguate.");
    public static MessageType MtlsPolicyConflict { get; } = Error("IST0113", "A DestinationRule and Policy are in conflict with regards to mTLS for host {0}. The DestinationRule {1} specifies that mTLS must be {2} but the Policy object {3} specifies {4}.");
    public static MessageType DeploymentAssociatedToMultipleServices { get; } = Warning("IST0116", "This deployment {0} is associated with multiple services using port {1} but different protocols: {2}");
    public static MessageType PortNameIsNotUnderNamingConvention { get; } = Info("IST0118", "Port name {0} (port: {1}, targetPort: {2}) doesn't follow the naming convention of Istio port.");
    public static MessageType JwtFailureDueToInvalidServicePortPrefix { get; } = Warning("IST0119", "Authentication policy with JWT targets Service with invalid port specification (port: {0}, name: {1}, protocol: {2}, targetPort: {3}).");
    public static MessageType InvalidRegexp { get; } = Warning("IST0122", "Field {0} regular expression invalid: {1} ({2})");
    public static MessageType NamespaceMultipleInjectionLabels { get; } = Warning("IST0123", "The namespace has more than one type of injection labels {0}, which may lead to undefined behavior. Make sure only one injection label exists.");
    public static MessageType InvalidAnnotation { get; } = Warning("IST0125", "Invalid annotation {0}: {1}");
    public static MessageType UnknownMeshNetworksServiceRegistry { get; } = Error("IST0126", "Unknown service registry {0} in network {1}");
    public static MessageType NoMatchingWorkloadsFound { get; } = Warning("IST0127", "No matching workloads for this resource with the following labels: {0}");
    public static MessageType NoServerCertificateVerificationDestinationLevel { get; } = Warning("IST0128", "DestinationRule {0} in namespace {1} has TLS mode set to {2} but no caCertificates are set to validate server identity for host: {3}");
    public static MessageType NoServerCertificateVerificationPortLevel { get; } = Warning("IST0129", "DestinationRule {0} in namespace {1} has TLS mode set to {2} but no caCertificates are set to validate server identity for host: {3} at port {4}");
    public static MessageType VirtualServiceUnreachableRule { get; } = Warning("IST0130", "{0}");
    public static MessageType VirtualServiceIneffectiveMatch { get; } = Info("IST0131", "{0}");
    public static MessageType VirtualServiceHostNotFoundInGateway { get; } = Warning("IST0132", "one or more host {0} defined in VirtualService {1} not found in Gateway {2}.");
    public static MessageType SchemaWarning { get; } = Warning("IST0133", "Schema validation warning: {0}");
    public static MessageType ServiceEntryAddressesRequired { get; } = Warning("IST0134", "ServiceEntry addresses are required for this protocol.");
    public static MessageType DeprecatedAnnotation { get; } = Info("IST0135", "Annotation {0} has been deprecated{1} and may not work in future Istio versions.");
    public static MessageType AlphaAnnotation { get; } = Info("IST0136", "Annotation {0} is part of an alpha-phase feature and may be incompletely supported.");
    public static MessageType DeploymentConflictingPorts { get; } = Warning("IST0137", "This deployment {0} is associated with multiple services {1} using targetPort {2} but different ports: {3}.");
    public static MessageType GatewayDuplicateCertificate { get; } = Warning("IST0138", "Duplicate certificate in multiple gateways {0} may cause 404s if clients re-use HTTP2 connections.");
    public static MessageType InvalidWebhook { get; } = Error("IST0139", "{0}");
    public static MessageType IngressRouteRulesNotAffected { get; } = Warning("IST0140", "Subset in virtual service {0} has no effect on ingress gateway {1} requests");
    public static MessageType InsufficientPermissions { get; } = Error("IST0141", "Missing required permission to create resource {0} ({1})");
    public static MessageType UnsupportedKubernetesVersion { get; } = Error("IST0142", "The Kubernetes Version {0} is lower than the minimum version: {1}");
    public static MessageType LocalhostListener { get; } = Error("IST0143", "Port {0} is exposed in a Service but listens on localhost. It will not be exposed to other pods.");
    public static MessageType InvalidApplicationUid { get; } = Warning("IST0144", "User ID (UID) 1337 is reserved for the sidecar proxy.");
    public static MessageType ConflictingGateways { get; } = Error("IST0145", "Conflict with gateways {0} (workload selector {1}, port {2}, hosts {3}).");
    public static MessageType ImageAutoWithoutInjectionWarning { get; } = Warning("IST0146", "{0} {1} contains `image: auto` but does not match any Istio injection webhook selectors.");
    public static MessageType ImageAutoWithoutInjectionError { get; } = Error("IST0147", "{0} {1} contains `image: auto` but does not match any Istio injection webhook selectors.");
    public static MessageType NamespaceInjectionEnabledByDefault { get; } = Info("IST0148", "is enabled for Istio injection, as Istio is installed with enableNamespacesByDefault as true.");
    public static MessageType JwtClaimBasedRoutingWithoutRequestAuthN { get; } = Error("IST0149", "The virtual service uses the JWT claim based routing (key: {0}) but found no request authentication for the gateway ({1}) pod ({2}). The request authentication must first be applied for the gateway pods to validate the JWT token and make the claims available for routing.");
    public static MessageType ExternalNameServiceTypeInvalidPortName { get; } = Warning("IST0150", "Port name for ExternalName service is invalid. Proxy may prevent tcp named ports and unmatched traffic for ports serving TCP protocol from being forwarded correctly");
    public static MessageType EnvoyFilterUsesRelativeOperation { get; } = Warning("IST0151", "This EnvoyFilter does not have a priority and has a relative patch operation set which can cause the EnvoyFilter not to be applied. Using the INSERT_FIRST of ADD option or setting the priority may help in ensuring the EnvoyFilter is applied correctly.");
    public static MessageType EnvoyFilterUsesReplaceOperationIncorrectly { get; } = Error("IST0152", "The REPLACE operation is only valid for HTTP_FILTER and NETWORK_FILTER.");
    public static MessageType EnvoyFilterUsesAddOperationIncorrectly { get; } = Error("IST0153", "The ADD operation will be ignored when applyTo is set to ROUTE_CONFIGURATION, or HTTP_ROUTE.");
    public static MessageType EnvoyFilterUsesRemoveOperationIncorrectly { get; } = Error("IST0154", "The REMOVE operation will be ignored when applyTo is set to ROUTE_CONFIGURATION, or HTTP_ROUTE.");
    public static MessageType EnvoyFilterUsesRelativeOperationWithProxyVersion { get; } = Warning("IST0155", "This EnvoyFilter does not have a priority and has a relative patch operation (NSTERT_BEFORE/AFTER, REPLACE, MERGE, DELETE) and proxyVersion set which can cause the EnvoyFilter not to be applied during an upgrade. Using the INSERT_FIRST or ADD option or setting the priority may help in ensuring the EnvoyFilter is applied correctly.");
    public static MessageType UnsupportedGatewayApiVersion { get; } = Error("IST0156", "The Gateway API CRD version {0} is lower than the minimum version: {1}");
    public static MessageType InvalidTelemetryProvider { get; } = Warning("IST0157", "The Telemetry {0} in namespace {1} with empty providers will be ignored.");
    public static MessageType PodsIstioProxyImageMismatchInNamespace { get; } = Warning("IST0158", "The Istio proxy images of the pods running in the namespace do not match the image defined in the injection configuration (pod names: {0}). This often happens after upgrading the Istio control-plane and can be fixed by redeploying the pods.");
    public static MessageType ConflictingTelemetryWorkloadSelectors { get; } = Error("IST0159", "The Telemetries {0} in namespace {1} select the same workload pod {2}, which can lead to undefined behavior.");
    public static MessageType MultipleTelemetriesWithoutWorkloadSelectors { get; } = Error("IST0160", "The Telemetries {0} in namespace {1} have no workload selector, which can lead to undefined behavior.");
    public static MessageType InvalidGatewayCredential { get; } = Error("IST0161", "The credential referenced by the Gateway {0} in namespace {1} is invalid, which can cause the traffic not to work as expected.");
    public static MessageType GatewayPortNotDefinedOnService { get; } = Warning("IST0162", "The gateway is listening on a target port (port {0}) that is not defined in the Service associated with its workload instances (Pod selector {1}). If you need to access the gateway port through the gateway Service, it will not be available.");
    public static MessageType InvalidExternalControlPlaneConfig { get; } = Warning("IST0163", "The hostname ({0}) that was provided for the webhook ({1}) to reach the ingress gateway on the external control plane cluster {2}. Traffic may not flow properly.");
    public static MessageType ExternalControlPlaneAddressIsNotAHostname { get; } = Info("IST0164", "The address ({0}) that was provided for the webhook ({1}) to reach the ingress gateway on the external control plane cluster is an IP address. This is not recommended for a production environment.");
    public static MessageType ReferencedInternalGateway { get; } = Warning("IST0165", "Gateway reference in VirtualService {0} is to an implementation-generated internal Gateway: {1}.");
    public static MessageType IneffectiveSelector { get; } = Warning("IST0166", "Ineffective selector on Kubernetes Gateway {0}. Use the TargetRef field instead.");
    public static MessageType IneffectivePolicy { get; } = Warning("IST0167", "The policy has no impact: {0}.");
    public static MessageType UnknownUpgradeCompatibility { get; } = Warning("IST0168", "The configuration {0} changed in release {1}, but compatibility cannot be automatically detected: {2}. Or, install with `--set compatibilityVersion={3}` to retain the old default.");
    public static MessageType UpdateIncompatibility { get; } = Warning("IST0169", "The configuration {0} changed in release {1}: {2}. Or, install with `--set compatibilityVersion={3}` to retain the old default.");
    public static MessageType MultiClusterInconsistentService { get; } = Warning("IST0170", "The service {0} in namespace {1} is inconsistent across clusters {2}, which can lead to undefined behaviors. The inconsistent behaviors are: {3}.");
    public static MessageType NegativeConditionStatus { get; } = Warning("IST0171", "A condition with a negative status is present: type={0}, reason={1}, message={2}.");
    public static MessageType DestinationRuleSubsetNotSelectPods { get; } = Error("IST0173", "The Subset {0} defined in the DestinationRule does not select any pods. Which may lead to 503 UH (NoHealthyUpstream).");
    public static MessageType UnknownDestinationRuleHost { get; } = Warning("IST0174", "The host {0} defined in the DestinationRule does not match any services in the mesh.");
    public static MessageType JwksUriFetchUnrestricted { get; } = Warning("IST0175", "BLOCKED_CIDRS_IN_JWKS_URIS is not configured but {0} RequestAuthentication resource(s) exist ({1}). Consider configuring it to restrict JWKS URI fetches to trusted networks.");
    public static MessageType GatewayApiDefinitionBelowMinimum { get; } = Warning("IST0176", "Gateway API CRD {0} is at version {1} but Istio requires at least {2}; resources of this kind will not be processed. Upgrade the Gateway API CRDs to satisfy the minimum version.");
    public static MessageType ConflictingServiceEntryProtocol { get; } = Warning("IST0177", "Multiple ServiceEntries ({0}) define the same host {1} and port {2} with conflicting protocols ({3}).");

    public static bool IsKnown(string code) => s_all.ContainsKey(code);

    private static MessageType Error(string code, string template) => Add(new(code, FindingLevel.Error, template));

    private static MessageType Warning(string code, string template) => Add(new(code, FindingLevel.Warning, template));

    private static MessageType Info(string code, string template) => Add(new(code, FindingLevel.Info, template));

    private static MessageType Add(MessageType type) => s_all[type.Code] = type;
}
