using Portal.Sandbox.Mesh.Proxies;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>Turns what a proxy just did into its metrics.</summary>
internal static class RequestRecorder
{
    private const int HeaderBytes = 180;

    /// <summary>A request that a client's proxy or a gateway sent; retries count once.</summary>
    public static void Outbound(PodInstance client, Router execution, HttpCall call, HttpReply reply, bool stream, TimeSpan elapsed)
    {
        var cluster = client.Cluster;
        var service = execution.Upstream?.Service;
        var peer = execution.Endpoint is { ExternalHost: null } endpoint
            ? cluster.Pods.FindByIp(endpoint.Ip)?.Workload
            : null;
        var host =
            execution.ClusterName is "PassthroughCluster" or "BlackHoleCluster" ? execution.ClusterName
            : execution.Upstream is { Exists: false } ? "unknown"
            : Short(call.Host);
        // A gateway does not believe what callers from outside write into the Host header.
        if (service is null && !client.HasSidecar) host = "unknown";
        Record(client, new(true, peer, service, host, Protocol(call), reply.Status, reply.Flags, execution.Mutual, Grpc(call, reply)), stream, call, reply, elapsed);
    }

    /// <summary>A request that a server's proxy let in or refused.</summary>
    public static void Inbound(PodInstance server, PodInstance? client, MeshService? service, HttpCall call, HttpReply reply, bool stream, TimeSpan elapsed)
    {
        // Only proxies say who they are.
        var peer = client?.Sidecar is not null ? client.Workload : null;
        Record(
            server,
            new(
                false,
                peer,
                service,
                Short(call.Host),
                Protocol(call),
                reply.Status,
                reply.Flags,
                call.Mutual,
                Grpc(call, reply)
            ),
            stream,
            call,
            reply,
            elapsed
        );
    }

    private static void Record(PodInstance pod, in RequestLabels labels, bool tcp, HttpCall call, HttpReply reply, TimeSpan elapsed)
    {
        var now = pod.Cluster.Telemetry.Now;
        var (sent, answered) = (HeaderBytes + call.Path.Length + call.Body.Length, HeaderBytes + reply.Body.Length);
        var (atSource, peer) = (labels.AtSource, labels.Peer);
        var changes = pod.Cluster.Mesh.Config.Settings.MetricsOf(pod)?.Changes(atSource, () => RequestAttributes.Of(pod, atSource, peer, tcp ? call with { Raw = true } : call, reply, elapsed));
        if (tcp) pod.Metrics.RecordConnection(labels, changes, now, sent, answered);
        else pod.Metrics.Record(labels, changes, now, elapsed.TotalMilliseconds, sent, answered);
    }

    /// <summary>A name that a client made up, as far as a DNS name can be long.</summary>
    private static string Short(string host) => host.Length <= 253 ? host : host[..253];

    private static string Protocol(HttpCall call) => IsGrpc(call) ? "grpc" : "http";

    private static string? Grpc(HttpCall call, HttpReply reply) => IsGrpc(call) ? reply.Headers["grpc-status"] ?? "" : null;

    private static bool IsGrpc(HttpCall call) => call.Headers["content-type"]?.StartsWith("application/grpc", StringComparison.Ordinal) == true;
}
