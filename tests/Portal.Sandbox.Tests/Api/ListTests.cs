using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Api;

/// <summary>Paging, resource versions and second versions of resources, as raw requests.</summary>
[Collection(SandboxCollection.Name)]
public sealed class ListTests(SandboxFixture sandbox)
{
    [Fact]
    public async Task Continue_AfterAChange_ShowsTheStateOfTheFirstPage()
    {
        using var client = NewClient(out var address);
        foreach (var name in new[] { "a", "b", "c" }) await CreateAsync(client, address, name);
        var first = await GetAsync(client, $"{address}/api/v1/namespaces/kube-public/configmaps?limit=1");
        await CreateAsync(client, address, "aa");

        var rest = await GetAsync(client, $"{address}/api/v1/namespaces/kube-public/configmaps?limit=10&continue={Uri.EscapeDataString((string)first["metadata"]!["continue"]!)}");

        Assert.Equal("a", Names(first));
        Assert.Equal("b,c,kube-root-ca.crt", Names(rest));
        Assert.Equal(3, (int)first["metadata"]!["remainingItemCount"]!);
        Assert.Equal((string)first["metadata"]!["resourceVersion"]!, (string)rest["metadata"]!["resourceVersion"]!);
        Assert.Null(rest["metadata"]!["continue"]);
    }

    [Fact]
    public async Task Continue_ForgottenState_IsGoneWithATokenThatLeadsOn()
    {
        using var client = NewClient(out var address);
        foreach (var name in new[] { "a", "b" }) await CreateAsync(client, address, name);
        var url = $"{address}/api/v1/namespaces/kube-public/configmaps?limit=1";
        var token = (string)(await GetAsync(client, url))["metadata"]!["continue"]!;
        for (var i = 0; i < 20; i++)
        {
            await CreateAsync(client, address, $"x{i}");
            await GetAsync(client, url);
        }

        var gone = await GetAsync(client, $"{url}&continue={Uri.EscapeDataString(token)}");
        var next = await GetAsync(client, $"{url}&continue={Uri.EscapeDataString((string)gone["metadata"]!["continue"]!)}");

        Assert.Equal(410, (int)gone["code"]!);
        Assert.Equal("Expired", (string)gone["reason"]!);
        Assert.Equal("b", Names(next));
    }

    [Fact]
    public async Task List_ThatIsLong_IsCompressedForThoseWhoTakeIt()
    {
        using var client = NewClient(out var address);
        using var body = Json(new JsonObject { ["metadata"] = new JsonObject { ["name"] = "big" }, ["data"] = new JsonObject { ["text"] = new string('x', 200_000) } }.ToJsonString());
        using var created = await client.PostAsync($"{address}/api/v1/namespaces/kube-public/configmaps", body, TestContext.Current.CancellationToken).DefaultTimeout();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address}/api/v1/namespaces/kube-public/configmaps");
        request.Headers.AcceptEncoding.ParseAdd("gzip");

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken).DefaultTimeout();
        await using var gzip = new System.IO.Compression.GZipStream(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), System.IO.Compression.CompressionMode.Decompress);
        var list = await JsonNode.ParseAsync(gzip, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        Assert.Equal("big,kube-root-ca.crt", Names(list!));
    }

    [Theory]
    [InlineData("resourceVersion=x", 400)]
    [InlineData("limit=x", 400)]
    [InlineData("resourceVersionMatch=Exact", 422)]
    [InlineData("resourceVersion=1&resourceVersionMatch=Odd", 422)]
    [InlineData("resourceVersion=1&resourceVersionMatch=Exact", 410)]
    [InlineData("resourceVersion=99999999", 504)]
    [InlineData("sendInitialEvents=true", 422)]
    [InlineData("watch=true&sendInitialEvents=true", 422)]
    [InlineData("watch=true&resourceVersion=99999999", 504)]
    public async Task List_WithOddOptions_IsRefusedAsUpstream(string query, int code)
    {
        using var client = NewClient(out var address);

        Assert.Equal(code, (int)(await GetAsync(client, $"{address}/api/v1/pods?{query}"))["code"]!);
    }

    [Fact]
    public async Task Autoscaler_WrittenInV2_ReadsInV1AndBack()
    {
        using var client = NewClient(out var address);
        const string Path = "/namespaces/default/horizontalpodautoscalers";
        using var body = Json("""
            {"metadata":{"name":"x"},"spec":{"maxReplicas":3,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"x"},"metrics":[
              {"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}},
              {"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"1Gi"}}}]}}
            """);
        using var created = await client.PostAsync($"{address}/apis/autoscaling/v2{Path}", body, TestContext.Current.CancellationToken).DefaultTimeout();

        var v1 = await GetAsync(client, $"{address}/apis/autoscaling/v1{Path}/x");
        // Without a version: the autoscaler's controller writes its status at any moment.
        v1["metadata"]!.AsObject().Remove("resourceVersion");
        using var back = Json(v1.ToJsonString());
        using var updated = await client.PutAsync($"{address}/apis/autoscaling/v1{Path}/x", back, TestContext.Current.CancellationToken).DefaultTimeout();
        var v2 = await GetAsync(client, $"{address}/apis/autoscaling/v2{Path}/x");

        Assert.Equal(201, (int)created.StatusCode);
        Assert.Equal("autoscaling/v1", (string)v1["apiVersion"]!);
        Assert.Equal(50, (int)v1["spec"]!["targetCPUUtilizationPercentage"]!);
        Assert.Null(v1["spec"]!["metrics"]);
        Assert.Equal(200, (int)updated.StatusCode);
        Assert.Equal(["cpu", "memory"], v2["spec"]!["metrics"]!.AsArray().Select(m => (string?)m!["resource"]!["name"]));
    }

    private HttpClient NewClient(out string address) => BadInputTests.Client(out address, sandbox.NewCluster().Cluster);

    private static async Task CreateAsync(HttpClient client, string address, string name)
    {
        using var body = Json(new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } }.ToJsonString());
        using var response = await client.PostAsync($"{address}/api/v1/namespaces/kube-public/configmaps", body, TestContext.Current.CancellationToken).DefaultTimeout();
        Assert.Equal(201, (int)response.StatusCode);
    }

    private static async Task<JsonNode> GetAsync(HttpClient client, string url)
    {
        using var response = await client.GetAsync(url, TestContext.Current.CancellationToken).DefaultTimeout();
        return (await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static string Names(JsonNode list) => string.Join(',', list["items"]!.AsArray().Select(i => (string?)i!["metadata"]!["name"]));
}
