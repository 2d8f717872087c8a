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
                    foreach (var item in list) text.Append(indent).Append("- ").Append(item.Str()).Append('\n');
                    break;
                default:
                    text.Append(indent).Append(name).Append(": ").Append(value.Str() is { Length: > 0 } scalar ? scalar : "\"\"").Append('\n');
                    break;
            }
        }
    }
}
