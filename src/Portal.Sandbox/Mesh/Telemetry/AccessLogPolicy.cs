using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Schema.Cel;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>Which requests a proxy writes into its access log.</summary>
/// <param name="Client">Requests that leave the pod (and all of a gateway).</param>
/// <param name="Server">Requests that come to it.</param>
internal sealed record AccessLogPolicy(AccessLogPolicy.Side? Client, AccessLogPolicy.Side? Server)
{
    /// <param name="Filter">What must hold of a request; null for any.</param>
    internal sealed record Side(CelNode? Filter);

    /// <summary>Null where nothing is written. Telemetry objects stand above the mesh's own setting.</summary>
    public static AccessLogPolicy? Of(JsonObject? mesh, IReadOnlyList<MeshObject> telemetries, PodInstance pod)
    {
        var on = mesh.Str("accessLogFile") is { Length: > 0 };
        Side? client = on ? new(null) : null, server = client;
        foreach (var rule in TelemetryLevels.Of(telemetries, "accessLogging", pod.Namespace, pod.Labels))
        {
            // Only what goes to the proxy's own output can be seen here.
            if (rule.Objects("providers").ToList() is { Count: > 0 } providers && !providers.Exists(p => p.Str("name") == "envoy")) continue;
            var side = rule.Flag("disabled") == true ? null : new Side(rule.Str("filter", "expression") is { Length: > 0 } text ? RequestAttributes.Compile(text) : null);
            var mode = rule.Str("match", "mode");
            if (mode is not "SERVER") client = side;
            if (mode is not "CLIENT") server = side;
        }
        return client is not null || server is not null ? new(client, server) : null;
    }

    public bool Writes(PodInstance pod, bool atSource, HttpCall call, HttpReply reply, TimeSpan elapsed)
    {
        // All that a gateway does, it does as a client.
        if ((atSource ? Client : Server) is not { } side) return false;
        // Envoy leaves out what its filter cannot decide.
        return side.Filter is null || RequestAttributes.Evaluate(side.Filter, RequestAttributes.Of(pod, atSource, atSource ? null : call.Source?.Workload, call, reply, elapsed)) is true;
    }
}
