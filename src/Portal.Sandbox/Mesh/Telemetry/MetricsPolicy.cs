using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Schema.Cel;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>What Telemetry objects change of a proxy's metrics: some turned off, some with other labels.</summary>
internal sealed class MetricsPolicy
{
    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["REQUEST_COUNT"] = "istio_requests_total", ["REQUEST_DURATION"] = "istio_request_duration_milliseconds", ["REQUEST_SIZE"] = "istio_request_bytes", ["RESPONSE_SIZE"] = "istio_response_bytes",
        ["TCP_OPENED_CONNECTIONS"] = "istio_tcp_connections_opened_total", ["TCP_CLOSED_CONNECTIONS"] = "istio_tcp_connections_closed_total", ["TCP_RECEIVED_BYTES"] = "istio_tcp_received_bytes_total", ["TCP_SENT_BYTES"] = "istio_tcp_sent_bytes_total",
    };

    private sealed class Change
    {
        public bool Disabled { get; set; }

        /// <summary>New values of labels; null for a label that is removed.</summary>
        public SortedDictionary<string, CelNode?> Labels { get; } = new(StringComparer.Ordinal);
    }

    private readonly Dictionary<string, Change> _client = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Change> _server = new(StringComparer.Ordinal);

    /// <summary>Null when everything stays as it is.</summary>
    public static MetricsPolicy? Of(IReadOnlyList<MeshObject> telemetries, PodInstance pod)
    {
        var policy = new MetricsPolicy();
        foreach (var rule in TelemetryLevels.Of(telemetries, "metrics", pod.Namespace, pod.Labels))
        {
            // What other providers get is not seen here.
            if (rule.Objects("providers").ToList() is { Count: > 0 } providers && !providers.Exists(p => p.Str("name") == "prometheus")) continue;
            foreach (var change in rule.Objects("overrides")) policy.Add(change);
        }
        return policy._client.Count + policy._server.Count == 0 ? null : policy;
    }

    /// <param name="scope">The request's attributes; asked for only when an expression needs them.</param>
    public MetricChanges? Changes(bool atSource, Func<CelScope> scope)
    {
        var changes = atSource ? _client : _server;
        if (changes.Count == 0) return null;
        CelScope? attributes = null;
        var values = new Dictionary<string, List<KeyValuePair<string, string?>>?>(StringComparer.Ordinal);
        foreach (var (metric, change) in changes)
            values[metric] = change.Disabled ? null : [.. change.Labels.Select(l => KeyValuePair.Create(l.Key, l.Value is null ? null : Text(RequestAttributes.Evaluate(l.Value, attributes ??= scope()))))];
        return new(values);
    }

    private void Add(JsonObject change)
    {
        IEnumerable<string> metrics = change.Str("match", "customMetric") is { } custom ? [custom.StartsWith("istio_", StringComparison.Ordinal) ? custom : "istio_" + custom]
            : change.Str("match", "metric") is { } name and not "ALL_METRICS" ? s_names.TryGetValue(name, out var known) ? [known] : [] : s_names.Values;
        var mode = change.Str("match", "mode");
        foreach (var metric in metrics)
        {
            if (mode is not "SERVER") Add(_client, metric, change);
            if (mode is not "CLIENT") Add(_server, metric, change);
        }
    }

    private static void Add(Dictionary<string, Change> side, string metric, JsonObject change)
    {
        if (!side.TryGetValue(metric, out var all)) side[metric] = all = new();
        if (change.Flag("disabled") is { } disabled) all.Disabled = disabled;
        foreach (var (label, tag) in change.Obj("tagOverrides") ?? [])
        {
            if (tag.Str("operation") == "REMOVE") all.Labels[label] = null;
            else if (RequestAttributes.Compile(tag.Str("value") ?? "") is { } value) all.Labels[label] = value;
        }
    }

    /// <summary>A label's text. Proxies say "unknown" where an expression has no value.</summary>
    private static string Text(object? value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => "unknown",
    };
}

/// <summary>Changed labels of one request: by metric, null for a metric that is off.</summary>
internal sealed class MetricChanges(Dictionary<string, List<KeyValuePair<string, string?>>?> changes)
{
    private string? _key;

    /// <summary>Equal for requests whose metrics change alike.</summary>
    public string Key
    {
        get
        {
            if (_key is not null) return _key;
            var text = new StringBuilder();
            foreach (var (metric, labels) in changes)
            {
                text.Append(metric).Append(labels is null ? '-' : '=');
                foreach (var (name, value) in labels ?? []) text.Append(name).Append('\u0001').Append(value ?? "\u0003").Append('\u0002');
            }
            return _key = text.ToString();
        }
    }

    /// <summary>The labels of a metric; null when it is off.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Apply(string metric, IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        if (!changes.TryGetValue(metric, out var own)) return labels;
        return own is null ? null : [.. labels.Where(l => !own.Exists(o => o.Key == l.Key)), .. own.Where(o => o.Value is not null).Select(o => KeyValuePair.Create(o.Key, o.Value!))];
    }
}
