using System.Collections.Immutable;
using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>Computes the rows of the cluster panel from a snapshot.</summary>
public static class ClusterSummaryBuilder
{
    private const int MaxEvents = 100;
    private static readonly string[] s_workloadKinds = ["Deployment", "StatefulSet", "DaemonSet", "Job"];
    private static readonly string[] s_meshKinds =
        ["ServiceEntry", "Sidecar", "Telemetry", "AuthorizationPolicy", "RequestAuthentication"];
    private static readonly string[] s_otherKinds = ["ReplicaSet", "Ingress", "ConfigMap", "Secret"];

    public static ClusterSummary From(ClusterSnapshot snapshot)
    {
        var mesh = snapshot.OfKind("Deployment").Any(d => d.Json.Find("spec", "template", "metadata", "labels", "app").Text() == "istiod");
        var mtls = new MtlsPolicies(snapshot);
        var pods = Rows(snapshot, "Pod", Pod);
        var withSidecar = pods.Where(p => p.Sidecar).Select(p => (p.Namespace, p.Workload)).ToHashSet();
        return new ClusterSummary
        {
            Synced = snapshot.Synced,
            Disconnected = snapshot.Disconnected,
            MeshInstalled = mesh,
            Namespaces = Rows(snapshot, "Namespace", o => Namespace(o, mesh, mtls)),
            Pods = pods,
            Workloads = [.. s_workloadKinds.SelectMany(k => Rows(snapshot, k, o => Workload(o, withSidecar, mtls))).OrderBy(w => w.Namespace, StringComparer.Ordinal).ThenBy(w => w.Name, StringComparer.Ordinal)],
            Services = Rows(snapshot, "Service", Service),
            Gateways = Rows(snapshot, "Gateway", Gateway),
            VirtualServices = Rows(snapshot, "VirtualService", VirtualService),
            DestinationRules = Rows(snapshot, "DestinationRule", DestinationRule),
            ServiceEntries = Rows(snapshot, "ServiceEntry", ServiceEntry),
            PeerAuthentications = Rows(snapshot, "PeerAuthentication", PeerAuthentication),
            MeshPolicies = [.. s_meshKinds.SelectMany(k => Rows(snapshot, k, Object))],
            Others = [.. s_otherKinds.SelectMany(k => Rows(snapshot, k, Object))],
            Events = [.. snapshot.OfKind("Event").Select(Event).OrderByDescending(e => e.LastSeen).Take(MaxEvents)],
        };
    }

    private static ImmutableArray<T> Rows<T>(ClusterSnapshot snapshot, string kind, Func<ClusterObject, T> row) =>
        [.. snapshot.OfKind(kind).OrderBy(o => o.Namespace, StringComparer.Ordinal).ThenBy(o => o.Name, StringComparer.Ordinal).Select(row)];

    private static NamespaceRow Namespace(ClusterObject o, bool mesh, MtlsPolicies mtls)
    {
        var labels = o.Json.Labels("metadata", "labels");
        // istio-injection decides when both labels are there.
        var injection = labels.TryGetValue("istio-injection", out var value) ? value : labels.TryGetValue("istio.io/rev", out var revision) ? revision : null;
        return new(o.Name, o.Json.Find("status", "phase").Text() ?? "Active", injection, mesh ? mtls.ForNamespace(o.Name) : null);
    }

    private static ObjectRow Object(ClusterObject o) =>
        new(o.Key, ObjectStatus.Of(o), string.Join(" · ", ObjectFacts.Of(o).Take(2).Select(f => f.Value)));

    private static PodRow Pod(ClusterObject o)
    {
        var status = PodStatus.Of(o.Json);
        return new(o.Key, o.Namespace, o.Name, status.Ready, status.Total, status.Status, status.Restarts, status.Sidecar,
            o.Json.Find("metadata", "creationTimestamp").Time() ?? default, WorkloadName(o));
    }

    /// <summary>A pod of a Deployment is owned by a ReplicaSet that is named after it and the template's hash.</summary>
    private static string WorkloadName(ClusterObject pod)
    {
        var owner = pod.Json.Find("metadata", "ownerReferences").Items().FirstOrDefault();
        var name = owner.Find("name").Text() ?? "";
        var hash = pod.Json.Find("metadata", "labels", "pod-template-hash").Text();
        return owner.Find("kind").Text() == "ReplicaSet" && hash is not null && name.EndsWith("-" + hash, StringComparison.Ordinal)
            ? name[..^(hash.Length + 1)]
            : name;
    }

    private static WorkloadRow Workload(ClusterObject o, HashSet<(string, string)> withSidecar, MtlsPolicies mtls)
    {
        var (ready, desired) = o.Kind switch
        {
            "DaemonSet" => (o.Json.Find("status", "numberReady").WholeNumber(), o.Json.Find("status", "desiredNumberScheduled").WholeNumber()),
            "Job" => (o.Json.Find("status", "succeeded").WholeNumber(), o.Json.Find("spec", "completions").WholeNumber(1)),
            _ => (o.Json.Find("status", "readyReplicas").WholeNumber(), o.Json.Find("spec", "replicas").WholeNumber(1)),
        };
        var sidecar = withSidecar.Contains((o.Namespace, o.Name));
        var template = o.Json.Find("spec", "template");
        return new(o.Key, o.Kind, o.Namespace, o.Name, ready, desired, sidecar,
            sidecar ? mtls.ForWorkload(o.Namespace, template.Labels("metadata", "labels")) : null,
            string.Join(", ", template.Find("spec", "containers").Items().Select(c => c.Find("image").Text())));
    }

