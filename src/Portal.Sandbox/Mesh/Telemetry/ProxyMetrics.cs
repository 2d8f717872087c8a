using System.Collections.Concurrent;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>What telemetry knows of a request that a proxy has handled.</summary>
/// <param name="Peer">The other side, or null when it did not say who it is.</param>
/// <param name="Service">The destination; null when it is not in the registry, and <paramref name="Host"/> is what the caller said.</param>
/// <param name="Security">mutual_tls, none, or unknown where a reporter cannot tell.</param>
internal readonly record struct RequestLabels(bool AtSource, WorkloadIdentity? Peer, MeshService? Service, string Host, string Protocol, int Code, string Flags, bool Mutual, string? Grpc);

/// <summary>
/// The standard metrics of one proxy. Recording costs a lookup and a few additions; the number of series is bounded,
/// for each proxy and for the cluster. Thread-safe.
/// </summary>
internal sealed class ProxyMetrics
{
    private const int MaxSeries = 500;

    private readonly ConcurrentDictionary<Key, RequestSeries> _requests = new();
    private readonly ConcurrentDictionary<Key, ConnectionSeries> _connections = new();
    private readonly ConcurrentDictionary<(string Name, MetricLabels Labels), MetricFamily> _families = new();
    private readonly MetricLabels _target;
    private long _ended;

    private readonly Func<bool> _roomForOne;

    /// <param name="roomForOne">Whether the cluster has room for another set of series; what finds none is not
    /// counted.</param>
    public ProxyMetrics(PodInstance pod, Func<bool> roomForOne)
    {
        _roomForOne = roomForOne;
        Self = WorkloadIdentity.Of(pod);
        _target = new(TargetOf(pod));
    }

    public static IReadOnlyList<KeyValuePair<string, string>> TargetOf(PodInstance pod) =>
    [
        new("job", "kubernetes-pods"), new("instance", $"{pod.Ip}:15020"), new("namespace", pod.Namespace), new("pod", pod.Name),
        .. pod.Labels.Select(l => KeyValuePair.Create(Sanitise(l.Key), l.Value)),
    ];

    private readonly record struct Key(bool AtSource, WorkloadIdentity? Peer, string Service, string Protocol, int Code, string Flags, bool Mutual, string? Grpc, string? Changes);

    /// <summary>How many sets of series it holds.</summary>
    public int Count => _requests.Count + _connections.Count;

    public WorkloadIdentity Self { get; }

    /// <summary>The labels that a scraper adds to what this proxy says.</summary>
    public MetricLabels Target => _target;

    /// <summary>When the proxy was gone; null while it lives.</summary>
    public long? Ended
    {
        get => Interlocked.Read(ref _ended) is > 0 and var ended ? ended : null;
        set => Interlocked.Exchange(ref _ended, value ?? 0);
    }

    /// <param name="changes">What Telemetry objects make of the metrics; null for nothing.</param>
    public void Record(in RequestLabels labels, MetricChanges? changes, long now, double milliseconds, long requestBytes, long responseBytes)
    {
        var key = new Key(labels.AtSource, labels.Peer, labels.Service?.Host ?? labels.Host, labels.Protocol, labels.Code, labels.Flags, labels.Mutual, labels.Grpc, changes?.Key);
        if (!_requests.TryGetValue(key, out var series))
        {
            if (_requests.Count >= MaxSeries || !_roomForOne()) return;
            var standard = StandardLabels.Of(Self, labels);
            series = _requests.GetOrAdd(key, _ => new RequestSeries(Counter("istio_requests_total"), Values("istio_request_duration_milliseconds"), Values("istio_request_bytes"), Values("istio_response_bytes")));
            CounterFamily? Counter(string name) => Family(name, standard, changes, l => new CounterFamily(name, l, now)) as CounterFamily;
            HistogramFamily? Values(string name) => Family(name, standard, changes, l => new HistogramFamily(name, l, now)) as HistogramFamily;
        }
        series.Record(now, milliseconds, requestBytes, responseBytes);
    }

    /// <summary>A connection of which the proxy only sees bytes.</summary>
    public void RecordConnection(in RequestLabels labels, MetricChanges? changes, long now, long received, long sent)
    {
        var key = new Key(labels.AtSource, labels.Peer, labels.Service?.Host ?? labels.Host, "tcp", 0, labels.Flags, labels.Mutual, null, changes?.Key);
        if (!_connections.TryGetValue(key, out var series))
        {
            if (_connections.Count >= MaxSeries || !_roomForOne()) return;
            var standard = StandardLabels.Of(Self, labels with { Protocol = "tcp", Code = 0 });
            series = _connections.GetOrAdd(key, _ => new ConnectionSeries(Counter("istio_tcp_connections_opened_total"), Counter("istio_tcp_connections_closed_total"), Counter("istio_tcp_received_bytes_total"), Counter("istio_tcp_sent_bytes_total")));
            CounterFamily? Counter(string name) => Family(name, standard, changes, l => new CounterFamily(name, l, now)) as CounterFamily;
        }
        series.Record(now, received, sent);
    }

    /// <param name="target">Whether with the labels that a scraper adds.</param>
    /// <param name="name">Only this metric; null for all.</param>
    public IEnumerable<MetricSeries> Series(bool target, string? name = null)
    {
        if (name?.StartsWith("istio_", StringComparison.Ordinal) == false) return [];
        var (added, end) = (target ? _target.Items : [], Ended);
        return _families.Values.SelectMany(f => f.Series(added, end, name));
    }

    /// <summary>Requests that differ only in labels that were removed count together.</summary>
    private MetricFamily? Family(string name, IReadOnlyList<KeyValuePair<string, string>> standard, MetricChanges? changes, Func<IReadOnlyList<KeyValuePair<string, string>>, MetricFamily> make)
    {
        if ((changes is null ? standard : changes.Apply(name, standard)) is not { } labels) return null;
        return _families.GetOrAdd((name, new MetricLabels(labels)), _ => make(labels));
    }

    private static string Sanitise(string label) => string.Concat(label.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
}
