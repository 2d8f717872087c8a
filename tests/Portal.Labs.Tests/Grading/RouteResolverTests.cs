using Portal.Clusters.Watching;
using Portal.Labs.Grading.Routing;
using Xunit;

namespace Portal.Labs.Tests.Grading;

public sealed class RouteResolverTests
{
    private static EffectiveRoute Resolve(params string[] objects) => RouteResolver.Resolve(Cluster.Of(objects), "reviews", "shop", RouteRequest.Plain);

    [Fact]
    public void Resolve_NoRule_AnyVersionAnswers()
    {
        var route = Resolve();

        Assert.Equal(("any version 100 %", null), (route.Describe(), route.Owner));
        Assert.Equal([RouteProblem.NoRule], route.Problems);
    }

    [Theory]
    [InlineData(90, 10, "v1 90 %, v2 10 %")]
    [InlineData(9, 1, "v1 90 %, v2 10 %")]
    [InlineData(0, 100, "v2 100 %")]
    public void Resolve_Weights_AreSharesOfTheirSum(int v1, int v2, string expected) =>
        Assert.Equal(expected, Resolve(Cluster.Subsets, Cluster.Rule("reviews", $"'http':[{Cluster.Split(v1, v2)}]")).Describe());

    [Fact]
    public void Resolve_SingleDestination_GetsEverythingWhateverItsWeight() =>
        Assert.Equal("v2 100 %", Resolve(Cluster.Subsets, Cluster.Rule("reviews", $"'http':[{{'route':[{Cluster.To("v2", 10)}]}}]")).Describe());

    [Fact]
    public void Resolve_TwoRulesForTheHost_TheOlderOneOwnsIt()
    {
        var route = Resolve(
            Cluster.Subsets,
            Cluster.Rule("a-canary", $"'http':[{Cluster.Split(90, 10)}]", day: 2),
            Cluster.Rule("reviews", $"'http':[{Cluster.Split(100, 0)}]", day: 1));

        Assert.Equal(("reviews", "v1 100 %"), (route.Owner!.Name, route.Describe()));
        Assert.Contains(RouteProblem.SeveralOwners, route.Problems);
    }

    [Theory]
    [InlineData("'http':[{'route':[{'destination':{'host':'reviews','subset':'v1'}}]},{'route':[{'destination':{'host':'reviews','subset':'v2'}}]}]", RouteProblem.UnreachableRule)]
    [InlineData("'http':[{'route':[{'destination':{'host':'reviews','subset':'v9'}}]}]", RouteProblem.MissingSubset)]
    [InlineData("'gateways':['g'],'http':[{'route':[{'destination':{'host':'reviews','subset':'v1'}}]}]", RouteProblem.GatewayOnly)]
    [InlineData("'http':[{'route':[{'destination':{'host':'reviews','subset':'v1'},'weight':90},{'destination':{'host':'reviews','subset':'v2'},'weight':20}]}]", RouteProblem.WeightsNot100)]
    public void Resolve_Mistake_IsNamed(string spec, string problem) =>
        Assert.Contains(problem, Resolve(Cluster.Subsets, Cluster.Rule("reviews", spec)).Problems);

    [Fact]
    public void Resolve_GoodRule_HasNoProblem() =>
        Assert.Empty(Resolve(Cluster.Subsets, Cluster.Rule("reviews", $"'gateways':['g','mesh'],'http':[{Cluster.Split(90, 10)}]")).Problems);

    [Fact]
    public void Resolve_HostWithADot_IsTakenAsItIs() =>
        Assert.Null(Resolve(Cluster.Rule("x", $"'http':[{Cluster.Split(1, 1)}]").Replace("'hosts':['reviews']", "'hosts':['reviews.shop']", StringComparison.Ordinal)).Owner);

    [Theory]
    [InlineData("jason", "v2 100 %")]
    [InlineData("Jason", "v1 100 %")]
    public void Resolve_HeaderMatch_DecidesByExactValue(string user, string expected)
    {
        var snapshot = Cluster.Of(Cluster.Subsets, Cluster.Rule("reviews", $"'http':[{{'match':[{{'headers':{{'end-user':{{'exact':'jason'}}}}}}],'route':[{Cluster.To("v2", 0)}]}},{{'route':[{Cluster.To("v1", 0)}]}}]"));

        var route = RouteResolver.Resolve(snapshot, "reviews", "shop", new("/", "GET", new Dictionary<string, string> { ["End-User"] = user }));

        Assert.Equal(expected, route.Describe());
    }

    [Theory]
    [InlineData("'uri':{'prefix':'/a'}", "/abc?x=1", true)]
    [InlineData("'uri':{'exact':'/a'}", "/a?x=1", true)]
    [InlineData("'uri':{'exact':'/A'},'ignoreUriCase':true", "/a", true)]
    [InlineData("'uri':{'regex':'/a.'}", "/abc", false)]
    [InlineData("'method':{'exact':'POST'}", "/a", false)]
    [InlineData("'headers':{'x':{}}", "/a", false)]
    [InlineData("'withoutHeaders':{'x':{}}", "/a", true)]
    public void IsTakenBy_Match_FollowsIstio(string match, string path, bool expected)
    {
        var entry = Cluster.Of(Cluster.Rule("r", $"'http':[{{'match':[{{{match}}}]}}]")).OfKind("VirtualService").First().Json.GetProperty("spec").GetProperty("http")[0];

        Assert.Equal(expected, new RouteRequest(path, "GET", new Dictionary<string, string>()).IsTakenBy(entry));
    }
}
