using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Labs.Traffic;

/// <summary>Reads the traffic of a mesh from its Prometheus.</summary>
internal static class TrafficReader
{
    private const string Sides =
        "source_workload_namespace, source_workload, destination_service_namespace, destination_service_name, "
        + "destination_workload";

    private const string Requests =
        $$"""sum by ({{Sides}}, response_code) (rate(istio_requests_total{reporter="source"}[1m])) > 0""";

    private const string Latency = "histogram_quantile(0.95, sum by (" + Sides + ", le) "
        + """(rate(istio_request_duration_milliseconds_bucket{reporter="source"}[1m])))""";

    public static async Task<MeshTraffic> ReadAsync(ClusterApi api, CancellationToken cancellationToken)
    {
        try
        {
            var service = Prometheus.OfIstio;
            var (status, requests) = await service.QueryAsync(api, Requests, cancellationToken).ConfigureAwait(false);
            if (ServiceProxy.IsAbsent(status)) return MeshTraffic.NotInstalled;
            if (status != 200) return new(true, [], $"Prometheus answers with status {status}.");
            var (_, latency) = await service.QueryAsync(api, Latency, cancellationToken).ConfigureAwait(false);
            return new(true, [.. Read(requests, latency)]);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            return new(true, [], "Prometheus does not answer. The numbers come back when it does.");
        }
    }

    private static IEnumerable<MeshFlow> Read(JsonElement requests, JsonElement latency)
    {
        var times = Samples(latency).GroupBy(s => s.Flow).ToDictionary(g => g.Key, g => g.First().Value);
        foreach (var flow in Samples(requests).GroupBy(s => s.Flow))
        {
            double? p95 = times.TryGetValue(flow.Key, out var time) ? time : null;
            yield return flow.Key with
            {
                Rate = flow.Sum(s => s.Value),
                Errors = flow.Where(s => Prometheus.IsError(s.Code)).Sum(s => s.Value),
                P95 = p95 is null ? null : Prometheus.Milliseconds(p95.Value),
            };
        }
    }

    private static IEnumerable<(MeshFlow Flow, string Code, double Value)> Samples(JsonElement data)
    {
        foreach (var (labels, value) in PromSamples.Vector(data))
        {
            string Of(string name) => labels.GetValueOrDefault(name, "");
            var flow = new MeshFlow(
                Of("source_workload_namespace"),
                Of("source_workload"),
                Of("destination_service_namespace"),
                Of("destination_service_name"),
                Of("destination_workload"),
                0,
                0,
                null
            );
            yield return (flow, Of("response_code"), value);
        }
    }
}
