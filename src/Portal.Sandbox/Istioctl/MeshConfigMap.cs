using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl;

/// <summary>The data of the ConfigMap <c>istio</c>: a profile's mesh configuration with the installer's settings.</summary>
internal static class MeshConfigMap
{
    /// <param name="settings">Paths below <c>meshConfig</c> and their values, as given with <c>--set</c>.</param>
    public static JsonObject Data(bool accessLogs, IReadOnlyDictionary<string, string> settings)
    {
        var mesh = new JsonObject();
        if (accessLogs) mesh["accessLogFile"] = "/dev/stdout";
        mesh["defaultConfig"] = new JsonObject { ["discoveryAddress"] = "istiod.istio-system.svc:15012" };
        mesh["defaultProviders"] = new JsonObject { ["metrics"] = new JsonArray("prometheus") };
        mesh["enablePrometheusMerge"] = "true";
        if (accessLogs)
        {
            // The demo profile knows where traces could go; a Telemetry object has to name one of these.
            mesh["extensionProviders"] = new JsonArray(
                new JsonObject { ["name"] = "otel", ["envoyOtelAls"] = Collector("opentelemetry-collector.observability", 4317) },
                new JsonObject { ["name"] = "skywalking", ["skywalking"] = Collector("tracing.istio-system", 11800) },
                new JsonObject { ["name"] = "otel-tracing", ["opentelemetry"] = Collector("opentelemetry-collector.observability", 4317) },
                new JsonObject { ["name"] = "jaeger", ["opentelemetry"] = Collector("jaeger-collector.istio-system", 4317) });
        }
        mesh["rootNamespace"] = "istio-system";
        mesh["trustDomain"] = "cluster.local";
        foreach (var (path, value) in settings)
        {
            var parts = path.Split('.');
            var parent = mesh;
            foreach (var part in parts[..^1]) parent = parent.Ensure(part);
            parent[parts[^1]] = value;
        }
        var text = new StringBuilder();
        Write(text, mesh, "");
        return new() { ["mesh"] = text.ToString(), ["meshNetworks"] = "networks: {}" };
    }

    private static JsonObject Collector(string service, int port) => new() { ["port"] = port, ["service"] = service + ".svc.cluster.local" };

    private static void Write(StringBuilder text, JsonObject map, string indent)
    {
        foreach (var (name, value) in map)
        {
            switch (value)
            {
                case JsonObject child:
                    text.Append(indent).Append(name).Append(":\n");
                    Write(text, child, indent + "  ");
                    break;
                case JsonArray list:
                    text.Append(indent).Append(name).Append(":\n");
                    foreach (var item in list)
                    {
                        if (item is not JsonObject entry)
                        {
                            text.Append(indent).Append("- ").Append(item.Str()).Append('\n');
                            continue;
                        }
                        var lines = new StringBuilder();
                        Write(lines, entry, indent + "  ");
                        text.Append(indent).Append("- ").Append(lines.ToString(), indent.Length + 2, lines.Length - indent.Length - 2);
                    }
                    break;
                default:
                    text.Append(indent).Append(name).Append(": ").Append(value is JsonValue v && v.ToString() is { Length: > 0 } scalar ? scalar : "\"\"").Append('\n');
                    break;
            }
        }
    }
}
