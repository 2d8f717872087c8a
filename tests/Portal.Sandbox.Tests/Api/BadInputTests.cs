using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Api;

/// <summary>Whatever a client sends, it gets a Status, never a 500 and never another cluster's data.</summary>
[Collection(SandboxCollection.Name)]
public sealed class BadInputTests(SandboxFixture sandbox)
{
    [Theory]
    [InlineData("POST", "/api/v1/namespaces", "application/json", "{", 400)]
    [InlineData("POST", "/api/v1/namespaces", "application/json", "[]", 400)]
    [InlineData("POST", "/api/v1/namespaces", "text/plain", "x", 415)]
    [InlineData("POST", "/api/v1/namespaces", "application/vnd.kubernetes.protobuf", "nonsense", 400)]
    [InlineData("POST", "/api/v1/namespaces", "application/yaml", "a: [", 400)]
    [InlineData("POST", "/api/v1/namespaces", "application/json", """{"kind":"Pod","apiVersion":"v1"}""", 400)]
    [InlineData("POST", "/api/v1/namespaces", "application/json", """{"metadata":{"name":"Not_A_Name"}}""", 422)]
    [InlineData("POST", "/api/v1/namespaces/nope/configmaps", "application/json", """{"metadata":{"name":"x"}}""", 404)]
    [InlineData("POST", "/apis/apps/v1/namespaces/default/deployments", "application/json", """{"metadata":{"name":"x"},"spec":{"replicas":"two"}}""", 400)]
    [InlineData("PATCH", "/api/v1/namespaces/default", "application/json-patch+json", """[{"op":"remove","path":"/x"}]""", 422)]
    [InlineData("PATCH", "/api/v1/namespaces/default", "application/json", "{}", 415)]
    [InlineData("PUT", "/api/v1/namespaces/default", "application/json", """{"metadata":{"name":"other"}}""", 400)]
    [InlineData("DELETE", "/api/v1/namespaces/default/pods/none", "application/json", "", 404)]
    [InlineData("GET", "/api/v1/nosuchthings", null, null, 404)]
    [InlineData("GET", "/apis/no.such.group/v1/things", null, null, 404)]
    [InlineData("GET", "/api/v1/pods?fieldSelector=spec.colour=red", null, null, 400)]
    [InlineData("GET", "/api/v1/pods?labelSelector=a%20in%20b", null, null, 400)]
    [InlineData("GET", "/api/v1/pods?continue=broken", null, null, 400)]
    [InlineData("GET", "/api/v1/namespaces/default/pods/../../../../clusters", null, null, 404)]
    [InlineData("GET", "/api/v1/namespaces/default/pods/none/log", null, null, 404)]
    public async Task Request_Malformed_GetsAStatus(string method, string path, string? contentType, string? body, int code)
    {
        var (cluster, _) = sandbox.NewCluster();
        using var client = Client(out var address, cluster);
        using var request = new HttpRequestMessage(new HttpMethod(method), address + path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType!);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken).DefaultTimeout();

        var status = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(code, (int)response.StatusCode);
        Assert.Equal("Status", (string?)status!["kind"]);
        Assert.Equal(code, (int)status["code"]!);
        Assert.NotEmpty((string)status["message"]!);
    }

    [Fact]
    public async Task Request_WithAnotherClustersToken_IsUnauthorized()
    {
        var (mine, _) = sandbox.NewCluster();
        var (other, _) = sandbox.NewCluster();
        using var client = Client(out _, mine);
        _ = Client(out var foreign, other);

        using var response = await client.GetAsync(foreign + "/api/v1/namespaces", TestContext.Current.CancellationToken).DefaultTimeout();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Request_WithoutToken_IsUnauthorized()
    {
        var (cluster, _) = sandbox.NewCluster();
        using var client = Client(out var address, cluster);
        client.DefaultRequestHeaders.Authorization = null;

        foreach (var path in new[] { "/api", "/version", "/sandbox/istioctl" })
        {
            using var response = await client.GetAsync(address + path, TestContext.Current.CancellationToken).DefaultTimeout();
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    [Fact]
    public async Task Request_LargerThanTheLimit_Is413()
    {
        var (cluster, _) = sandbox.NewCluster();
        using var client = Client(out var address, cluster);
        using var content = new StringContent("{\"metadata\":{\"name\":\"x\"},\"data\":{\"k\":\"" + new string('x', 3 * 1024 * 1024 + 1) + "\"}}", Encoding.UTF8, "application/json");

        using var response = await client.PostAsync(address + "/api/v1/namespaces/default/configmaps", content, TestContext.Current.CancellationToken).DefaultTimeout();

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    internal static HttpClient Client(out string address, SandboxCluster cluster)
    {
        var kubeconfig = cluster.Kubeconfig;
        address = Regex.Match(kubeconfig, "server: (.*)").Groups[1].Value.Trim();
        var client = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true });
        client.DefaultRequestHeaders.Authorization = new("Bearer", Regex.Match(kubeconfig, "token: (.*)").Groups[1].Value.Trim());
        return client;
    }
}
