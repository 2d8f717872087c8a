using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs.Observability.Kiali;

/// <summary>Who talks to whom: nodes and edges in the form that Kiali's graph API has (Cytoscape elements).</summary>
internal static class TrafficGraph
{
    private const string Sides = "source_workload, source_workload_namespace, source_app, source_version, destination_workload, destination_workload_namespace, destination_app, destination_version, destination_service, destination_service_name, destination_service_namespace";

    private sealed record Node(string Id, string Namespace, string Workload, string App, string Version, string Service, string Type);

    private sealed class Edge(Node source, Node target)
    {
        public Node Source => source;
        public Node Target => target;
        public Dictionary<string, double> Codes { get; } = new(StringComparer.Ordinal);
        public Dictionary<string, double> Flags { get; } = new(StringComparer.Ordinal);
        public double Mutual { get; set; }
        public double Seen { get; set; }
        public double? Slow { get; set; }
        public double Rate => Codes.Values.Sum();
        public double Errors => Codes.Where(c => c.Key is "-" or "0" || c.Key[0] is '4' or '5').Sum(c => c.Value);
    }

    /// <summary>Null when Prometheus does not answer.</summary>
    public static async Task<JsonObject?> ComputeAsync(ContainerInstance container, IReadOnlyList<string> namespaces, long seconds, CancellationToken cancellationToken)
    {
        var pattern = string.Join('|', namespaces.Select(System.Text.RegularExpressions.Regex.Escape)).Replace("\\", "\\\\", StringComparison.Ordinal);
        var edges = new Dictionary<(string, string), Edge>();
        // A proxy at the source sees what never arrived; without one there the destination is the only witness.
        foreach (var reporter in new[] { "reporter=\"source\"", "reporter=\"destination\",source_workload=\"unknown\"" })
        {
            foreach (var side in new[] { "source_workload_namespace", "destination_service_namespace" })
            {
                var query = string.Create(CultureInfo.InvariantCulture, $"sum by ({Sides}, response_code, response_flags) (rate(istio_requests_total{{{reporter},{side}=~\"{pattern}\"}}[{seconds}s])) > 0");
                if (await PrometheusClient.QueryAsync(container, query, cancellationToken).ConfigureAwait(false) is not { } samples) return null;
                foreach (var (m, rate) in samples)
                {
                    var edge = EdgeOf(edges, m);
                    var code = m.Str("response_code") is { } c && c != "0" ? c : "-";
                    // A request inside the namespaces is found from both sides.
                    var key = $"{code} {m.Str("response_flags")} {m.Str("destination_service")}";
                    if (!edge.Flags.TryAdd(key, rate)) continue;
                    edge.Codes[code] = edge.Codes.GetValueOrDefault(code) + rate;
                }
            }
        }
        var arrived = await PrometheusClient.QueryAsync(container, string.Create(CultureInfo.InvariantCulture, $"sum by ({Sides}, connection_security_policy) (rate(istio_requests_total{{reporter=\"destination\"}}[{seconds}s])) > 0"), cancellationToken).ConfigureAwait(false) ?? [];
        foreach (var (m, rate) in arrived)
        {
            if (!edges.TryGetValue((NodeOf(m, "source").Id, NodeOf(m, "destination").Id), out var edge)) continue;
            edge.Seen += rate;
            if (m.Str("connection_security_policy") == "mutual_tls") edge.Mutual += rate;
        }
        var slow = await PrometheusClient.QueryAsync(container, string.Create(CultureInfo.InvariantCulture, $"histogram_quantile(0.95, sum by (le, {Sides}) (rate(istio_request_duration_milliseconds_bucket{{reporter=\"source\"}}[{seconds}s])))"), cancellationToken).ConfigureAwait(false) ?? [];
        foreach (var (m, value) in slow)
            if (!double.IsNaN(value) && edges.TryGetValue((NodeOf(m, "source").Id, NodeOf(m, "destination").Id), out var edge)) edge.Slow = Math.Max(edge.Slow ?? 0, value);
        return Write([.. edges.Values]);
    }

