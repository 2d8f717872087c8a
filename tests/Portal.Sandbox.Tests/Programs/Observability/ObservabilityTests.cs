using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Tests.Mesh;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Programs.Observability;

/// <summary>The add-ons as installed from the samples, over what the mesh really did.</summary>
public sealed class ObservabilityTests(MeshFixture mesh) : IClassFixture<MeshFixture>
{
    private const string Tracing = """
        apiVersion: telemetry.istio.io/v1
        kind: Telemetry
        metadata: {name: mesh-default, namespace: istio-system}
        spec: {tracing: [{providers: [{name: jaeger}], randomSamplingPercentage: 100}]}
        """;

    [Theory]
    [InlineData("client", "reviews:9080", "/reviews/0", "source", "client", "reviews", "unknown", "unknown")]
    [InlineData("client", "reviews:9080", "/reviews/0", "destination", "client", "reviews", "mutual_tls", "spiffe://cluster.local/ns/bookinfo/sa/default")]
    [InlineData("outsider", "reviews.bookinfo:9080", "/reviews/0", "destination", "unknown", "reviews", "none", "unknown")]
    [InlineData("ingress", "shop.example", "/productpage", "source", "istio-ingressgateway", "productpage", "unknown", "spiffe://cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account")]
    [InlineData("client", "httpbin.org", "/get", "source", "client", "PassthroughCluster", "unknown", "unknown")]
    public async Task Requests_ByKindOfConnection_CarryTheStandardLabels(string from, string host, string path, string reporter, string source, string service, string security, string principal)
    {
        mesh.Reset();
        await mesh.SettledAsync();

        await mesh.SendAsync(new JsonObject { ["from"] = from, ["host"] = host, ["path"] = path });

        var owner = mesh.Pod("client").Cluster;
        var series = owner.Telemetry.Proxies.SelectMany(p => p.Series(target: true, "istio_requests_total")).Where(s => s.Labels["reporter"] == reporter && s.Labels["source_workload"] == source && s.Labels["destination_service_name"] == service).ToList();
        Assert.Equal(1, series.Sum(s => s.Read(owner.Telemetry.Now)));
        Assert.All(series, s => Assert.Equal(security, s.Labels["connection_security_policy"]));
        if (principal != "unknown" && reporter == "destination" || from != "client") Assert.All(series, s => Assert.Equal(principal, s.Labels["source_principal"]));
        Assert.All(series, s => Assert.Equal("200", s.Labels["response_code"]));
        Assert.All(series, s => Assert.Equal("-", s.Labels["response_flags"]));
    }

