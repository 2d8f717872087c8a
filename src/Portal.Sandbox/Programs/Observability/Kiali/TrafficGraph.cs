using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs.Observability.Kiali;

/// <summary>Who talks to whom: nodes and edges in the form that Kiali's graph API has (Cytoscape elements).</summary>
internal static class TrafficGraph
{
    private const string Sides = "source_workload, source_workload_namespace, source_app, source_version, destination_workload, destination_workload_namespace, destination_app, destination_version, destination_service, destination_service_name, destination_service_namespace, request_protocol";

    /// <summary>Null when Prometheus does not answer.</summary>
    public static async Task<JsonObject?> ComputeAsync(ContainerInstance container, IReadOnlyList<string> namespaces, long seconds, CancellationToken cancellationToken)
    {
        var pattern = string.Join('|', namespaces.Select(System.Text.RegularExpressions.Regex.Escape)).Replace("\\", "\\\\", StringComparison.Ordinal);
        var edges = new Dictionary<(string, string, string), TrafficEdge>();
        Task<List<(JsonObject Metric, double Value)>?> Ask(string query) => PrometheusClient.QueryAsync(container, query, cancellationToken);
        string Rate(string by, string metric, string selector) => string.Create(CultureInfo.InvariantCulture, $"sum by ({Sides}{by}) (rate({metric}{{{selector}}}[{seconds}s]))");
        // A proxy at the source sees what never arrived; without one there the destination is the only witness.
        foreach (var reporter in new[] { "reporter=\"source\"", "reporter=\"destination\",source_workload=\"unknown\"" })
        {
            foreach (var side in new[] { "source_workload_namespace", "destination_service_namespace" })
            {
                var selector = $"{reporter},{side}=~\"{pattern}\"";
                if (await Ask(Rate(", response_code, grpc_response_status, response_flags", "istio_requests_total", selector) + " > 0").ConfigureAwait(false) is not { } samples) return null;
                foreach (var (m, rate) in samples) Count(EdgeOf(edges, m), m, Code(m), rate);
                foreach (var (m, rate) in await Ask(Rate(", response_flags", "istio_tcp_sent_bytes_total", selector) + " > 0").ConfigureAwait(false) ?? []) Count(EdgeOf(edges, m), m, "-", rate);
            }
        }
        // Only the destination knows whether TLS was mutual.
        foreach (var metric in new[] { "istio_requests_total", "istio_tcp_sent_bytes_total" })
        {
            foreach (var (m, rate) in await Ask(Rate(", connection_security_policy", metric, "reporter=\"destination\"") + " > 0").ConfigureAwait(false) ?? [])
            {
                if (!edges.TryGetValue(KeyOf(m), out var edge)) continue;
                edge.Seen += rate;
                if (m.Str("connection_security_policy") == "mutual_tls") edge.Mutual += rate;
            }
        }
        foreach (var (m, value) in await Ask($"histogram_quantile(0.95, {Rate(", le", "istio_request_duration_milliseconds_bucket", "reporter=\"source\"")})").ConfigureAwait(false) ?? [])
            if (!double.IsNaN(value) && edges.TryGetValue(KeyOf(m), out var edge)) edge.Slow = Math.Max(edge.Slow ?? 0, value);
        return Write([.. edges.Values]);
    }

    private static void Count(TrafficEdge edge, JsonObject m, string code, double rate)
    {
        if (edge.Counted.Add($"{code} {m.Str("response_flags")} {m.Str("destination_service")}")) edge.Codes[code] = edge.Codes.GetValueOrDefault(code) + rate;
    }

    private static string Code(JsonObject m) => m.Str("request_protocol") == "grpc" && m.Str("grpc_response_status") is { Length: > 0 } status ? status : m.Str("response_code") is { } c && c != "0" ? c : "-";

    private static (string, string, string) KeyOf(JsonObject m) => (TrafficNode.Of(m, "source").Id, TrafficNode.Of(m, "destination").Id, Protocol(m));

    private static string Protocol(JsonObject m) => m.Str("request_protocol") is { Length: > 0 } protocol ? protocol : "http";

    private static TrafficEdge EdgeOf(Dictionary<(string, string, string), TrafficEdge> edges, JsonObject m)
    {
        var key = KeyOf(m);
        if (!edges.TryGetValue(key, out var edge)) edges[key] = edge = new(TrafficNode.Of(m, "source"), TrafficNode.Of(m, "destination"), key.Item3);
        return edge;
    }

    private static JsonObject Write(List<TrafficEdge> edges)
    {
        var nodes = edges.SelectMany(e => new[] { e.Source, e.Target }).DistinctBy(n => n.Id).OrderBy(n => n.Id, StringComparer.Ordinal);
        return new()
        {
            ["nodes"] = new JsonArray([.. nodes.Select(n => (JsonNode)new JsonObject
            {
                ["data"] = new JsonObject
                {
                    ["id"] = n.Id, ["nodeType"] = n.Type, ["cluster"] = "Kubernetes", ["namespace"] = n.Namespace, ["workload"] = n.Workload, ["app"] = n.App, ["version"] = n.Version, ["service"] = n.Service,
                    ["isRoot"] = !edges.Exists(e => e.Target.Id == n.Id), ["isOutside"] = n.Namespace == "unknown",
                    ["traffic"] = new JsonArray([.. edges.Where(e => e.Source.Id == n.Id || e.Target.Id == n.Id).Select(e => e.Protocol).Distinct().Order(StringComparer.Ordinal).Select(p => (JsonNode)new JsonObject
                    {
                        ["protocol"] = p,
                        ["rates"] = new JsonObject { [p + "In"] = Total(edges.Where(e => e.Protocol == p && e.Target.Id == n.Id)), [p + "Out"] = Total(edges.Where(e => e.Protocol == p && e.Source.Id == n.Id)) },
                    })]),
                },
            })]),
            ["edges"] = new JsonArray([.. edges.OrderBy(e => e.Source.Id + e.Target.Id + e.Protocol, StringComparer.Ordinal).Select(e => (JsonNode)e.Write())]),
        };
    }

    private static string Total(IEnumerable<TrafficEdge> edges) => TrafficEdge.Number(edges.Sum(e => e.Rate));
}
