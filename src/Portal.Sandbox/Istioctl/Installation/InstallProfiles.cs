using System.Text.Json.Nodes;

namespace Portal.Sandbox.Istioctl.Installation;

/// <summary>What the profiles say, as the specification of an IstioOperator.</summary>
internal static class InstallProfiles
{
    public const string Ingress = "istio-ingressgateway";
    public const string Egress = "istio-egressgateway";

    /// <summary>A profile's specification to build upon; null for an unknown one.</summary>
    public static JsonObject? Find(string profile) => profile switch
    {
        "default" or "stable" or "preview" => Spec(true, true, false, []),
        "demo" => Spec(true, true, true, DemoMesh()),
        "minimal" => Spec(true, false, false, []),
        "empty" => Spec(false, false, false, []),
        _ => null,
    };

    private static JsonObject Spec(bool control, bool ingress, bool egress, JsonObject mesh) => new()
    {
        ["components"] = new JsonObject
        {
            ["base"] = new JsonObject { ["enabled"] = control },
            ["pilot"] = new JsonObject { ["enabled"] = control },
            ["ingressGateways"] = new JsonArray(new JsonObject { ["name"] = Ingress, ["enabled"] = ingress }),
            ["egressGateways"] = new JsonArray(new JsonObject { ["name"] = Egress, ["enabled"] = egress }),
        },
        ["meshConfig"] = mesh,
        ["values"] = new JsonObject(),
    };

    /// <summary>The demo writes access logs, and knows where traces could go; a Telemetry object has to name one of these.</summary>
    private static JsonObject DemoMesh() => new()
    {
        ["accessLogFile"] = "/dev/stdout",
        ["extensionProviders"] = new JsonArray(
            new JsonObject { ["name"] = "otel", ["envoyOtelAls"] = Collector("opentelemetry-collector.observability", 4317) },
            new JsonObject { ["name"] = "skywalking", ["skywalking"] = Collector("tracing.istio-system", 11800) },
            new JsonObject { ["name"] = "otel-tracing", ["opentelemetry"] = Collector("opentelemetry-collector.observability", 4317) },
            new JsonObject { ["name"] = "jaeger", ["opentelemetry"] = Collector("jaeger-collector.istio-system", 4317) }),
    };

    private static JsonObject Collector(string service, int port) => new() { ["port"] = port, ["service"] = service + ".svc.cluster.local" };
}