    [Fact]
    public async Task AddOns_AfterTraffic_ShowIt()
    {
        mesh.Reset();
        await InstallAsync("prometheus", "kiali", "jaeger", "grafana");
        mesh.Apply(YamlReader.ReadAll(Tracing).Cast<JsonObject>());
        await mesh.SettledAsync();
        // Of three versions at random each is met, but once in ten thousand million runs.
        for (var i = 0; i < 60; i++)
            Assert.Equal(
                200,
                (
                    await mesh.SendAsync(
                        new JsonObject
                        {
                            ["from"] = "ingress",
                            ["host"] = "shop",
                            ["path"] = "/productpage",
                        }
                    )
                ).Status
            );

        var sum = await JsonAsync("prometheus", 9090, "/api/v1/query?query=" + Uri.EscapeDataString("sum(istio_requests_total{reporter=\"source\",destination_workload=\"productpage-v1\"})"));
        Assert.Equal("60", sum.Objects("data", "result").Single().Arr("value")![1].Str());
        Assert.Contains("reviews-v2", (await JsonAsync("prometheus", 9090, "/api/v1/label/destination_workload/values")).Strings("data"));
        var wrong = await AskAsync("prometheus", 9090, "/api/v1/query?query=sum(");
        Assert.Equal(400, wrong.Status);
        Assert.Contains("\"errorType\":\"bad_data\"", wrong.Text, StringComparison.Ordinal);

        var graph = await JsonAsync("kiali", 20001, "/kiali/api/namespaces/graph?namespaces=bookinfo&duration=60s");
        var edge = graph.Objects("elements", "edges").Select(e => e.Obj("data")!).Single(e => e.Str("source") == "istio-system/istio-ingressgateway");
        Assert.Equal("bookinfo/productpage-v1", edge.Str("target"));
        Assert.Equal("100", edge.Str("isMTLS"));

        Assert.Contains("productpage.bookinfo", (await JsonAsync("jaeger", 16686, "/jaeger/api/services")).Strings("data"));
        var trace = (await JsonAsync("jaeger", 16686, "/jaeger/api/traces?service=productpage.bookinfo&limit=1")).Objects("data").Single();
        // Every span but the gateway's hangs below another one: Bookinfo hands the headers on.
        Assert.Single(trace.Objects("spans"), s => s.Arr("references")!.Count == 0);
        Assert.True(trace.Objects("spans").Count() >= 6);

        Assert.Equal("ok", (await JsonAsync("grafana", 3000, "/api/health")).Str("database"));
        Assert.Contains("Istio Mesh Dashboard", (await AskAsync("grafana", 3000, "/api/search")).Text, StringComparison.Ordinal);
        Assert.Contains("\"success\"", (await AskAsync("grafana", 3000, "/api/datasources/proxy/uid/prometheus/api/v1/query?query=up")).Text, StringComparison.Ordinal);
        foreach (var (app, port, page) in new[] { ("prometheus", 9090, "/query"), ("kiali", 20001, "/kiali/console/graph"), ("jaeger", 16686, "/jaeger/search"), ("grafana", 3000, "/dashboards") })
            Assert.StartsWith("<!DOCTYPE html>", (await AskAsync(app, port, page)).Text, StringComparison.Ordinal);
        Assert.Contains("istio_requests_total{", (await AskAsync("productpage", 15020, "/stats/prometheus", "istio-proxy")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kiali_AfterTraffic_ListsHealthAndChecks()
    {
        mesh.Reset();
        await InstallAsync("prometheus", "kiali");
        mesh.Apply(YamlReader.ReadAll("""
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: ratings, namespace: bookinfo}
            spec: {hosts: [ratings], gateways: [mesh, none], http: [{fault: {abort: {percentage: {value: 100}, httpStatus: 503}}, route: [{destination: {host: ratings, subset: v9}}]}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: details, namespace: bookinfo}
            spec: {host: details, subsets: [{name: v8, labels: {version: v8}}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews, namespace: bookinfo}
            spec: {hosts: [reviews], http: [{fault: {abort: {percentage: {value: 100}, httpStatus: 503}}, route: [{destination: {host: reviews}}]}]}
            """).Cast<JsonObject>());
        await mesh.SettledAsync();
        for (var i = 0; i < 5; i++) await mesh.SendAsync(new JsonObject { ["from"] = "client", ["host"] = "reviews:9080", ["path"] = "/reviews/0" });

        var checks = (await JsonAsync("kiali", 20001, "/kiali/api/istio/config?namespaces=bookinfo&validate=true")).Objects("items").ToDictionary(i => $"{i.Str("kind")} {i.Str("name")}", i => string.Join(' ', i.Objects("validation", "checks").Select(c => c.Str("code"))));
        Assert.Equal("KIA1102 KIA1107", checks["VirtualService ratings"]);
        Assert.Equal("KIA0203", checks["DestinationRule details"]);
        Assert.Equal("", checks["VirtualService reviews"]);

        // The proxy turned the requests away; it still knows which service they were for.
        var service = (await JsonAsync("kiali", 20001, "/kiali/api/clusters/services?namespaces=bookinfo&health=true")).Objects("services").Single(s => s.Str("name") == "reviews");
        Assert.True(service.Real("health", "requests", "inbound", "http", "503") > 0);
        Assert.Equal("VirtualService", service.Objects("istioReferences").Single().Str("objectGVK", "Kind"));
        var edge = (await JsonAsync("kiali", 20001, "/kiali/api/namespaces/graph?namespaces=bookinfo")).Objects("elements", "edges").Single().Obj("data")!;
        Assert.Equal("service/bookinfo/reviews", edge.Str("target"));
        Assert.Equal("100.0", edge.Str("traffic", "rates", "httpPercentErr"));

        var workload = (await JsonAsync("kiali", 20001, "/kiali/api/clusters/workloads?namespaces=bookinfo&health=true")).Objects("workloads").Single(w => w.Str("name") == "reviews-v1");
        Assert.Equal(1, workload.Int(0, "health", "workloadStatus", "availableReplicas"));
        Assert.Equal("reviews", (await JsonAsync("kiali", 20001, "/kiali/api/namespaces/bookinfo/istio/networking.istio.io/v1/VirtualService/reviews")).Str("resource", "metadata", "name"));
        Assert.NotNull((await JsonAsync("kiali", 20001, "/kiali/api/clusters/health?namespaces=bookinfo&type=app")).Obj("namespaceAppHealth", "bookinfo", "reviews", "requests"));
    }

    [Fact]
    public async Task Kiali_WithoutPrometheus_SaysWhatIsMissing()
    {
        mesh.Reset();
        await InstallAsync("kiali");
        await mesh.SettledAsync();

        var reply = await AskAsync("kiali", 20001, "/kiali/api/namespaces/graph?namespaces=bookinfo");

        Assert.Equal(503, reply.Status);
        Assert.Contains("Prometheus does not answer", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kiali", 1, "", "Error: no Kiali pods found\n")]
    [InlineData("nope", 64, "", "Error: unknown dashboard \"nope\"\n")]
    public async Task Dashboard_ThatIsNotThere_Fails(string name, int code, string output, string error)
    {
        mesh.Reset();

        Assert.Equal((code, output, error), await mesh.IstioctlAsync("dashboard", name, "--browser=false"));
    }

    private async Task InstallAsync(params string[] addons)
    {
        foreach (var addon in addons) mesh.Apply(YamlReader.ReadAll(await File.ReadAllTextAsync(Path.Combine(mesh.Samples, "addons", addon + ".yaml"))).Cast<JsonObject>());
        await Eventually.True(() => addons.All(a => mesh.TryPod(a + "-") is not null));
        await mesh.SettledAsync();
    }

    private async Task<JsonNode> JsonAsync(string app, int port, string path)
    {
        var reply = await AskAsync(app, port, path);
        Assert.True(reply.Status == 200, reply.Text);
        return JsonNode.Parse(reply.Body.Span)!;
    }

    private async Task<HttpReply> AskAsync(string app, int port, string path, string? container = null)
    {
        var pod = mesh.Pod(app + "-");
        var target = container is null ? pod.ListenerOn(port)! : pod.Containers[container];
        return await target.HandleAsync(port, HttpCall.Get($"localhost:{port}", path), TestContext.Current.CancellationToken).AsTask().DefaultTimeout();
    }
}
