using System.Net;
using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Labs.Traffic;

/// <summary>A Prometheus in the cluster, asked through the API server's proxy.</summary>
internal sealed record PrometheusService(string Namespace, string Service, string Port)
{
    public static PrometheusService OfIstio { get; } = new("istio-system", "prometheus", "9090");

    /// <returns>The status, and the answer's <c>data</c> when it is 200.</returns>
    public async Task<(int Status, JsonElement Data)> AskAsync(
        ClusterApi api,
        string query,
        CancellationToken cancellationToken
    )
    {
        var path = $"api/v1/namespaces/{Namespace}/services/http:{Service}:{Port}/proxy/api/v1/query"
            + $"?query={Uri.EscapeDataString(query)}";
        using var response = await api.GetRawAsync(path, [], cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK) return ((int)response.StatusCode, default);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var answer = await JsonDocument.ParseAsync(stream, default, cancellationToken).ConfigureAwait(false);
        return (200, answer.RootElement.Find("data").Clone());
    }
}
