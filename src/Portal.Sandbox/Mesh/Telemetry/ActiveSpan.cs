using System.Globalization;
using System.Security.Cryptography;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>A span that has begun: it joined the caller's trace or started one, and wrote itself into the headers for the next hop.</summary>
internal sealed class ActiveSpan
{
    /// <summary>Envoy's <c>max_path_tag_length</c>, applied to whatever a client writes.</summary>
    private const int MaxTag = 256;

    private readonly PodInstance _pod;
    private readonly TracingPolicy _policy;
    private readonly string _traceId;
    private readonly string _spanId;
    private readonly string? _parentId;
    private readonly bool _server;
    private readonly DateTimeOffset _start;

    private ActiveSpan(PodInstance pod, TracingPolicy policy, string traceId, string? parentId, bool server)
    {
        (_pod, _policy, _traceId, _parentId, _server) = (pod, policy, traceId, parentId, server);
        _spanId = NewId(8);
        _start = pod.Cluster.Now;
    }

    /// <summary>Null when the proxy does not trace this request; headers then pass as they came.</summary>
    public static ActiveSpan? Begin(PodInstance pod, HttpHeaders headers, bool server)
    {
        var config = pod.Cluster.Mesh.Config;
        if (config.Settings.TracingOf(pod) is not { } policy) return null;
        var (traceId, parentId, sampled) = policy.Zipkin ? ReadB3(headers) : ReadW3C(headers);
        sampled ??= Random.Shared.NextDouble() * 100 < policy.Sampling;
        var span = new ActiveSpan(pod, policy, traceId ?? NewId(16), parentId, server);
        span.Write(headers, sampled.Value);
        return sampled.Value && policy.Reports && config.FindHost(policy.Collector, pod.Namespace) is { Endpoints.Count: > 0 } ? span : null;
    }

    /// <param name="operation">Host and path of the route, as Istio decorates it.</param>
    public void Finish(
        HttpCall call,
        HttpReply reply,
        TimeSpan elapsed,
        string operation,
        string upstreamCluster,
        string peer
    )
    {
        var cluster = _pod.Cluster;
        var self = _pod.Workload;
        var failed = reply.Failed || reply.Status >= 500;
        List<KeyValuePair<string, string>> tags =
        [
            new("span.kind", _server ? "server" : "client"), new("component", "proxy"), new("node_id", $"{(_pod.HasSidecar ? "sidecar" : "router")}~{_pod.Ip}~{_pod.Name}.{_pod.Namespace}~{_pod.Namespace}.svc.cluster.local"),
            new("guid:x-request-id", call.Headers["x-request-id"] ?? ""), new("http.url", $"http://{call.Authority}{call.Path}"), new("http.method", call.Method), new("http.protocol", "HTTP/1.1"),
            new("user_agent", call.Headers["user-agent"] ?? "-"), new("peer.address", peer), new("upstream_cluster", upstreamCluster), new("upstream_cluster.name", upstreamCluster),
            new("http.status_code", reply.Status.ToString(CultureInfo.InvariantCulture)), new("request_size", call.Body.Length.ToString(CultureInfo.InvariantCulture)), new("response_size", reply.Body.Length.ToString(CultureInfo.InvariantCulture)),
            new("response_flags", reply.Flags), new("istio.canonical_service", self.CanonicalName), new("istio.canonical_revision", self.CanonicalRevision), new("istio.namespace", self.Namespace), new("istio.mesh_id", "cluster.local"), new("istio.cluster_id", "Kubernetes"),
            .. _policy.CustomTags,
        ];
        if (failed)
            tags.Add(new("error", "true"));
        for (var i = 0; i < tags.Count; i++)
            if (tags[i].Value.Length > MaxTag)
                tags[i] = new(tags[i].Key, tags[i].Value[..MaxTag]);
        cluster.Telemetry.Spans.Add(
            new(
                _traceId,
                _spanId,
                _parentId,
                $"{self.CanonicalName}.{self.Namespace}",
                operation.Length > MaxTag ? operation[..MaxTag] : operation,
                _server,
                Micros(_start),
                Math.Max(1, elapsed.Ticks / TimeSpan.TicksPerMicrosecond),
                _pod.Name,
                _pod.Ip,
                tags
            )
        );
    }

    private void Write(HttpHeaders headers, bool sampled)
    {
        if (_policy.Zipkin)
        {
            headers["x-b3-traceid"] = _traceId;
            headers["x-b3-spanid"] = _spanId;
            headers["x-b3-parentspanid"] = _parentId;
            headers["x-b3-sampled"] = sampled ? "1" : "0";
        }
        else headers["traceparent"] = $"00-{_traceId}-{_spanId}-{(sampled ? "01" : "00")}";
    }

    private static (string? Trace, string? Parent, bool? Sampled) ReadB3(HttpHeaders headers) =>
        headers["x-b3-traceid"] is { Length: 16 or 32 } trace
            ? (
                trace.ToLowerInvariant(),
                headers["x-b3-spanid"] is { Length: 16 } parent ? parent : null,
                headers["x-b3-sampled"] switch
                {
                    "1" or "true" => true,
                    "0" or "false" => false,
                    _ => null,
                }
            )
            : (null, null, null);

    private static (string? Trace, string? Parent, bool? Sampled) ReadW3C(HttpHeaders headers) =>
        headers["traceparent"]?.Split('-') is [_, { Length: 32 } trace, { Length: 16 } parent, { Length: 2 } flags, ..] ? (trace, parent, flags[1] is '1' or '3') : (null, null, null);

    private static long Micros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    private static string NewId(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));
}