    private static ServiceRow Service(ClusterObject o) => new(
        o.Key, o.Namespace, o.Name,
        o.Json.Find("spec", "type").Text() ?? "ClusterIP",
        o.Json.Find("spec", "clusterIP").Text() ?? "None",
        string.Join(",", o.Json.Find("spec", "ports").Items().Select(Port)));

    internal static string Port(JsonElement port)
    {
        var node = port.Find("nodePort").WholeNumber() is var number and not 0 ? $":{number}" : "";
        return $"{port.Find("port").Text()}{node}/{port.Find("protocol").Text() ?? "TCP"}";
    }

    private static GatewayRow Gateway(ClusterObject o) => new(
        o.Key, o.Namespace, o.Name,
        string.Join(",", o.Json.Labels("spec", "selector").Select(l => $"{l.Key}={l.Value}")),
        [.. o.Json.Find("spec", "servers").Items().Select(Server)]);

    internal static string Server(JsonElement server) =>
        $"{server.Find("port", "number").Text()} {server.Find("port", "protocol").Text()} "
        + string.Join(",", Texts(server.Find("hosts")));

    private static VirtualServiceRow VirtualService(ClusterObject o)
    {
        var spec = o.Json.Find("spec");
        var gateways = Texts(spec.Find("gateways"));
        return new(o.Key, o.Namespace, o.Name, Texts(spec.Find("hosts")), gateways.IsEmpty ? ["mesh"] : gateways, RouteRows.Of(spec));
    }

    private static DestinationRuleRow DestinationRule(ClusterObject o)
    {
        var spec = o.Json.Find("spec");
        return new(o.Key, o.Namespace, o.Name, spec.Find("host").Text() ?? "",
            [.. spec.Find("subsets").Items().Select(s => s.Find("name").Text() ?? "")],
            [.. Policies(spec.Find("trafficPolicy"))]);
    }

    /// <summary>A DestinationRule's <c>trafficPolicy</c> in words.</summary>
    public static IEnumerable<string> Policies(JsonElement policy)
    {
        if (policy.Find("tls", "mode").Text() is { } tls) yield return $"tls {tls}";
        if (policy.Find("loadBalancer", "simple").Text() is { } balancer) yield return $"load balancer {balancer}";
        if (policy.Find("loadBalancer", "consistentHash").Exists()) yield return "load balancer consistent hash";
        if (policy.Find("connectionPool", "tcp", "maxConnections").Text() is { } connections) yield return $"max connections {connections}";
        if (policy.Find("connectionPool", "http", "http1MaxPendingRequests").Text() is { } requests) yield return $"max pending requests {requests}";
        if (policy.Find("outlierDetection", "consecutive5xxErrors").Text() is { } errors) yield return $"eject after {errors} errors";
        else if (policy.Find("outlierDetection").Exists()) yield return "outlier detection";
    }

    private static ServiceEntryRow ServiceEntry(ClusterObject o)
    {
        var spec = o.Json.Find("spec");
        var ports = spec.Find("ports").Items().Select(p => $"{p.Find("number").Text()} {p.Find("protocol").Text()}");
        // Istio takes one that does not say for external.
        var external = spec.Find("location").Text() != "MESH_INTERNAL";
        return new(o.Key, o.Namespace, o.Name, Texts(spec.Find("hosts")), string.Join(", ", ports), external);
    }

    private static PeerAuthenticationRow PeerAuthentication(ClusterObject o)
    {
        var labels = o.Json.Labels("spec", "selector", "matchLabels");
        var scope = labels.Count > 0 ? string.Join(",", labels.Select(l => $"{l.Key}={l.Value}")) : o.Namespace == MtlsPolicies.RootNamespace ? "mesh" : "namespace";
        return new(o.Key, o.Namespace, o.Name, scope, MtlsPolicies.Mode(o) ?? "UNSET");
    }

    internal static EventRow Event(ClusterObject o)
    {
        var seen = o.Json.Find("series", "lastObservedTime").Time() ?? o.Json.Find("lastTimestamp").Time() ?? o.Json.Find("eventTime").Time() ?? o.Json.Find("metadata", "creationTimestamp").Time() ?? default;
        var about = $"{o.Json.Find("involvedObject", "kind").Text()?.ToLowerInvariant()}/{o.Json.Find("involvedObject", "name").Text()}";
        var count = Math.Max(1, Math.Max(o.Json.Find("count").WholeNumber(), o.Json.Find("series", "count").WholeNumber()));
        return new(o.Namespace, o.Json.Find("type").Text() ?? "Normal", o.Json.Find("reason").Text() ?? "", about, o.Json.Find("message").Text() ?? "", seen, count);
    }

    internal static ImmutableArray<string> Texts(JsonElement list) => [.. list.Items().Select(i => i.Text() ?? "")];
}
