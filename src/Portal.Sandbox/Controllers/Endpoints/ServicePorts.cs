using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Controllers;

/// <summary>The ports behind a service's ports.</summary>
internal static class ServicePorts
{
    /// <summary>The ports of one pod; a named port that the pod does not have is left out.</summary>
    public static JsonArray Of(JsonObject service, JsonObject pod, bool withAppProtocol)
    {
        var ports = new JsonArray();
        foreach (var p in service.Objects("spec", "ports"))
        {
            if (p["targetPort"].Num() is null && p.Str("targetPort") is { } named && !ContainerPorts(pod).Any(c => c.Str("name") == named)) continue;
            var port = new JsonObject();
            if (withAppProtocol && p.Str("appProtocol") is { } app) port["appProtocol"] = app;
            if (p.Str("name") is { Length: > 0 } name) port["name"] = name;
            port["port"] = TargetPort(p, pod);
            port["protocol"] = p.Str("protocol");
            ports.Add(port);
        }
        return ports;
    }

    /// <summary>The pod port behind a service port: a number, or the name of a container port.</summary>
    public static int TargetPort(JsonObject servicePort, JsonObject? pod)
    {
        if (servicePort["targetPort"].Num() is { } number) return (int)number;
        var name = servicePort.Str("targetPort");
        return ContainerPorts(pod).FirstOrDefault(p => p.Str("name") == name).Int(servicePort.Int(0, "port"), "containerPort");
    }

    private static IEnumerable<JsonObject> ContainerPorts(JsonObject? pod) => pod.Objects("spec", "containers").Concat(pod.Objects("spec", "initContainers")).SelectMany(c => c.Objects("ports"));
}
