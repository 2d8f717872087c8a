using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Xunit;

namespace Portal.Sandbox.Tests.Mesh;

/// <summary>What Telemetry objects change of metrics and access logs.</summary>
public sealed class TelemetryObjectTests(MeshFixture mesh) : IClassFixture<MeshFixture>
{
    private const string Requests = "istio_requests_total";

    [Theory]
    [InlineData("{tagOverrides: {response_code: {operation: REMOVE}}}", Requests, "response_code", "")]
    [InlineData("{match: {metric: REQUEST_COUNT, mode: CLIENT}, tagOverrides: {method: {value: request.method}}}", Requests, "method", "GET")]
    [InlineData("{match: {metric: REQUEST_COUNT}, tagOverrides: {shop: {value: \"'main'\"}}}", Requests, "shop", "main")]
    [InlineData("{match: {metric: REQUEST_COUNT}, tagOverrides: {kind: {operation: UPSERT, value: \"response.code >= 400 ? 'bad' : 'good'\"}}}", Requests, "kind", "good")]
    [InlineData("{match: {metric: REQUEST_COUNT}, tagOverrides: {team: {value: \"request.headers['x-team']\"}}}", Requests, "team", "unknown")]
    [InlineData("{match: {metric: REQUEST_COUNT, mode: SERVER}, tagOverrides: {method: {value: request.method}}}", Requests, "method", "")]
    [InlineData("{match: {metric: REQUEST_DURATION}, tagOverrides: {method: {value: request.method}}}", Requests, "method", "")]
    [InlineData("{match: {metric: REQUEST_DURATION}, tagOverrides: {method: {value: request.method}}}", "istio_request_duration_milliseconds_count", "method", "GET")]
    public async Task Metrics_WithTagOverrides_CarryTheLabels(string change, string metric, string label, string value)
    {
        await ApplyAsync("metrics: [{providers: [{name: prometheus}], overrides: [" + change + "]}]");

        await mesh.SendAsync(new JsonObject { ["from"] = "client", ["host"] = "reviews:9080", ["path"] = "/reviews/0" });

        var series = mesh.Pod("client").Metrics.Series(target: false, metric).ToList();
        var one = Assert.Single(series, s => s.Labels["destination_service_name"] == "reviews");
        Assert.Equal(value, one.Labels[label]);
        Assert.Equal(1, one.Read(mesh.Pod("client").Cluster.Telemetry.Now));
    }

    [Fact]
    public async Task Metrics_Disabled_StopCountingThatOneOnly()
    {
        await ApplyAsync("metrics: [{providers: [{name: prometheus}], overrides: [{match: {metric: REQUEST_SIZE}, disabled: true}]}]");

        await mesh.SendAsync(new JsonObject { ["from"] = "client", ["host"] = "reviews:9080", ["path"] = "/reviews/0" });

        var metrics = mesh.Pod("client").Metrics;
        Assert.Empty(metrics.Series(target: false, "istio_request_bytes_count"));
        Assert.NotEmpty(metrics.Series(target: false, "istio_response_bytes_count"));
        Assert.NotEmpty(metrics.Series(target: false, Requests));
    }

    /// <summary>A selector or a reference that is about others leaves the workload alone; a selector of its own stands above the namespace.</summary>
    [Theory]
    [InlineData("selector: {matchLabels: {app: client}}", true)]
    [InlineData("selector: {matchLabels: {app: other}}", false)]
    [InlineData("targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]", false)]
    [InlineData("", true)]
    public async Task Metrics_OfATarget_ConcernThatOneOnly(string target, bool concerned)
    {
        await ApplyAsync("metrics: [{providers: [{name: prometheus}], overrides: [{disabled: true}]}]" + (target.Length > 0 ? ", " + target : ""));

        await mesh.SendAsync(new JsonObject { ["from"] = "client", ["host"] = "reviews:9080", ["path"] = "/reviews/0" });

        Assert.Equal(concerned, !mesh.Pod("client").Metrics.Series(target: false, Requests).Any());
    }

    [Theory]
    [InlineData("", "/status/200 /status/404 /status/503")]
    [InlineData("filter: {expression: \"response.code >= 400\"}", "/status/404 /status/503")]
    [InlineData("filter: {expression: \"response.code == 503 || request.path.startsWith('/status/2')\"}", "/status/200 /status/503")]
    [InlineData("filter: {expression: \"request.headers['x-none'] == 'a'\"}", "")]
    [InlineData("filter: {expression: \"response.flags != 0\"}", "")]
    [InlineData("match: {mode: SERVER}, disabled: true", "/status/200 /status/404 /status/503")]
    [InlineData("match: {mode: CLIENT}, disabled: true", "")]
    public async Task AccessLog_WithARule_HoldsWhatItLetsThrough(string rule, string paths)
    {
        await ApplyAsync("accessLogging: [{providers: [{name: envoy}]" + (rule.Length > 0 ? ", " + rule : "") + "}]");
        var mark = $"mark-{Guid.NewGuid():N}";

        foreach (var code in (int[])[200, 404, 503]) await mesh.SendAsync(new JsonObject { ["from"] = "client", ["host"] = "httpbin.org", ["path"] = $"/status/{code}?{mark}" });

        var lines = mesh.Pod("client").Sidecar!.Log.Read(0).Lines.Where(l => l.Text.Contains(mark, StringComparison.Ordinal)).Select(l => l.Text.Split('"')[1].Split(' ')[1].Split('?')[0]);
        Assert.Equal(paths, string.Join(' ', lines));
    }

    private async Task ApplyAsync(string spec)
    {
        mesh.Reset();
        mesh.Apply(YamlReader.ReadAll("apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: own, namespace: bookinfo}\nspec: {" + spec + "}\n").Cast<JsonObject>());
        await mesh.SettledAsync();
    }
}
