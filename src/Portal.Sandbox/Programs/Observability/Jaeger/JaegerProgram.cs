using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Telemetry;

namespace Portal.Sandbox.Programs.Observability.Jaeger;

/// <summary>Jaeger: the query API and page over the spans that proxies sent since its pod was there.</summary>
internal sealed class JaegerProgram : IPodProgram
{
    private const int DefaultLimit = 20;

    public long BaseMemory => 40 << 20;

    public bool Listens(ContainerInstance container, int port) => port is 16686 or 16685 or 4317 or 4318 or 9411 or 14268 or 14250 or 13133;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken) =>
        ValueTask.FromResult(port switch
        {
            13133 => HttpReply.Of(200, "{\"status\":\"StatusOK\"}", "application/json"),
            16686 => Answer(container, call),
            _ => HttpReply.Of(404, "404 page not found\n"),
        });

    private static HttpReply Answer(ContainerInstance container, HttpCall call)
    {
        var path = call.PathOnly.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (path is ["jaeger", .. var rest]) path = rest;
        else if (path is []) return ObservabilityPage.Redirect("/jaeger/search");
        if (path is not ["api", .. var api]) return path is [] or ["search"] or ["trace", _] or ["dependencies"] ? ObservabilityPage.Reply("jaeger") : HttpReply.Of(404, "404 page not found\n");
        var since = Traces.Micros(container.Pod.Spec.Str("metadata", "creationTimestamp"));
        var spans = container.Pod.Cluster.Telemetry.Spans.Read().Where(s => s.Start + s.Duration >= since).ToList();
        var p = new QueryParameters(call);
        switch (api)
        {
            case ["services"]: return Data(Names(spans.Select(s => s.Service)));
            case ["services", var service, "operations"]: return Data(Names(spans.Where(s => s.Service == Uri.UnescapeDataString(service)).Select(s => s.Operation)));
            case ["operations"]:
                return Data(new JsonArray([.. spans.Where(s => s.Service == p["service"]).Select(s => (s.Operation, s.Server)).Distinct().OrderBy(o => o.Operation, StringComparer.Ordinal)
                    .Select(o => (JsonNode)new JsonObject { ["name"] = o.Operation, ["spanKind"] = o.Server ? "server" : "client" })]));
            case ["traces"]: return Search(spans, p, container.Pod.Cluster.Telemetry.Now * 1000);
            case ["traces", var id]:
                var one = spans.Where(s => s.TraceId == id.ToLowerInvariant().PadLeft(32, '0')).ToList();
                return one.Count > 0 ? Data(new JsonArray(Traces.Write(one))) : Error(404, "trace not found");
            case ["dependencies"]: return Data(Traces.Dependencies(spans));
            default: return HttpReply.Of(404, "404 page not found\n");
        }
    }

    private static HttpReply Search(List<Span> spans, QueryParameters p, long now)
    {
        if (p.All("traceID") is { Count: > 0 } ids) return Data(new JsonArray([.. spans.Where(s => ids.Contains(s.TraceId)).GroupBy(s => s.TraceId).Select(g => (JsonNode)Traces.Write([.. g]))]));
        if (string.IsNullOrEmpty(p["service"])) return Error(400, "parameter 'service' is required");
        var limit = int.TryParse(p["limit"], out var l) && l > 0 ? Math.Min(l, 1500) : DefaultLimit;
        // "custom" is what the page of Jaeger says beside a start and an end of its own.
        var (start, end) = (Number(p["start"]) ?? (p["lookback"] is { } back && Prometheus.PromLexer.Duration(back) is { } length ? now - length * 1000 : 0), Number(p["end"]) ?? long.MaxValue);
        var (least, most) = (Traces.Length(p["minDuration"]) ?? 0, Traces.Length(p["maxDuration"]) ?? long.MaxValue);
        var wanted = Tags(p["tags"]);
        bool Hit(Span s) => s.Service == p["service"] && (string.IsNullOrEmpty(p["operation"]) || p["operation"] == "all" || s.Operation == p["operation"]) && s.Start >= start && s.Start <= end
            && s.Duration >= least && s.Duration <= most && wanted.All(w => s.Tags.Any(t => t.Key == w.Key && t.Value == w.Value));
        var hits = spans.Where(Hit).Select(s => s.TraceId).ToHashSet();
        var traces = spans.Where(s => hits.Contains(s.TraceId)).GroupBy(s => s.TraceId).OrderByDescending(g => g.Min(s => s.Start)).Take(limit);
        return Data(new JsonArray([.. traces.Select(g => (JsonNode)Traces.Write([.. g]))]));
    }

    private static Dictionary<string, string> Tags(string? json)
    {
        try
        {
            return string.IsNullOrEmpty(json) ? [] : (JsonNode.Parse(json) as JsonObject ?? []).ToDictionary(t => t.Key, t => t.Value?.ToString() ?? "");
        }
        catch (System.Text.Json.JsonException)
        {
            return [];
        }
    }

    private static long? Number(string? text) => long.TryParse(text, CultureInfo.InvariantCulture, out var n) ? n : null;

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(n => (JsonNode)n)]);

    private static HttpReply Data(JsonArray data) => HttpReply.Json(200, new JsonObject { ["data"] = data, ["total"] = data.Count, ["limit"] = 0, ["offset"] = 0, ["errors"] = null });

    private static HttpReply Error(int code, string message) => HttpReply.Json(code, new JsonObject { ["data"] = null, ["total"] = 0, ["limit"] = 0, ["offset"] = 0, ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["msg"] = message }) });
}
