using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Mesh;
using Xunit;

namespace Portal.Sandbox.Tests.Mesh;

/// <summary>Calls out of the mesh: what the other side sees, and what the caller's proxy writes down.</summary>
public sealed class ExternalServiceTests(MeshFixture mesh) : IClassFixture<MeshFixture>
{
    private const string Limited = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: api}
        spec: {hosts: [api.shop.example], location: MESH_EXTERNAL, resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: api}
        spec:
          hosts: [api.shop.example]
          http: [{timeout: 2s, retries: {attempts: 2, perTryTimeout: 100ms, retryOn: "5xx"}, route: [{destination: {host: api.shop.example, port: {number: 80}}}]}]
        """;

    [Theory]
    [InlineData("/status/200", 200, 1, "200 - via_upstream")]
    [InlineData("/status/503", 503, 3, "503 URX via_upstream")]
    [InlineData("/delay/5", 504, 3, "504 UT,URX upstream_per_try_timeout")]
    public async Task Call_WithRetries_ReachesTheHostForEachTry(string path, int status, int tries, string logged)
    {
        mesh.Reset();
        mesh.Apply(YamlReader.ReadAll(Limited).Cast<JsonObject>());
        await mesh.SettledAsync();
        var before = mesh.Requests("api.shop.example");

        var reply = await mesh.SendAsync(new JsonObject { ["host"] = "api.shop.example", ["path"] = path });

        Assert.Equal(status, reply.Status);
        Assert.Equal(tries, mesh.Requests("api.shop.example") - before);
        var log = mesh.Pod("client").Sidecar!.Log.ToString().TrimEnd('\n').Split('\n')[^1];
        Assert.Contains($"\"GET {path} HTTP/1.1\" {logged} ", log, StringComparison.Ordinal);
        Assert.Contains($"\"{ExternalServices.AddressOf("api.shop.example")}:80\" outbound|80||api.shop.example ", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_WithMeshConfig_RefusesHostsOutsideTheRegistry()
    {
        mesh.Reset();
        Assert.Equal(0, (await mesh.IstioctlAsync("install", "--set", "profile=demo", "--set", "meshConfig.outboundTrafficPolicy.mode=REGISTRY_ONLY", "--set=meshConfig.accessLogFile=", "-y")).Code);
        await mesh.SettledAsync();

        var lines = mesh.Pod("client").Sidecar!.Log.ToString().Length;
        Assert.Equal(502, (await mesh.SendAsync(new JsonObject { ["host"] = "httpbin.org", ["path"] = "/get" })).Status);
        Assert.Equal(200, (await mesh.SendAsync(new JsonObject())).Status);
        Assert.Equal(lines, mesh.Pod("client").Sidecar!.Log.ToString().Length);
    }
}
