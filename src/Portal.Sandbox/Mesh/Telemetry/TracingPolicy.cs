using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>How proxies of a workload trace.</summary>
/// <param name="Collector">Host of the service that spans are sent to.</param>
/// <param name="Sampling">Per cent of the requests without a decision of their caller.</param>
/// <param name="Zipkin">Whether headers are B3 (zipkin), or W3C (OpenTelemetry).</param>
internal sealed record TracingPolicy(string Collector, double Sampling, bool Zipkin, bool Reports, IReadOnlyList<KeyValuePair<string, string>> CustomTags)
{
    private const double DefaultSampling = 1;

    /// <summary>Null when nothing traces. A workload's Telemetry stands above its namespace's, and that above the mesh's.</summary>
    public static TracingPolicy? Of(JsonObject? mesh, IReadOnlyList<MeshObject> telemetries, string ns, IReadOnlyDictionary<string, string> labels)
    {
        var providers = mesh.Strings("defaultProviders", "tracing").ToList();
        var sampling = Number(mesh.At("defaultConfig", "tracing", "sampling")) ?? DefaultSampling;
        var reports = true;
        var tags = new List<KeyValuePair<string, string>>();
        foreach (var rule in TelemetryLevels.Of(telemetries, "tracing", ns, labels))
        {
            if (rule.Objects("providers").Select(p => p.Str("name")).OfType<string>().ToList() is { Count: > 0 } named) providers = named;
            if (Number(rule["randomSamplingPercentage"]) is { } percent) sampling = percent;
            if (rule.Flag("disableSpanReporting") is { } disabled) reports = !disabled;
            foreach (var (name, tag) in rule.Obj("customTags") ?? [])
                if (tag.Str("literal", "value") is { } value) tags.Add(new(name, value));
        }
        var provider = mesh.Objects("extensionProviders").FirstOrDefault(p => providers.Contains(p.Str("name") ?? "") && (p.Obj("opentelemetry") ?? p.Obj("zipkin")) is not null);
        if (provider is null) return null;
        var service = (provider.Obj("opentelemetry") ?? provider.Obj("zipkin")).Str("service") ?? "";
        // "namespace/host" says where the service is defined.
        return new(service[(service.IndexOf('/', StringComparison.Ordinal) + 1)..], sampling, provider.Obj("zipkin") is not null, reports, tags);
    }

    private static double? Number(JsonNode? node) => node is JsonValue v ? v.TryGetValue<double>(out var d) ? d : node.Num() is { } n ? n : double.TryParse(node.Str(), System.Globalization.CultureInfo.InvariantCulture, out var p) ? p : null : null;
}
