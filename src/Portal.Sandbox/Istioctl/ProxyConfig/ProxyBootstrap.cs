using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl;

/// <summary><c>proxy-config bootstrap</c>: what a proxy starts with.</summary>
internal static class ProxyBootstrap
{
    public static JsonObject Read(PodInstance pod)
    {
        var spec = pod.Spec;
        var labels = new JsonObject([.. pod.Labels.Select(l => KeyValuePair.Create<string, JsonNode?>(l.Key, l.Value))]);
        var owner = spec.Objects("metadata", "ownerReferences").FirstOrDefault();
        var metadata = new JsonObject
        {
            ["CLUSTER_ID"] = "Kubernetes", ["INSTANCE_IPS"] = pod.Ip, ["ISTIO_VERSION"] = Revisions.VersionOf(spec, "istio-proxy"), ["LABELS"] = labels, ["MESH_ID"] = "cluster.local", ["NAME"] = pod.Name, ["NAMESPACE"] = pod.Namespace,
            ["NODE_NAME"] = pod.NodeName, ["PROXY_CONFIG"] = new JsonObject { ["discoveryAddress"] = "istiod.istio-system.svc:15012", ["serviceCluster"] = "istio-proxy", ["statusPort"] = 15020, ["proxyAdminPort"] = 15000, ["drainDuration"] = "45s" },
            ["SERVICE_ACCOUNT"] = pod.ServiceAccount, ["WORKLOAD_NAME"] = pod.Workload.Name,
        };
        if (owner is not null) metadata["OWNER"] = $"kubernetes://apis/apps/v1/namespaces/{pod.Namespace}/{(owner.Str("kind") == "ReplicaSet" ? "deployments" : owner.Str("kind")!.ToLowerInvariant() + "s")}/{pod.Workload.Name}";
        JsonObject Local(string name, int port) => new() { ["name"] = name, ["type"] = "STATIC", ["connectTimeout"] = "0.250s", ["loadAssignment"] = new JsonObject { ["clusterName"] = name, ["endpoints"] = new JsonArray(new JsonObject { ["lbEndpoints"] = new JsonArray(new JsonObject { ["endpoint"] = new JsonObject { ["address"] = Address("127.0.0.1", port) } }) }) } };
        JsonObject Ads() => new() { ["ads"] = new JsonObject(), ["initialFetchTimeout"] = "0s", ["resourceApiVersion"] = "V3" };
        return new()
        {
            ["bootstrap"] = new JsonObject
            {
                ["node"] = new JsonObject
                {
                    ["id"] = $"{(pod.HasSidecar ? "sidecar" : "router")}~{pod.Ip}~{pod.Name}.{pod.Namespace}~{pod.Namespace}.svc.cluster.local",
                    ["cluster"] = $"{pod.Labels.GetValueOrDefault("service.istio.io/canonical-name") ?? pod.Labels.GetValueOrDefault("app") ?? pod.Name}.{pod.Namespace}", ["metadata"] = metadata, ["locality"] = new JsonObject(),
                },
                ["staticResources"] = new JsonObject { ["clusters"] = new JsonArray(Local("prometheus_stats", 15000), Local("agent", 15020), new JsonObject { ["name"] = "sds-grpc", ["type"] = "STATIC" }, new JsonObject { ["name"] = "xds-grpc", ["type"] = "STATIC" }) },
                ["dynamicResources"] = new JsonObject { ["ldsConfig"] = Ads(), ["cdsConfig"] = Ads(), ["adsConfig"] = new JsonObject { ["apiType"] = "GRPC", ["transportApiVersion"] = "V3", ["grpcServices"] = new JsonArray(new JsonObject { ["envoyGrpc"] = new JsonObject { ["clusterName"] = "xds-grpc" } }), ["setNodeOnFirstMessageOnly"] = true } },
                ["admin"] = new JsonObject { ["profilePath"] = "/var/lib/istio/data/envoy.prof", ["address"] = Address("127.0.0.1", 15000) },
            },
            ["lastUpdated"] = pod.Sidecar!.StartedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    private static JsonObject Address(string address, int port) => new() { ["socketAddress"] = new JsonObject { ["address"] = address, ["portValue"] = port } };
}