    private static Edge EdgeOf(Dictionary<(string, string), Edge> edges, JsonObject metric)
    {
        var (source, target) = (NodeOf(metric, "source"), NodeOf(metric, "destination"));
        if (!edges.TryGetValue((source.Id, target.Id), out var edge)) edges[(source.Id, target.Id)] = edge = new(source, target);
        return edge;
    }

    private static Node NodeOf(JsonObject m, string side)
    {
        var (workload, ns) = (m.Str(side + "_workload") ?? "unknown", m.Str(side + "_workload_namespace") ?? "unknown");
        // No pod behind it: an external service, or one without a healthy endpoint.
        if (workload == "unknown" && side == "destination")
        {
            var service = m.Str("destination_service_name") ?? "unknown";
            return new($"service/{m.Str("destination_service_namespace")}/{service}", m.Str("destination_service_namespace") ?? "unknown", "", "", "", service, "service");
        }
        if (workload == "unknown") return new("unknown", "unknown", "unknown", "unknown", "", "", "unknown");
        var (app, version) = (m.Str(side + "_app") ?? "unknown", m.Str(side + "_version") ?? "unknown");
        return new($"{ns}/{workload}", ns, workload, app == "unknown" ? workload : app, version == "unknown" ? "" : version, "", app == "unknown" ? "workload" : "app");
    }

    private static JsonObject Write(List<Edge> edges)
    {
        static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
        var nodes = edges.SelectMany(e => new[] { e.Source, e.Target }).DistinctBy(n => n.Id).OrderBy(n => n.Id, StringComparer.Ordinal).ToList();
        return new()
        {
            ["nodes"] = new JsonArray([.. nodes.Select(n => (JsonNode)new JsonObject
            {
                ["data"] = new JsonObject
                {
                    ["id"] = n.Id, ["nodeType"] = n.Type, ["cluster"] = "Kubernetes", ["namespace"] = n.Namespace, ["workload"] = n.Workload, ["app"] = n.App, ["version"] = n.Version, ["service"] = n.Service,
                    ["isRoot"] = !edges.Exists(e => e.Target.Id == n.Id), ["isOutside"] = n.Namespace == "unknown",
                    ["traffic"] = new JsonArray(new JsonObject { ["protocol"] = "http", ["rates"] = new JsonObject { ["httpIn"] = Number(edges.Where(e => e.Target.Id == n.Id).Sum(e => e.Rate)), ["httpOut"] = Number(edges.Where(e => e.Source.Id == n.Id).Sum(e => e.Rate)) } }),
                },
            })]),
            ["edges"] = new JsonArray([.. edges.OrderBy(e => e.Source.Id + e.Target.Id, StringComparer.Ordinal).Select(e => (JsonNode)new JsonObject
            {
                ["data"] = new JsonObject
                {
                    ["id"] = e.Source.Id + "->" + e.Target.Id, ["source"] = e.Source.Id, ["target"] = e.Target.Id,
                    ["isMTLS"] = e.Seen > 0 ? ((int)Math.Round(100 * e.Mutual / e.Seen)).ToString(CultureInfo.InvariantCulture) : "0",
                    ["responseTime"] = e.Slow is { } ms ? ((long)Math.Round(ms)).ToString(CultureInfo.InvariantCulture) : "",
                    ["traffic"] = new JsonObject
                    {
                        ["protocol"] = "http",
                        ["rates"] = new JsonObject { ["http"] = Number(e.Rate), ["httpPercentErr"] = e.Rate > 0 ? (100 * e.Errors / e.Rate).ToString("0.0", CultureInfo.InvariantCulture) : "0.0" },
                        ["responses"] = new JsonObject([.. e.Codes.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => KeyValuePair.Create<string, JsonNode?>(c.Key, new JsonObject { ["share"] = (100 * c.Value / e.Rate).ToString("0.0", CultureInfo.InvariantCulture) }))]),
                    },
                },
            })]),
        };
    }
}
