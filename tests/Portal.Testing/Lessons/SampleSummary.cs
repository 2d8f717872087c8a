using System.Collections.Immutable;
using Portal.Clusters.Watching;

namespace Portal.Testing.Lessons;

/// <summary>Rows of a cluster panel as they look with Istio and an application of a few services.</summary>
public static class SampleSummary
{
    public static ClusterObjectKey Key(string kind, string name, string @namespace = "bookinfo", string group = "") => new(group, kind, @namespace, name);

    public static WorkloadRow Workload(string name, int ready = 1, string @namespace = "bookinfo") =>
        new(Key("Deployment", name, @namespace, "apps"), "Deployment", @namespace, name, ready, 1, @namespace == "bookinfo", "PERMISSIVE", $"example/{name}:1.20");

    public static PodRow Pod(string name, DateTimeOffset created, int ready = 2, string status = "Running") =>
        new(Key("Pod", name), "bookinfo", name, ready, 2, status, 0, true, created, name[..name.IndexOf('-', StringComparison.Ordinal)]);

    public static ServiceRow Service(string name) => new(Key("Service", name), "bookinfo", name, "ClusterIP", "10.96.14.7", "9080/TCP");

    public static VirtualServiceRow Reviews(int v1, int v2) => new(
        Key("VirtualService", "reviews", group: "networking.istio.io"), "bookinfo", "reviews", ["reviews"], [],
        [
            new RouteRow("end-user = jason", [new RouteDestination("reviews", "v2", 100, 100)], []),
            new RouteRow("", [new RouteDestination("reviews", "v1", v1, v1), new RouteDestination("reviews", "v2", v2, v2)], []),
        ]);

    public static ClusterSummary Bookinfo(DateTimeOffset now) => new()
    {
        Synced = true,
        MeshInstalled = true,
        Namespaces = [new NamespaceRow("bookinfo", "Active", "enabled", "PERMISSIVE"), new NamespaceRow("default", "Active", null, "PERMISSIVE"), new NamespaceRow("istio-system", "Active", null, "PERMISSIVE")],
        Workloads = [.. Names.Select(n => Workload(n)), Workload("istiod", @namespace: "istio-system"), Workload("istio-ingressgateway", @namespace: "istio-system")],
        Pods = [.. Names.Select((n, i) => Pod(n + "-6d8f9c7b5-x2k" + (char)('a' + i), now.AddMinutes(-3), i == 3 ? 1 : 2))],
        Services = [Service("details"), Service("productpage"), Service("ratings"), Service("reviews")],
        Gateways = [new GatewayRow(Key("Gateway", "bookinfo-gateway", group: "networking.istio.io"), "bookinfo", "bookinfo-gateway", "istio=ingressgateway", ["*:8080 HTTP"])],
        VirtualServices =
        [
            new VirtualServiceRow(Key("VirtualService", "bookinfo", group: "networking.istio.io"), "bookinfo", "bookinfo", ["*"], ["bookinfo-gateway"], [new RouteRow("/productpage", [new RouteDestination("productpage", null, 100, 100)], [])]),
            Reviews(50, 50),
        ],
        DestinationRules = [new DestinationRuleRow(Key("DestinationRule", "reviews", group: "networking.istio.io"), "bookinfo", "reviews", "reviews", ["v1", "v2", "v3"], [])],
        PeerAuthentications = [new PeerAuthenticationRow(Key("PeerAuthentication", "default", group: "security.istio.io"), "bookinfo", "default", "namespace", "STRICT")],
        Events =
        [
            new EventRow("bookinfo", "Normal", "Started", "Pod/reviews-v2-6d8f9c7b5-x2ke", "Started container istio-proxy", now.AddSeconds(-4), 1),
            new EventRow("bookinfo", "Warning", "Unhealthy", "Pod/reviews-v1-6d8f9c7b5-x2kd", "Readiness probe failed: HTTP probe failed with statuscode: 503", now.AddSeconds(-9), 3),
            new EventRow("bookinfo", "Normal", "ScalingReplicaSet", "Deployment/reviews-v2", "Scaled up replica set reviews-v2-6d8f9c7b5 from 0 to 1", now.AddSeconds(-30), 1),
        ],
    };

    private static ImmutableArray<string> Names { get; } = ["details-v1", "productpage-v1", "ratings-v1", "reviews-v1", "reviews-v2", "reviews-v3"];
}
