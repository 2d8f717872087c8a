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
        using var client = Api.Client(cluster, out var address);
        await Api.PostAsync(client, address + "/api/v1/namespaces", """{"metadata":{"name":"bookinfo","labels":{"istio-injection":"enabled"}}}""", cancellationToken);
        foreach (var document in Documents(Path.Combine(_samples, "platform/kube/bookinfo.yaml")).Concat(Documents(Path.Combine(_samples, "networking/bookinfo-gateway.yaml"))))
        {
            var kind = Regex.Match(document, "(?m)^kind: (.*)$").Groups[1].Value.ToLowerInvariant();
            var version = Regex.Match(document, "(?m)^apiVersion: (.*)$").Groups[1].Value;
            var root = version.Contains('/') ? $"/apis/{version}" : $"/api/{version}";
            await Api.PostAsync(client, $"{address}{root}/namespaces/bookinfo/{kind}s", document, cancellationToken, "application/yaml");
        }
        for (Pods = 0; Pods < 6;)
        {
            var pods = JsonNode.Parse(await client.GetStringAsync(address + "/api/v1/namespaces/bookinfo/pods", cancellationToken))!["items"]!.AsArray();
            Pods = pods.Count(p => p!["status"]?["conditions"]?.AsArray().Any(c => (string?)c!["type"] == "Ready" && (string?)c["status"] == "True") == true);
        }
    }

    private static IEnumerable<string> Documents(string file) => File.ReadAllText(file).Split("\n---\n");

    private static string WriteSamples()
    {
        var directory = Directory.CreateTempSubdirectory("portal-benchmarks-").FullName;
        SandboxTools.WriteDistribution(directory);
        return Path.Combine(Directory.GetDirectories(directory).Single(), "samples", "bookinfo");
    }
}
