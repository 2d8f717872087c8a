using Portal.Labs.Grading.Routing;
using Portal.Labs.Traffic;
using Xunit;

namespace Portal.Labs.Tests.Grading;

public sealed class RouteExplainerTests
{
    private const string Service =
        "{'apiVersion':'v1','kind':'Service','metadata':{'namespace':'shop',"
            + "'name':'reviews'},'spec':{'selector':{'app':'reviews'},'ports':[{'port':9080}]}}";
    private const string Rule =
        "{'apiVersion':'networking.istio.io/v1','kind':'DestinationRule',"
            + "'metadata':{'namespace':'shop','name':'reviews'},'spec':{'host':'reviews',"
            + "'trafficPolicy':{'connectionPool':{'tcp':{'maxConnections':1}}},"
            + "'subsets':[{'name':'v1','labels':{'version':'v1'}},{'name':'v2',"
            + "'labels':{'version':'v2'}}]}}";
    private const string Strict =
        "{'apiVersion':'security.istio.io/v1','kind':'PeerAuthentication',"
            + "'metadata':{'namespace':'shop','name':'default'},'spec':{'mtls':{'mode':'STRICT'}}}";
    private const string Gateway =
        "{'apiVersion':'networking.istio.io/v1','kind':'Gateway',"
            + "'metadata':{'namespace':'shop','name':'front'},"
            + "'spec':{'selector':{'istio':'ingressgateway'},'servers':[{'port':{'number':80},"
            + "'hosts':['*']}]}}";
    private static readonly string s_split = Cluster.Rule(
        "reviews",
        $"'http':[{{'match':[{{'headers':{{'end-user':{{'exact':'jason'}}}}}}],'route':[{Cluster.To("v2", 0)}]}},"
            + $"{{'match':[{{'sourceLabels':{{'app':'web'}}}}],"
            + $"'fault':{{'delay':{{'fixedDelay':'2s','percentage':{{'value':50}}}}}},"
            + $"'route':[{Cluster.To("v1", 90)},{Cluster.To("v2", 10)}]}},"
            + $"{Cluster.Split(1, 1)}]"
    );

    private static readonly string[] s_shop =
    [
        Service,
        Rule,
        s_split,
        Pod("reviews", "v1"),
        Pod("reviews", "v2"),
        Pod("web", "v1"),
        Pod("old", "v1", sidecar: false),
    ];

    private static string Pod(string app, string version, bool sidecar = true) =>
        $"{{'apiVersion':'v1','kind':'Pod','metadata':{{'namespace':'shop',"
            + $"'name':'{app}-{version}','labels':{{'app':'{app}','version':'{version}'}}}},"
        + $"'spec':{{'containers':[{{'name':'{app}'}}{(sidecar ? ",{'name':'istio-proxy'}" : "")}]}},"
        + $"'status':{{'phase':'Running','containerStatuses':[{{'name':'{app}','ready':true}}]}}}}";

    private static RouteExplanation Explain(IEnumerable<string> objects, RouteQuestion question) =>
        RouteExplainer.Explain(Cluster.Of([.. objects]), question);

    private static RouteQuestion From(
        string workload,
        string host = "reviews:9080",
        params (string, string)[] headers
    ) => new(host, "shop", workload, "/reviews/0", [.. headers.Select(h => KeyValuePair.Create(h.Item1, h.Item2))]);

    [Fact]
    public void Explain_EntriesInOrder_SayWhyNotAndWhichTook()
    {
        var steps = Explain(s_shop, From("web-v1")).Steps;

        Assert.Equal(
            [RouteVerdict.NotTaken, RouteVerdict.Taken, RouteVerdict.NotReached],
            steps.Where(s => s.Title.Contains("spec.http", StringComparison.Ordinal)).Select(s => s.Verdict)
        );
        Assert.Equal(
            ["header end-user is not there, and it must be “jason”."],
            steps.Single(s => s.Verdict == RouteVerdict.NotTaken).Details
        );
        Assert.Contains(steps, s => s.Title == "On the way: delay 2s 50 %");
        Assert.Contains(
            steps,
            s =>
                s.Title == "90 % go to reviews.shop, subset v1"
                && s.Details[0].Contains("reviews-v1", StringComparison.Ordinal)
        );
        Assert.Contains(steps, s => s.Title == "DestinationRule shop/reviews: max connections 1");
        Assert.Contains(steps, s => s.Title == "With mutual TLS");
    }

