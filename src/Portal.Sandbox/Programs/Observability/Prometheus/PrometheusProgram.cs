using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs.Observability.Prometheus;

/// <summary>
/// A Prometheus that knows the cluster's proxies. Nothing runs while nobody asks: proxies keep what they counted with its times,
/// and a query reads that as scrapes would have seen it since the pod was made.
/// </summary>
internal sealed class PrometheusProgram : IPodProgram
{
    private const string Version = "3.10.0";

    private long _since;

    public long BaseMemory => 60 << 20;

    public bool Listens(ContainerInstance container, int port) => port == 9090;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken) => ValueTask.FromResult(Answer(container, call));

    private HttpReply Answer(ContainerInstance container, HttpCall call)
    {
        switch (call.PathOnly.Trim('/').Split('/'))
        {
            case ["-", "ready"]: return HttpReply.Of(200, "Prometheus Server is Ready.\n");
            case ["-", "healthy"]: return HttpReply.Of(200, "Prometheus Server is Healthy.\n");
            case ["-", "reload"]: return HttpReply.Of(call.Method == "POST" ? 200 : 405, "");
            case [""]: return ObservabilityPage.Redirect("/query");
            case ["graph" or "query" or "targets" or "alerts"]: return ObservabilityPage.Reply("prometheus");
            case ["metrics"]: return HttpReply.Of(200, $"# TYPE prometheus_build_info gauge\nprometheus_build_info{{version=\"{Version}\"}} 1\n", "text/plain; version=0.0.4; charset=utf-8");
            case ["api", "v1", .. var path]: return Api(container, call, path);
            default: return HttpReply.Of(404, "404 page not found\n");
        }
    }

    private HttpReply Api(ContainerInstance container, HttpCall call, string[] path)
    {
        var series = Series(container);
        var api = new PromApi(series, container.Pod.Cluster.Now);
        var parameters = new QueryParameters(call);
        try
        {
            JsonNode? data = path switch
            {
                ["query"] => api.Query(parameters),
                ["query_range"] => api.QueryRange(parameters),
                ["series"] => api.Series(parameters),
                ["labels"] => api.Labels(parameters),
                ["label", var name, "values"] => api.Values(parameters, Uri.UnescapeDataString(name)),
                ["targets"] => Targets(container, series),
                ["metadata"] => Metadata(),
                ["rules"] => new JsonObject { ["groups"] = new JsonArray() },
                ["alerts"] => new JsonObject { ["alerts"] = new JsonArray() },
                ["alertmanagers"] => new JsonObject { ["activeAlertmanagers"] = new JsonArray(), ["droppedAlertmanagers"] = new JsonArray() },
                ["query_exemplars"] => new JsonArray(),
                ["status", "buildinfo"] => new JsonObject { ["version"] = Version, ["revision"] = "sandbox", ["branch"] = "HEAD", ["buildUser"] = "", ["buildDate"] = "", ["goVersion"] = "" },
                ["status", "runtimeinfo"] => new JsonObject { ["startTime"] = Started(container).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), ["CWD"] = "/prometheus", ["reloadConfigSuccess"] = true, ["lastConfigTime"] = Started(container).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), ["corruptionCount"] = 0, ["storageRetention"] = "15d" },
                ["status", "config"] => new JsonObject { ["yaml"] = container.Files.ReadText("/etc/config/prometheus.yml") ?? "" },
                ["status", "flags"] => new JsonObject { ["config.file"] = "/etc/config/prometheus.yml", ["storage.tsdb.retention.time"] = "15d", ["web.listen-address"] = "0.0.0.0:9090" },
                ["status", "tsdb"] => Head(series),
                _ => null,
            };
            return data is null ? HttpReply.Of(404, "404 page not found\n") : HttpReply.Json(200, new JsonObject { ["status"] = "success", ["data"] = data });
        }
        catch (PromException e)
        {
            return HttpReply.Json(e.Type switch { "bad_data" => 400, "timeout" => 503, _ => 422 }, new JsonObject { ["status"] = "error", ["errorType"] = e.Type, ["error"] = e.Message });
        }
    }

    private ScrapedSeries Series(ContainerInstance container)
    {
        if (_since == 0) _since = Started(container).ToUnixTimeMilliseconds();
        return new(container.Pod.Cluster, _since);
    }

    /// <summary>Since when it sees anything: the pod's creation, which a sleeping cluster does not change.</summary>
    private static DateTimeOffset Started(ContainerInstance container) =>
        DateTimeOffset.TryParse(container.Pod.Spec.Str("metadata", "creationTimestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created) ? created : container.StartedAt;

    private static JsonObject Targets(ContainerInstance container, ScrapedSeries series)
    {
        var now = container.Pod.Cluster.Now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var active = series.Targets().Select(t => (JsonNode)new JsonObject
        {
            ["discoveredLabels"] = new JsonObject { ["__address__"] = new Uri(t.Url).Authority, ["__meta_kubernetes_namespace"] = t.Pod.Namespace, ["__meta_kubernetes_pod_name"] = t.Pod.Name },
            ["labels"] = new JsonObject([.. t.Labels.Items.Select(l => KeyValuePair.Create<string, JsonNode?>(l.Key, l.Value))]),
            ["scrapePool"] = "kubernetes-pods", ["scrapeUrl"] = t.Url, ["globalUrl"] = t.Url, ["lastError"] = "", ["lastScrape"] = now, ["lastScrapeDuration"] = 0.002, ["health"] = "up", ["scrapeInterval"] = "15s", ["scrapeTimeout"] = "10s",
        });
        return new() { ["activeTargets"] = new JsonArray([.. active]), ["droppedTargets"] = new JsonArray(), ["droppedTargetCounts"] = new JsonObject() };
    }

    private static JsonObject Head(ScrapedSeries series)
    {
        var all = series.Select(null).ToList();
        var byName = all.GroupBy(s => s.Name).OrderByDescending(g => g.Count()).Take(10).Select(g => (JsonNode)new JsonObject { ["name"] = g.Key, ["value"] = g.Count() });
        return new() { ["headStats"] = new JsonObject { ["numSeries"] = all.Count }, ["seriesCountByMetricName"] = new JsonArray([.. byName]), ["labelValueCountByLabelName"] = new JsonArray(), ["memoryInBytesByLabelName"] = new JsonArray(), ["seriesCountByLabelValuePair"] = new JsonArray() };
    }

    private static JsonObject Metadata()
    {
        static JsonArray Entry(string type, string help) => new(new JsonObject { ["type"] = type, ["help"] = help, ["unit"] = "" });
        return new()
        {
            ["istio_requests_total"] = Entry("counter", "Requests that a proxy handled."),
            ["istio_request_duration_milliseconds"] = Entry("histogram", "Duration of requests."),
            ["istio_request_bytes"] = Entry("histogram", "Size of requests."),
            ["istio_response_bytes"] = Entry("histogram", "Size of responses."),
            ["istio_tcp_connections_opened_total"] = Entry("counter", "TCP connections opened."),
            ["istio_tcp_connections_closed_total"] = Entry("counter", "TCP connections closed."),
            ["istio_tcp_sent_bytes_total"] = Entry("counter", "Bytes sent in TCP connections."),
            ["istio_tcp_received_bytes_total"] = Entry("counter", "Bytes received in TCP connections."),
            ["up"] = Entry("gauge", "Whether a target answers."),
        };
    }
}
