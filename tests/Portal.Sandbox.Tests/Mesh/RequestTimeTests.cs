using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Tests.Api;
using Xunit;

namespace Portal.Sandbox.Tests.Mesh;

/// <summary>
/// How long requests take by what callers and proxies say: as long as the mesh made them, to a few milliseconds, on any
/// machine.
/// </summary>
public sealed class RequestTimeTests(MeshFixture mesh) : IClassFixture<MeshFixture>
{
    /// <summary>What was injected, and no more work than a quiet machine needs.</summary>
    private const double Least = 500, Most = 520;

    private async Task ApplyAsync(string rule)
    {
        mesh.Reset();
        mesh.Apply(YamlReader.ReadAll(rule).Cast<JsonObject>());
        await mesh.SettledAsync();
    }

    private static string Delayed(string hosts, string rest) => $$"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: slow}
        spec:
          hosts: [{{hosts}}]
          {{rest}}
          http:
          - fault: {delay: {fixedDelay: 500ms, percentage: {value: 100} } }
            headers: {response: {set: { {{SandboxServer.RequestTimeHeader}}: "1" } } }
            route: [{destination: {host: echo, port: {number: 80} } }]
        """;

    [Fact]
    public async Task Caller_DelayedRequest_TookTheDelay()
    {
        await ApplyAsync(Delayed("echo", ""));

        var (_, text) = await mesh.ExecAsync(
            "client",
            "curl",
            "curl",
            "-s",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code} %{time_total}",
            "http://echo/get"
        );

        var parts = text.Split(' ');
        Assert.Equal("200", parts[0]);
        Assert.InRange(double.Parse(parts[1], CultureInfo.InvariantCulture), Least / 1000, Most / 1000);
        var log = mesh.Logs("client").Last(l => l.Contains("GET /get", StringComparison.Ordinal));
        Assert.InRange(int.Parse(log.Split(" 0 ")[1].Split(' ')[1], CultureInfo.InvariantCulture), Least, Most);
    }

    [Theory]
    [InlineData("0.4", 28)]
    [InlineData("0.6", 0)]
    public async Task Caller_WithALimit_EndsByTheRequestsOwnTime(string limit, int status)
    {
        await ApplyAsync(Delayed("echo", ""));

        var ended = await mesh.ExecAsync("client", "curl", "curl", "-s", "--max-time", limit, "http://echo/get");

        Assert.Equal(status, ended.Status);
    }

    [Fact]
    public async Task ProxyOfTheApiServer_DelayedRequest_SaysTheDelayAndNothingOfTheServers()
    {
        await ApplyAsync(Delayed("slow.example", "gateways: [bookinfo-gateway]"));
        using var client = BadInputTests.Client(out var address, mesh.Cluster);

        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            address + "/api/v1/namespaces/istio-system/services/http:istio-ingressgateway:80/proxy/get"
        );
        request.Headers.Host = "slow.example";

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)response.StatusCode);
        var said = Assert.Single(response.Headers.GetValues(SandboxServer.RequestTimeHeader));
        Assert.InRange(double.Parse(said, CultureInfo.InvariantCulture), Least, Most);
    }
}
