using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Xunit;

namespace Portal.Sandbox.Tests.Mesh;

/// <summary>Configuration and requests that nobody should write: the mesh does what Istio does, and nothing else of the cluster notices.</summary>
public sealed class BadConfigurationTests(MeshFixture mesh) : IClassFixture<MeshFixture>
{
    [Fact]
    public async Task Route_AmongTenThousand_IsFound()
    {
        var routes = Enumerable.Range(0, 10_000).Select(i => (JsonNode)new JsonObject
        {
            ["match"] = new JsonArray(new JsonObject { ["uri"] = new JsonObject { [i % 2 == 0 ? "exact" : "prefix"] = $"/r{i}/" } }), ["directResponse"] = new JsonObject { ["status"] = 200, ["body"] = new JsonObject { ["string"] = $"{i}" } },
        });
        mesh.Reset();
        mesh.Apply([VirtualService("echo", new JsonArray([.. routes]))]);
        await mesh.SettledAsync();

        var last = await mesh.SendAsync(new JsonObject { ["host"] = "echo", ["path"] = "/r9999/x" });
        var none = await mesh.SendAsync(new JsonObject { ["host"] = "echo", ["path"] = "/nowhere" });

        Assert.Equal("9999", last.Text);
        Assert.Equal("NR", none.Flags);
    }

    [Fact]
    public async Task Call_WithHeadersThatNoProxyReads_IsRefused()
    {
        mesh.Reset();
        await mesh.SettledAsync();
        var many = new JsonObject(Enumerable.Range(0, 150).Select(i => KeyValuePair.Create<string, JsonNode?>($"x-{i}", "1")));

        var giant = await mesh.SendAsync(new JsonObject { ["host"] = "echo", ["path"] = "/get", ["headers"] = new JsonObject { ["x-giant"] = new string('x', 70_000) } });
        var crowded = await mesh.SendAsync(new JsonObject { ["host"] = "echo", ["path"] = "/get", ["headers"] = many });

        Assert.Equal(431, giant.Status);
        Assert.Equal(431, crowded.Status);
    }

    [Theory]
    [InlineData("""{"http":[{"route":[{"destination":{"host":"echo"},"weight":1000000000},{"destination":{"host":"echo"},"weight":1000000000}]}]}""", 204)]
    [InlineData("""{"http":[{"route":[{"destination":{"host":"echo","port":{"number":0}}}]}]}""", 503)]
    [InlineData("""{"http":[{"route":[{"destination":{"host":"*.bookinfo.svc.cluster.local"}}]}]}""", 503)]
    [InlineData("""{"http":[{"timeout":"-1s","retries":{"attempts":2147483647,"perTryTimeout":"soon","retryOn":"5xx,,nonsense"},"route":[{"destination":{"host":"echo"}}]}]}""", 204)]
    [InlineData("""{"http":[{"match":[{"uri":{"regex":"(((("}}],"route":[{"destination":{"host":"echo"}}]}]}""", 404)]
    [InlineData("""{"http":[{"rewrite":{"uriRegexRewrite":{"match":"[","rewrite":"\\9"}},"route":[{"destination":{"host":"echo"}}]}]}""", 204)]
    [InlineData("""{"http":[{"mirror":{"host":"nowhere"},"route":[{"destination":{"host":"echo"}}]}]}""", 204)]
    [InlineData("""{"http":[{"delegate":{"name":"echo"}}]}""", 204)]
    [InlineData("""{"http":[null]}""", 204)]
    [InlineData("""{"http":[{"match":[{"headers":{"x":null}}],"route":[{}]}]}""", 404)]
    public async Task Rule_PastTheWebhook_DoesWhatItCan(string spec, int status)
    {
        mesh.Reset();
        // Somebody removed the validating webhook.
        mesh.Remove("validatingwebhookconfigurations.admissionregistration.k8s.io");
        var rule = VirtualService("echo", []);
        foreach (var (name, value) in (JsonObject)JsonNode.Parse(spec)!) rule["spec"]![name] = value?.DeepClone();
        mesh.ApplyUnchecked(rule);
        await mesh.SettledAsync();

        var reply = await mesh.SendAsync(new JsonObject { ["host"] = "echo", ["path"] = "/status/204" });
        var other = await mesh.SendAsync(new JsonObject { ["host"] = "details:9080", ["path"] = "/details/0" });

        Assert.Equal(status, reply.Status);
        Assert.Equal(200, other.Status);
    }

    private static JsonObject VirtualService(string host, JsonArray http) => new()
    {
        ["apiVersion"] = "networking.istio.io/v1", ["kind"] = "VirtualService", ["metadata"] = new JsonObject { ["name"] = host, ["namespace"] = "bookinfo" }, ["spec"] = new JsonObject { ["hosts"] = new JsonArray(host), ["http"] = http },
    };
}
