using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Telemetry;

namespace Portal.Sandbox.Programs.Observability.Jaeger;

/// <summary>Traces in the form of Jaeger's query API.</summary>
internal static class Traces
{
    public static JsonObject Write(IReadOnlyList<Span> spans)
    {
        var processes = spans.Select(s => (s.Service, s.Pod, s.Ip)).Distinct().Select((p, i) => (p, Id: string.Create(CultureInfo.InvariantCulture, $"p{i + 1}"))).ToDictionary(p => p.p, p => p.Id);
        var present = spans.Select(s => s.SpanId).ToHashSet();
        return new()
        {
            ["traceID"] = spans[0].TraceId,
            ["spans"] = new JsonArray([.. spans.OrderBy(s => s.Start).ThenBy(s => s.Server).Select(s => (JsonNode)new JsonObject
            {
                ["traceID"] = s.TraceId, ["spanID"] = s.SpanId, ["operationName"] = s.Operation,
                ["references"] = s.ParentId is { } parent && present.Contains(parent) ? new JsonArray(new JsonObject { ["refType"] = "CHILD_OF", ["traceID"] = s.TraceId, ["spanID"] = parent }) : [],
                ["startTime"] = s.Start, ["duration"] = s.Duration,
                ["tags"] = new JsonArray([.. s.Tags.Select(t => (JsonNode)new JsonObject { ["key"] = t.Key, ["type"] = "string", ["value"] = t.Value })]),
                ["logs"] = new JsonArray(), ["processID"] = processes[(s.Service, s.Pod, s.Ip)], ["warnings"] = null,
            })]),
            ["processes"] = new JsonObject([.. processes.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Value, new JsonObject
            {
                ["serviceName"] = p.Key.Service,
                ["tags"] = new JsonArray(new JsonObject { ["key"] = "hostname", ["type"] = "string", ["value"] = p.Key.Pod }, new JsonObject { ["key"] = "ip", ["type"] = "string", ["value"] = p.Key.Ip }),
            }))]),
            ["warnings"] = null,
        };
    }

    /// <summary>Who called whom, and how often.</summary>
    public static JsonArray Dependencies(IEnumerable<Span> spans)
    {
        var all = spans.ToList();
        var byId = all.GroupBy(s => s.SpanId).ToDictionary(g => g.Key, g => g.First().Service);
        var calls = all.Where(s => s.ParentId is not null && byId.TryGetValue(s.ParentId, out var parent) && parent != s.Service).GroupBy(s => (Parent: byId[s.ParentId!], s.Service));
        return new([.. calls.Select(g => (JsonNode)new JsonObject { ["parent"] = g.Key.Parent, ["child"] = g.Key.Service, ["callCount"] = g.Count() })]);
    }

    /// <summary>A duration such as <c>1.2s</c> or <c>100us</c> in microseconds.</summary>
    public static long? Length(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (text.EndsWith("us", StringComparison.Ordinal) && double.TryParse(text[..^2], CultureInfo.InvariantCulture, out var micros)) return (long)micros;
        return EnvoyDuration.Parse(text) is { } length ? (long)length.TotalMicroseconds : null;
    }

    public static long Micros(string? time) => DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var t) ? t.ToUnixTimeMilliseconds() * 1000 : 0;
}
