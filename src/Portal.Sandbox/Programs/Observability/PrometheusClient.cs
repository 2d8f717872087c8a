using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;

namespace Portal.Sandbox.Programs.Observability;

/// <summary>Asks the cluster's Prometheus over the network, as Kiali and Grafana do.</summary>
internal static class PrometheusClient
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    public static Task<HttpReply> ForwardAsync(ContainerInstance container, HttpCall call, string path, CancellationToken cancellationToken) =>
        container.SendAsync(call with { Authority = "prometheus.istio-system:9090", Path = path }, s_limit, cancellationToken);

    /// <summary>The samples of an instant query: labels and value. Null when Prometheus is not there.</summary>
    public static async Task<List<(JsonObject Metric, double Value)>?> QueryAsync(ContainerInstance container, string query, CancellationToken cancellationToken)
    {
        var reply = await ForwardAsync(container, HttpCall.Get("", ""), "/api/v1/query?query=" + Uri.EscapeDataString(query), cancellationToken).ConfigureAwait(false);
        if (reply.Failed || reply.Status != 200) return null;
        return [.. JsonNode.Parse(reply.Body.Span).Objects("data", "result").Select(r => (r.Obj("metric") ?? [], double.Parse(r.Arr("value")?[1].Str() ?? "0", System.Globalization.CultureInfo.InvariantCulture)))];
    }
}
