using System.Collections.Immutable;
using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>A kind that the cluster view follows.</summary>
/// <param name="Optional">Served only once its CustomResourceDefinition is there.</param>
/// <param name="Spare">A cluster that does not let the portal read it is shown without it.</param>
internal sealed record WatchedKind(
    string Group,
    string Version,
    string Plural,
    string Kind,
    bool Optional = false,
    bool Spare = false
)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public string Path => Group.Length == 0 ? $"api/{Version}/{Plural}" : $"apis/{Group}/{Version}/{Plural}";

    /// <summary>Name of the CustomResourceDefinition that serves it.</summary>
    public string DefinitionName => $"{Plural}.{Group}";

    /// <summary>
    /// What a list of it is asked for as: definitions are large, and only their names are of interest.
    /// </summary>
    public string AcceptList => MetadataOnly ? Metadata("PartialObjectMetadataList") : ClusterApi.Json;

    /// <summary>What an object of it is asked for as.</summary>
    public string AcceptItem => MetadataOnly ? Metadata("PartialObjectMetadata") : ClusterApi.Json;

    /// <summary>Values are kept as their sizes, of Secrets all, of ConfigMaps the large ones.</summary>
    public bool Abridged => Group.Length == 0 && Kind is "ConfigMap" or "Secret";

    private bool MetadataOnly { get; init; }

    public static WatchedKind Definitions { get; } =
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition")
        {
            MetadataOnly = true,
        };

    public static ImmutableArray<WatchedKind> All { get; } =
    [
        new("", "v1", "namespaces", "Namespace"),
        new("", "v1", "pods", "Pod"),
        new("", "v1", "services", "Service"),
        new("", "v1", "events", "Event"),
        new("apps", "v1", "deployments", "Deployment"),
        new("apps", "v1", "statefulsets", "StatefulSet"),
        new("apps", "v1", "daemonsets", "DaemonSet"),
        new("apps", "v1", "replicasets", "ReplicaSet", Spare: true),
        new("batch", "v1", "jobs", "Job"),
        new("", "v1", "configmaps", "ConfigMap", Spare: true),
        new("", "v1", "secrets", "Secret", Spare: true),
        new("networking.k8s.io", "v1", "ingresses", "Ingress", Spare: true),
        new("networking.istio.io", "v1", "gateways", "Gateway", Optional: true),
        new("networking.istio.io", "v1", "virtualservices", "VirtualService", Optional: true),
        new("networking.istio.io", "v1", "destinationrules", "DestinationRule", Optional: true),
        new("networking.istio.io", "v1", "serviceentries", "ServiceEntry", Optional: true),
        new("networking.istio.io", "v1", "sidecars", "Sidecar", Optional: true),
        new("security.istio.io", "v1", "peerauthentications", "PeerAuthentication", Optional: true),
        new("security.istio.io", "v1", "authorizationpolicies", "AuthorizationPolicy", Optional: true),
        new("security.istio.io", "v1", "requestauthentications", "RequestAuthentication", Optional: true),
        new("telemetry.istio.io", "v1", "telemetries", "Telemetry", Optional: true),
    ];

    /// <summary>The path of one object; null for a kind that is not followed.</summary>
    public static string? PathOf(ClusterObjectKey key)
    {
        if (All.FirstOrDefault(k => k.Group == key.Group && k.Kind == key.Kind) is not { } kind) return null;
        var root = kind.Path[..^kind.Plural.Length];
        var place = key.Namespace.Length == 0 ? "" : $"namespaces/{Uri.EscapeDataString(key.Namespace)}/";
        return $"{root}{place}{kind.Plural}/{Uri.EscapeDataString(key.Name)}";
    }

    /// <summary>As kube-controller-manager's metadata informers ask, so that a server without it sends all.</summary>
    private static string Metadata(string form) => $"{ClusterApi.Json};as={form};g=meta.k8s.io;v=v1,{ClusterApi.Json}";
}
