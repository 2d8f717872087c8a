using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Labs.Traffic;

/// <summary>A Prometheus in the cluster.</summary>
internal sealed record PrometheusService(string Namespace, string Service, string Port)
{
    public static PrometheusService OfIstio { get; } = new("istio-system", "prometheus", "9090");

    /// <inheritdoc cref="ServiceProxy.AskAsync"/>
    public Task<(int Status, JsonElement Data)> AskAsync(
        ClusterApi api,
        string query,
        CancellationToken cancellationToken
    ) =>
        new ServiceProxy(Namespace, Service, Port).AskAsync(
            api,
            $"api/v1/query?query={Uri.EscapeDataString(query)}",
            cancellationToken
        );
}
