using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Portal.Sandbox;

namespace Portal.Benchmarks;

/// <summary>Plain requests to a cluster.</summary>
internal static class Api
{
    public static string Address(SandboxCluster cluster) => Regex.Match(cluster.Kubeconfig, "server: (.*)").Groups[1].Value.Trim();

    public static string Token(SandboxCluster cluster) => Regex.Match(cluster.Kubeconfig, "token: (.*)").Groups[1].Value.Trim();

    public static HttpClient Client(SandboxCluster cluster, out string address)
    {
        address = Address(cluster);
        var client = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true }) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Token(cluster));
        return client;
    }

    public static async Task PostAsync(HttpClient client, string url, string body, CancellationToken cancellationToken, string type = "application/json")
    {
        for (var attempt = 0; ; attempt++)
        {
            using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
            using var response = await client.PostAsync(url, content, cancellationToken);
            // The namespace's service account follows the namespace a moment later, as on any cluster.
            if (response.IsSuccessStatusCode) return;
            if (attempt == 20 || (int)response.StatusCode != 403) throw new InvalidOperationException($"{url}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    public static string Deployment(string name, int replicas) => $$$"""
        {
          "metadata": {"name": "{{{name}}}"},
          "spec": {
            "replicas": {{{replicas}}},
            "selector": {"matchLabels": {"a": "b"}},
            "template": {
              "metadata": {"labels": {"a": "b"}},
              "spec": {"containers": [{"name": "c", "image": "nginx"}]}
            }
          }
        }
        """;

    public static string ConfigMap(string name) => $$$"""{"metadata":{"name":"{{{name}}}","labels":{"app":"bench"}},"data":{"key":"value","other":"some text that is a little longer"} }""";
}
