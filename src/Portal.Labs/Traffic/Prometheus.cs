using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Labs.Traffic;

/// <summary>A Prometheus in the cluster, and how its answers are read.</summary>
internal static class Prometheus
{
    /// <summary>That of Istio's add-on.</summary>
    public static ServiceProxy OfIstio { get; } = new("istio-system", "prometheus", "9090");

    /// <inheritdoc cref="ServiceProxy.AskAsync"/>
    public static Task<(int Status, JsonElement Data)> QueryAsync(
        this ServiceProxy prometheus,
        ClusterApi api,
        string query,
        CancellationToken cancellationToken
    ) => prometheus.AskAsync(api, $"api/v1/query?query={Uri.EscapeDataString(query)}", cancellationToken);

    /// <summary>A latency; of what can be no time, because anything can answer, the nearest that can.</summary>
    public static TimeSpan Milliseconds(double value) => TimeSpan.FromMilliseconds(Math.Clamp(value, 0, 1e9));

    /// <summary>Of a request's status. No answer counts as an error, too: a proxy says 0 for it.</summary>
    public static bool IsError(string status) => status.StartsWith('5') || status is "0" or "";
}
