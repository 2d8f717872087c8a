using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;
using Portal.Sandbox.Tests.Mesh;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Istioctl;

/// <summary>What istioctl says about proxies and how objects concern a workload.</summary>
public sealed partial class ProxyConfigTests(MeshFixture mesh) : IClassFixture<MeshFixture>
{
    private const string Reviews = """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: reviews}
        spec:
          host: reviews
          trafficPolicy:
            connectionPool: {tcp: {maxConnections: 1}, http: {http1MaxPendingRequests: 1}}
            outlierDetection: {consecutive5xxErrors: 1, interval: 1s, baseEjectionTime: 30s, maxEjectionPercent: 100}
          subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}, {name: v3, labels: {version: v3}}]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews}
        spec:
          hosts: [reviews]
          http:
          - route: [{destination: {host: reviews, subset: v1}, weight: 90}, {destination: {host: reviews, subset: v2}, weight: 10}]
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default}
        spec: {mtls: {mode: STRICT}}
        """;

    [Fact]
    public async Task Clusters_OfAHost_ShowSubsetsAndTheirRule()
    {
        await ApplyAsync();

        var (code, text, _) = await mesh.IstioctlAsync("proxy-config", "clusters", "deployment/productpage-v1", "-n", "bookinfo", "--fqdn", "reviews.bookinfo.svc.cluster.local");

        Assert.Equal(0, code);
        Assert.Equal("""
            SERVICE FQDN                           PORT     SUBSET     DIRECTION     TYPE     DESTINATION RULE
            reviews.bookinfo.svc.cluster.local     9080     -          outbound      EDS      reviews.bookinfo
            reviews.bookinfo.svc.cluster.local     9080     v1         outbound      EDS      reviews.bookinfo
            reviews.bookinfo.svc.cluster.local     9080     v2         outbound      EDS      reviews.bookinfo
            reviews.bookinfo.svc.cluster.local     9080     v3         outbound      EDS      reviews.bookinfo

            """, text);
    }