    [Fact]
    public void Explain_Entry_ShowsItsLinesWithTheirNumbers()
    {
        var taken = Explain(s_shop, From("web-v1", headers: ("End-User", "jason")))
            .Steps.Single(s => s.Verdict == RouteVerdict.Taken);

        Assert.Equal("reviews: spec.http[0]", taken.Title);
        Assert.StartsWith("- match:\n", taken.Lines!.Text, StringComparison.Ordinal);
        Assert.Contains("exact: jason", taken.Lines.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("sourceLabels", taken.Lines.Text, StringComparison.Ordinal);
        Assert.True(taken.Lines.First > 5);
    }

    [Theory]
    [InlineData("reviews.shop:9080")]
    [InlineData("reviews.shop.svc:9080")]
    [InlineData("reviews.shop.svc.cluster.local:9080")]
    public void Explain_LongerNamesOfTheService_AreTheSame(string host) =>
        Assert.Contains(Explain(s_shop, From("web-v1", host)).Steps, s => s.Verdict == RouteVerdict.Taken);

    [Fact]
    public void Explain_AnyCallerOfTheNamespace_HasAProxy()
    {
        var steps = Explain([.. s_shop, Strict], From("")).Steps;

        Assert.Contains(steps, s => s.Title == "With mutual TLS");
        Assert.DoesNotContain(steps, s => s.Title == "Plain text is refused");
    }

    [Fact]
    public void Explain_CallerWithoutSidecar_RulesDoNotCountAndStrictRefuses()
    {
        var steps = Explain([.. s_shop, Strict], From("old-v1")).Steps;

        Assert.Equal("old-v1 has no sidecar", steps[0].Title);
        Assert.DoesNotContain(steps, s => s.Verdict == RouteVerdict.Taken);
        Assert.Contains(steps, s => s is { Verdict: RouteVerdict.Problem, Title: "Plain text is refused" });
    }

    [Fact]
    public void Explain_SubsetThatNoRuleDefines_IsNamed()
    {
        var steps = Explain(s_shop.Where(o => o != Rule), From("web-v1", headers: ("end-user", "jason"))).Steps;

        Assert.Contains(
            steps,
            s =>
                s.Verdict == RouteVerdict.Problem
                && s.Details[0].Contains("defines the subset v2", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("/page", "front: spec.http[0]", "productpage")]
    [InlineData("/else", "No entry takes the request", null)]
    public void Explain_ThroughTheGateway_TriesTheRulesBoundToIt(string path, string expected, string? destination)
    {
        const string Bound =
            "{'apiVersion':'networking.istio.io/v1','kind':'VirtualService',"
                + "'metadata':{'namespace':'shop','name':'front',"
                + "'creationTimestamp':'2026-01-01T00:00:00Z'},'spec':{'hosts':['*'],"
                + "'gateways':['front'],'http':[{'match':[{'uri':{'prefix':'/page'}}],"
                + "'route':[{'destination':{'host':'productpage'}}]}]}}";

        var steps = Explain([Gateway, Bound], new("*", null, "", path, [])).Steps;

        Assert.Equal("Gateway shop/front lets it in", steps[0].Title);
        Assert.Contains(steps, s => s.Title == expected);
        Assert.Equal(
            destination is not null,
            steps.Any(s => s.Title.StartsWith("100 % go to productpage.shop", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void Explain_NoGateway_SaysWhatToApply() =>
        Assert.Contains(
            "No Gateway",
            Explain([], new("*", null, "", "/", [])).Steps.Single().Title,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("'queryParams':{'v':{'exact':'2'}}", "/a?v=2", true)]
    [InlineData("'queryParams':{'v':{'exact':'2'}}", "/a", false)]
    [InlineData("'port':9080", "/", true)]
    [InlineData("'port':80", "/", false)]
    [InlineData("'sourceNamespace':'shop'", "/", true)]
    [InlineData("'sourceNamespace':'other'", "/", false)]
    [InlineData("'gateways':['front']", "/", false)]
    [InlineData("'gateways':['mesh']", "/", true)]
    [InlineData("'authority':{'prefix':'reviews'}", "/", true)]
    [InlineData("'withoutHeaders':{'x':{'exact':'1'}}", "/", false)]
    public void Obstacle_ConditionOfTheCaller_IsHeldAgainstIt(string match, string path, bool holds)
    {
        var json = Cluster
            .Of(Cluster.Rule("r", $"'http':[{{'match':[{{{match}}}]}}]"))
            .OfKind("VirtualService")
            .First()
            .Json;
        var request = new RouteRequest(path, "GET", new Dictionary<string, string> { ["x"] = "1" })
        {
            Caller = new("shop", new Dictionary<string, string>(), RouteCaller.Mesh, "reviews", 9080),
        };

        var obstacle = request.Obstacle(json.GetProperty("spec").GetProperty("http")[0].GetProperty("match")[0]);

        Assert.Equal(holds, obstacle is null);
    }
}
