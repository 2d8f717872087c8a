using System.Collections.Immutable;

namespace Portal.Clusters.Watching;

/// <summary>The rows of the cluster panel, computed from a snapshot. Names and words are those that kubectl shows.</summary>
public sealed record ClusterSummary
{
    public static ClusterSummary Empty { get; } = new();

    public bool Synced { get; init; }
    public string? Disconnected { get; init; }
    public bool MeshInstalled { get; init; }
    public ImmutableArray<NamespaceRow> Namespaces { get; init; } = [];
    public ImmutableArray<WorkloadRow> Workloads { get; init; } = [];
    public ImmutableArray<PodRow> Pods { get; init; } = [];
    public ImmutableArray<ServiceRow> Services { get; init; } = [];
    public ImmutableArray<GatewayRow> Gateways { get; init; } = [];
    public ImmutableArray<VirtualServiceRow> VirtualServices { get; init; } = [];
    public ImmutableArray<DestinationRuleRow> DestinationRules { get; init; } = [];
    public ImmutableArray<ServiceEntryRow> ServiceEntries { get; init; } = [];
    public ImmutableArray<PeerAuthenticationRow> PeerAuthentications { get; init; } = [];

    /// <summary>Kinds of Istio that have no row of their own.</summary>
    public ImmutableArray<ObjectRow> MeshPolicies { get; init; } = [];

    /// <summary>ReplicaSets, Ingresses, ConfigMaps and Secrets.</summary>
    public ImmutableArray<ObjectRow> Others { get; init; } = [];

    /// <summary>Newest first, at most 100.</summary>
    public ImmutableArray<EventRow> Events { get; init; } = [];
}

/// <param name="Injection">Value of the label that decides sidecar injection, or null.</param>
/// <param name="MtlsMode">Effective PeerAuthentication mode of workloads without a policy of their own: STRICT, PERMISSIVE, DISABLE; null without a mesh.</param>
public sealed record NamespaceRow(string Name, string Phase, string? Injection, string? MtlsMode);

/// <param name="Kind">Deployment, StatefulSet, DaemonSet or Job.</param>
/// <param name="MtlsMode">Effective mode, or null when the workload has no sidecar.</param>
public sealed record WorkloadRow(ClusterObjectKey Key, string Kind, string Namespace, string Name, int Ready, int Desired, bool Sidecar, string? MtlsMode, string Images);

/// <param name="Ready">READY as kubectl prints it, e.g. <c>2/2</c>.</param>
/// <param name="Status">STATUS as kubectl prints it, e.g. <c>Running</c>, <c>CrashLoopBackOff</c>.</param>
public sealed record PodRow(ClusterObjectKey Key, string Namespace, string Name, int ReadyContainers, int Containers, string Status, int Restarts, bool Sidecar, DateTimeOffset Created, string Workload)
{
    public string Ready => $"{ReadyContainers}/{Containers}";
}

public sealed record ServiceRow(ClusterObjectKey Key, string Namespace, string Name, string Type, string ClusterIp, string Ports);

public sealed record GatewayRow(ClusterObjectKey Key, string Namespace, string Name, string Selector, ImmutableArray<string> Servers);

public sealed record VirtualServiceRow(ClusterObjectKey Key, string Namespace, string Name, ImmutableArray<string> Hosts, ImmutableArray<string> Gateways, ImmutableArray<RouteRow> Routes);

/// <summary>One entry of <c>spec.http</c>.</summary>
/// <param name="Match">Human-readable match, e.g. <c>end-user = jason</c>; empty for a catch-all.</param>
/// <param name="Extras">Fault, timeout, retries, mirror in words, e.g. <c>delay 500ms 50 %</c>.</param>
public sealed record RouteRow(string Match, ImmutableArray<RouteDestination> Destinations, ImmutableArray<string> Extras);

/// <param name="Percent">Share of the traffic, 0–100, normalised.</param>
public sealed record RouteDestination(string Host, string? Subset, int Weight, double Percent);

public sealed record DestinationRuleRow(ClusterObjectKey Key, string Namespace, string Name, string Host, ImmutableArray<string> Subsets, ImmutableArray<string> Policies);

/// <param name="Ports">E.g. <c>443 TLS</c>.</param>
/// <param name="IsExternal">Outside of the mesh; else services of its own that Kubernetes does not know.</param>
public sealed record ServiceEntryRow(
    ClusterObjectKey Key,
    string Namespace,
    string Name,
    ImmutableArray<string> Hosts,
    string Ports,
    bool IsExternal
);

public sealed record PeerAuthenticationRow(ClusterObjectKey Key, string Namespace, string Name, string Scope, string Mode);

/// <param name="Note">What there is to say of it in a line; of a Secret the names of its keys, never a value.</param>
public sealed record ObjectRow(ClusterObjectKey Key, ObjectStatus Status, string Note)
{
    public string Namespace => Key.Namespace;
    public string Name => Key.Name;
}

/// <param name="InvolvedObject">The kind in small letters, a slash, and the name.</param>
public sealed record EventRow(string Namespace, string Type, string Reason, string InvolvedObject, string Message, DateTimeOffset LastSeen, int Count);