    [Fact]
    public async Task Clusters_AsJson_HaveTheLimitsOfTheCaller()
    {
        await ApplyAsync();

        var (_, text, _) = await mesh.IstioctlAsync("pc", "c", "deploy/productpage-v1.bookinfo", "--fqdn=reviews.bookinfo.svc.cluster.local", "--subset", "v1", "-ojson");

        var cluster = ((JsonArray)JsonNode.Parse(text)!).Single()!;
        Assert.Equal("outbound|9080|v1|reviews.bookinfo.svc.cluster.local", cluster.Str("name"));
        Assert.Equal(1, cluster.Objects("circuitBreakers", "thresholds").Single().Num("maxConnections"));
        Assert.Equal("""{"consecutive5xx":1,"interval":"1s","baseEjectionTime":"30s","maxEjectionPercent":100,"enforcingConsecutive5xx":100,"enforcingSuccessRate":0}""", cluster.Obj("outlierDetection")!.ToText());
        Assert.Contains("    \"maxConnections\": 1,\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_OfASidecar_NameTheVirtualServiceThatOwnsTheHost()
    {
        await ApplyAsync();

        var (_, text, _) = await mesh.IstioctlAsync("proxy-config", "routes", "deploy/productpage-v1", "-n", "bookinfo", "--name", "9080");

        Assert.Equal("""
            NAME     VHOST NAME                                   DOMAINS                                       MATCH     VIRTUAL SERVICE
            9080     details.bookinfo.svc.cluster.local:9080      details, details.bookinfo + 1 more...         /*        
            9080     productpage.bookinfo.svc.cluster.local:9080  productpage, productpage.bookinfo + 1 more... /*        
            9080     ratings.bookinfo.svc.cluster.local:9080      ratings, ratings.bookinfo + 1 more...         /*        
            9080     reviews.bookinfo.svc.cluster.local:9080      reviews, reviews.bookinfo + 1 more...         /*        reviews.bookinfo
            """.Split('\n').Select(Squeeze), text.TrimEnd('\n').Split('\n').Select(Squeeze));
    }

    [Fact]
    public async Task Routes_OfAGateway_HaveARowForEachMatch()
    {
        var (_, text, _) = await mesh.IstioctlAsync("pc", "routes", "deploy/istio-ingressgateway", "-n", "istio-system", "--name", "http.8080");

        Assert.Equal(
            ["NAME VHOST NAME DOMAINS MATCH VIRTUAL SERVICE", "http.8080 *:8080 * /productpage bookinfo.bookinfo", "http.8080 *:8080 * /static* bookinfo.bookinfo", "http.8080 *:8080 * /login bookinfo.bookinfo", "http.8080 *:8080 * /logout bookinfo.bookinfo", "http.8080 *:8080 * /api/v1/products* bookinfo.bookinfo"],
            text.TrimEnd('\n').Split('\n').Select(Squeeze));
    }

    [Fact]
    public async Task Endpoints_OfASubset_ShowWhoIsEjected()
    {
        await ApplyAsync();
        var host = mesh.Pod("reviews-v1").Ip;

        var (_, text, _) = await mesh.IstioctlAsync("pc", "endpoints", "deploy/productpage-v1", "-n", "bookinfo", "--cluster", "outbound|9080|v1|reviews.bookinfo.svc.cluster.local");

        Assert.Equal(["ENDPOINT STATUS OUTLIER CHECK CLUSTER", $"{host}:9080 HEALTHY OK outbound|9080|v1|reviews.bookinfo.svc.cluster.local"], text.TrimEnd('\n').Split('\n').Select(Squeeze));
    }

    [Fact]
    public async Task Listeners_OfASidecar_LeadToRoutes()
    {
        var (_, text, _) = await mesh.IstioctlAsync("pc", "listeners", mesh.Pod("details-v1").Name + ".bookinfo", "--port", "9080");
        Assert.Equal(["ADDRESSES PORT MATCH DESTINATION", "0.0.0.0 9080 Trans: raw_buffer; App: http/1.1,h2c Route: 9080", "0.0.0.0 9080 ALL PassthroughCluster"], text.TrimEnd('\n').Split('\n').Select(Squeeze));
    }

    [Theory]
    [InlineData("deployment/reviews", "Error: failed retrieving: deployments.apps \"reviews\" not found in the \"bookinfo\" namespace\n")]
    [InlineData("nopod", "Error: failed to execute command on nopod.bookinfo sidecar: failure querying pod: pods \"nopod\" not found\n")]
    public async Task Clusters_OfWhatIsNotThere_SayWhat(string operand, string error)
    {
        var (code, _, errors) = await mesh.IstioctlAsync("proxy-config", "clusters", "-n", "bookinfo", operand);
        Assert.Equal((1, error), (code, errors));
    }

    [Fact]
    public async Task DescribePod_WithRules_ShowsThemInOrder()
    {
        await ApplyAsync();
        var pod = mesh.Pod("reviews-v1").Name;

        var (_, text, _) = await mesh.IstioctlAsync("x", "describe", "pod", pod, "-n", "bookinfo");

        Assert.Equal($"""
            Pod: {pod}
               Pod Revision: default
               Pod Ports: 9080 (reviews)
            --------------------
            Service: reviews
               Port: http 9080/HTTP targets pod port 9080
            DestinationRule: reviews for "reviews"
               Matching subsets: v1
                  (Non-matching subsets v2,v3)
               Policies: connection pool/outlier detection
            VirtualService: reviews
               Route to host "reviews" subset "v1" with weight 90%
            --------------------
            Effective PeerAuthentication:
               Workload mTLS mode: STRICT
            Applied PeerAuthentication:
               default.bookinfo

            """, text);
    }

    [Fact]
    public async Task DescribeService_BehindTheGateway_SaysWhereItIsExposed()
    {
        var (code, text, _) = await mesh.IstioctlAsync("x", "describe", "svc", "productpage", "-n", "bookinfo");
        Assert.Equal(0, code);
        Assert.Contains("Service: productpage\n   Port: http 9080/HTTP targets pod port 9080\n--------------------\nExposed on Ingress Gateway http://", text, StringComparison.Ordinal);
        Assert.Contains("VirtualService: bookinfo\n   Match: /productpage, Match: /static*, Match: /login, Match: /logout, Match: /api/v1/products*\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DescribePod_WithoutASidecar_Warns()
    {
        var (_, text, _) = await mesh.IstioctlAsync("x", "des", "pod", "outsider.legacy");
        Assert.Contains("WARNING: outsider.legacy is not part of mesh; no Istio sidecar", text, StringComparison.Ordinal);
    }

    private async Task ApplyAsync()
    {
        mesh.Reset();
        mesh.Apply(YamlReader.ReadAll(Reviews).Cast<JsonObject>());
        await mesh.SettledAsync();
    }

    private static string Squeeze(string line) => Spaces().Replace(line, " ").TrimEnd();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
