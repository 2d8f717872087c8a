using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox;

namespace Portal.Benchmarks;

/// <summary>Installs Istio and Bookinfo into clusters through the API, as a learner's tools do.</summary>
internal sealed class Application(SandboxServer server)
{
    private readonly string _samples = WriteSamples();

    public int Pods { get; private set; }

    public async Task InstallAsync(string id, CancellationToken cancellationToken)
    {
        var cluster = server.GetOrCreate(id);
        await cluster.InstallIstioAsync("demo", cancellationToken);
        using var client = Client(cluster, out var address);
        await PostAsync(client, address + "/api/v1/namespaces", """{"metadata":{"name":"bookinfo","labels":{"istio-injection":"enabled"}}}""", cancellationToken);
        foreach (var document in Documents(Path.Combine(_samples, "platform/kube/bookinfo.yaml")).Concat(Documents(Path.Combine(_samples, "networking/bookinfo-gateway.yaml"))))
        {
            var kind = Regex.Match(document, "(?m)^kind: (.*)$").Groups[1].Value.ToLowerInvariant();
            var version = Regex.Match(document, "(?m)^apiVersion: (.*)$").Groups[1].Value;
            var root = version.Contains('/') ? $"/apis/{version}" : $"/api/{version}";
            await PostAsync(client, $"{address}{root}/namespaces/bookinfo/{kind}s", document, cancellationToken, "application/yaml");
        }
        for (Pods = 0; Pods < 6;)
        {
            var pods = JsonNode.Parse(await client.GetStringAsync(address + "/api/v1/namespaces/bookinfo/pods", cancellationToken))!["items"]!.AsArray();
            Pods = pods.Count(p => p!["status"]?["conditions"]?.AsArray().Any(c => (string?)c!["type"] == "Ready" && (string?)c["status"] == "True") == true);
        }
    }

    private static async Task PostAsync(HttpClient client, string url, string body, CancellationToken cancellationToken, string type = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        for (var attempt = 0; ; attempt++)
        {
            using var response = await client.PostAsync(url, content, cancellationToken);
            // The namespace's service account follows the namespace a moment later, as on any cluster.
            if (response.IsSuccessStatusCode) return;
            if (attempt == 20 || (int)response.StatusCode != 403) throw new InvalidOperationException($"{url}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    private static IEnumerable<string> Documents(string file) => File.ReadAllText(file).Split("\n---\n");

    private static HttpClient Client(SandboxCluster cluster, out string address)
    {
        address = Regex.Match(cluster.Kubeconfig, "server: (.*)").Groups[1].Value.Trim();
        var client = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true });
        client.DefaultRequestHeaders.Authorization = new("Bearer", Regex.Match(cluster.Kubeconfig, "token: (.*)").Groups[1].Value.Trim());
        return client;
    }

    private static string WriteSamples()
    {
        var directory = Directory.CreateTempSubdirectory("portal-benchmarks-").FullName;
        SandboxTools.WriteDistribution(directory);
        return Path.Combine(Directory.GetDirectories(directory).Single(), "samples", "bookinfo");
    }
}
