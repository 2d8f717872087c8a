using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Labs.Traffic;

/// <summary>Reads how services do from the mesh's Prometheus.</summary>
internal static class ServiceNumbersReader
{
    private const string Sides = "destination_service_namespace, destination_service_name, destination_version";
    private const string Counted = """rate(istio_requests_total{reporter="source"}[1m])""";
    private const string Requests = $"sum by ({Sides}, response_code) ({Counted}) > 0";

    /// <summary>A subquery: only Prometheus knows what time it is in the cluster.</summary>
    private const string History = $"sum by ({Sides}) ({Counted})[10m:15s]";

    public static async Task<ServiceNumbers> ReadAsync(ClusterApi api, CancellationToken cancellationToken)
    {
        Task<(int Status, JsonElement Data)> Ask(string query) =>
            Prometheus.OfIstio.QueryAsync(api, query, cancellationToken);

        async Task<Dictionary<RowKey, TimeSpan>> AskQuantile(string quantile) =>
            Latencies((await Ask(Latency(quantile)).ConfigureAwait(false)).Data);

        try
        {
            var (status, requests) = await Ask(Requests).ConfigureAwait(false);
            if (ServiceProxy.IsAbsent(status))
                return ServiceNumbers.NotInstalled;
            if (status != 200)
                return new(true, [], $"Prometheus answers with status {status}.");
            var (_, history) = await Ask(History).ConfigureAwait(false);
            var p50 = await AskQuantile("0.5").ConfigureAwait(false);
            var p95 = await AskQuantile("0.95").ConfigureAwait(false);
            var p99 = await AskQuantile("0.99").ConfigureAwait(false);
            var now = PromSamples.Vector(requests).ToLookup(s => RowKey.Of(s.Labels));
            // Who had traffic in the last ten minutes stays, with none now.
            var rows =
                from series in PromSamples.Matrix(history)
                where series.Points.Any(p => p.Rate > 0)
                let key = RowKey.Of(series.Labels)
                orderby key.Namespace, key.Service, key.Version
                select new ServiceNumbersRow(
                    key.Namespace,
                    key.Service,
                    key.Version,
                    now[key].Sum(s => s.Value),
                    now[key]
                        .Where(s => Prometheus.IsError(s.Labels.GetValueOrDefault("response_code", "")))
                        .Sum(s => s.Value),
                    Of(p50, key),
                    Of(p95, key),
                    Of(p99, key),
                    series.Points
                );
            return new(true, [.. rows]);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            return new(true, [], "Prometheus does not answer. The numbers come back when it does.");
        }
    }

    private static string Latency(string quantile) =>
        $"histogram_quantile({quantile}, sum by ({Sides}, le) "
        + """(rate(istio_request_duration_milliseconds_bucket{reporter="source"}[1m])))""";

    private static Dictionary<RowKey, TimeSpan> Latencies(JsonElement data) =>
        PromSamples
            .Vector(data)
            .GroupBy(s => RowKey.Of(s.Labels))
            .ToDictionary(g => g.Key, g => Prometheus.Milliseconds(g.First().Value));

    private static TimeSpan? Of(Dictionary<RowKey, TimeSpan> times, RowKey key) =>
        times.TryGetValue(key, out var time) ? time : null;

    private readonly record struct RowKey(string Namespace, string Service, string Version)
    {
        public static RowKey Of(IReadOnlyDictionary<string, string> labels)
        {
            string Label(string name) => labels.GetValueOrDefault(name, "") is var value and not "unknown" ? value : "";
            return new(
                Label("destination_service_namespace"),
                Label("destination_service_name"),
                Label("destination_version")
            );
        }
    }
}
