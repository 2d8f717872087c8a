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
    /// <summary>The provider that every mesh has.</summary>
    private const string MeshProvider = "envoy";

    /// <param name="Filter">What must hold of a request; null for any.</param>
    /// <param name="Format">Null for Istio's own text.</param>
    internal sealed record Side(CelNode? Filter, AccessLogFormat? Format);

    /// <summary>Null where nothing is written. Telemetry objects stand above the mesh's own setting.</summary>
    public static AccessLogPolicy? Of(JsonObject? mesh, IReadOnlyList<MeshObject> telemetries, PodInstance pod)
    {
        var defaults = mesh.Strings("defaultProviders", "accessLogging").ToList();
        Side? client = mesh.Str("accessLogFile") is { Length: > 0 } ? new(null, AccessLogFormat.OfMesh(mesh)) : Choose(mesh, defaults, null), server = client;
        foreach (var rule in TelemetryLevels.Of(telemetries, "accessLogging", pod.Namespace, pod.Labels))
        {
            var providers = rule.Objects("providers").Select(p => p.Str("name") ?? "").ToList();
            if (providers.Count == 0) providers = defaults.Count > 0 ? defaults : [MeshProvider];
            if (Choose(mesh, providers, rule.Str("filter", "expression") is { Length: > 0 } text ? RequestAttributes.Compile(text) : null) is not { } side) continue;
            if (rule.Flag("disabled") == true) side = null;
            var mode = rule.Str("match", "mode");
            if (mode is not "SERVER") client = side;
            if (mode is not "CLIENT") server = side;
        }
        return client is not null || server is not null ? new(client, server) : null;
    }

    /// <summary>Only what goes to the proxy's own output can be seen here: of the named providers the mesh's own, or one that writes a file.</summary>
    private static Side? Choose(JsonObject? mesh, List<string> providers, CelNode? filter)
    {
        foreach (var name in providers)
        {
            if (name == MeshProvider) return new(filter, AccessLogFormat.OfMesh(mesh));
            if (mesh.Objects("extensionProviders").FirstOrDefault(p => p.Str("name") == name).Obj("envoyFileAccessLog") is { } file) return new(filter, AccessLogFormat.OfProvider(file));
        }
        return null;
    }

    /// <summary>How a request is written; null when it is not.</summary>
    public Side? SideOf(PodInstance pod, bool atSource, HttpCall call, HttpReply reply, TimeSpan elapsed)
    {
        // All that a gateway does, it does as a client.
        if ((atSource ? Client : Server) is not { } side) return null;
        // Envoy leaves out what its filter cannot decide.
        return side.Filter is null || (RequestAttributes.Evaluate(side.Filter, RequestAttributes.Of(pod, atSource, atSource ? null : call.Source?.Workload, call, reply, elapsed)) is true) ? side : null;
    }
}
