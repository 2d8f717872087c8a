using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.GatewayApi;

/// <summary>The Deployment, Service and ServiceAccount that istiod keeps for a Gateway.</summary>
internal static class GatewayDeployment
{
    private const int StatusPort = 15021;

    public static string NameOf(GatewayResource gateway) => $"{gateway.Name}-{gateway.Spec.Str("gatewayClassName")}";

    /// <summary>Where a Gateway says itself where it runs, nothing is made for it.</summary>
    public static bool IsAutomatic(GatewayResource gateway) => !gateway.Spec.Objects("addresses").Any(a => a.Str("type") is null or "Hostname" && a.Str("value") is { Length: > 0 });

    public static IEnumerable<(string Kind, string ApiVersion, JsonObject Object)> Objects(GatewayResource gateway)
    {
        var name = NameOf(gateway);
        var labels = Labels(gateway);
        JsonObject Metadata() => new()
        {
            ["name"] = name, ["namespace"] = gateway.Namespace, ["labels"] = labels.Copy(),
            ["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "gateway.networking.k8s.io/v1", ["kind"] = "Gateway", ["name"] = gateway.Name, ["uid"] = gateway.Stored.Uid }),
        };
        yield return ("ServiceAccount", "v1", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = Metadata() });
        yield return ("Deployment", "apps/v1", new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["metadata"] = Metadata(), ["spec"] = Deployment(gateway, name, labels) });
        yield return ("Service", "v1", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Service", ["metadata"] = Metadata(), ["spec"] = Service(gateway) });
    }

    private static JsonObject Labels(GatewayResource gateway)
    {
        var labels = new JsonObject { [GatewayObjects.GatewayNameLabel] = gateway.Name, ["gateway.networking.k8s.io/gateway-class-name"] = gateway.Spec.Str("gatewayClassName") };
        foreach (var (key, value) in gateway.Spec.Map("infrastructure", "labels")) labels[key] = value;
        return labels;
    }

    private static JsonObject Deployment(GatewayResource gateway, string name, JsonObject labels)
    {
        var podLabels = labels.Copy();
        podLabels["istio.io/gateway-name"] = gateway.Name;
        podLabels["service.istio.io/canonical-name"] = name;
        podLabels["service.istio.io/canonical-revision"] = "latest";
        podLabels["sidecar.istio.io/inject"] = "false";
        var annotations = new JsonObject { ["istio.io/rev"] = "default", ["prometheus.io/path"] = "/stats/prometheus", ["prometheus.io/port"] = "15020", ["prometheus.io/scrape"] = "true" };
        foreach (var (key, value) in gateway.Spec.Map("infrastructure", "annotations")) annotations[key] = value;
        return new()
        {
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { [GatewayObjects.GatewayNameLabel] = gateway.Name } },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = podLabels, ["annotations"] = annotations },
                ["spec"] = new JsonObject
                {
                    ["serviceAccountName"] = name,
                    ["containers"] = new JsonArray(new JsonObject
                    {
                        ["name"] = "istio-proxy", ["image"] = Injection.ProxyTemplate.Image, ["args"] = new JsonArray("proxy", "router", "--domain", "$(POD_NAMESPACE).svc.cluster.local", "--proxyLogLevel", "warning"),
                        ["ports"] = new JsonArray(new JsonObject { ["name"] = "metrics", ["containerPort"] = 15020, ["protocol"] = "TCP" }, new JsonObject { ["name"] = "status-port", ["containerPort"] = StatusPort, ["protocol"] = "TCP" }, new JsonObject { ["name"] = "http-envoy-prom", ["containerPort"] = 15090, ["protocol"] = "TCP" }),
                        ["readinessProbe"] = new JsonObject { ["httpGet"] = new JsonObject { ["path"] = "/healthz/ready", ["port"] = StatusPort }, ["periodSeconds"] = 15, ["failureThreshold"] = 4 },
                        ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "128Mi" }, ["limits"] = new JsonObject { ["cpu"] = "2", ["memory"] = "1Gi" } },
                    }),
                },
            },
        };
    }

    private static JsonObject Service(GatewayResource gateway)
    {
        var ports = new JsonArray(new JsonObject { ["name"] = "status-port", ["port"] = StatusPort, ["protocol"] = "TCP", ["appProtocol"] = "tcp" });
        foreach (var listener in gateway.Listeners.DistinctBy(l => l.Port)) ports.Add(new JsonObject { ["name"] = $"{listener.Name}-{listener.Port}" is { Length: <= 63 } named && gateway.Listeners.Count(l => l.Name == listener.Name) > 1 ? named : listener.Name, ["port"] = listener.Port, ["protocol"] = "TCP", ["appProtocol"] = listener.Protocol.ToLowerInvariant() });
        return new()
        {
            ["type"] = gateway.Object.Str("metadata", "annotations", "networking.istio.io/service-type") ?? "LoadBalancer",
            ["selector"] = new JsonObject { [GatewayObjects.GatewayNameLabel] = gateway.Name },
            ["ports"] = ports,
        };
    }
}
