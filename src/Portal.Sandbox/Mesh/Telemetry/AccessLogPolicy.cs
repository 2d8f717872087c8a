using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>Which requests a proxy writes into its access log.</summary>
/// <param name="Client">Requests that leave the pod (and all of a gateway).</param>
/// <param name="Server">Requests that come to it.</param>
internal sealed record AccessLogPolicy(bool Client, bool Server)
{
    /// <summary>Null where nothing is written. Telemetry objects stand above the mesh's own setting.</summary>
    public static AccessLogPolicy? Of(JsonObject? mesh, IReadOnlyList<MeshObject> telemetries, PodInstance pod)
    {
        var on = mesh.Str("accessLogFile") is { Length: > 0 };
        var (client, server) = (on, on);
        foreach (var rule in TelemetryLevels.Of(telemetries, "accessLogging", pod.Namespace, pod.Labels))
        {
            // Only what goes to the proxy's own output can be seen here.
            if (rule.Objects("providers").ToList() is { Count: > 0 } providers && !providers.Exists(p => p.Str("name") == "envoy")) continue;
            var enabled = rule.Flag("disabled") != true;
            var mode = rule.Str("match", "mode");
            if (mode is not "SERVER") client = enabled;
            if (mode is not "CLIENT") server = enabled;
        }
        return client || server ? new(client, server) : null;
    }
}
