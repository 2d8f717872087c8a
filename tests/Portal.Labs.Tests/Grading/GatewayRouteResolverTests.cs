using Portal.Clusters.Watching;
using Portal.Labs.Grading.Probes;
using Portal.Labs.Grading.Routing;
using Xunit;

namespace Portal.Labs.Tests.Grading;

public sealed class GatewayRouteResolverTests
{
    private static string Rule(string name, string gateways, string http, int day = 1, string hosts = "'*'") =>
        $"{{'apiVersion':'networking.istio.io/v1','kind':'VirtualService','metadata':{{'namespace':'shop','name':'{name}','creationTimestamp':'2026-01-0{day}T00:00:00Z'}},'spec':{{'hosts':[{hosts}],'gateways':[{gateways}],'http':[{http}]}}}}";

    private static string Entry(string prefix, string to) => $"{{'match':[{{'uri':{{'prefix':'{prefix}'}}}}],'route':[{{'destination':{{'host':'{to}','subset':'{to}'}}}}]}}";

    private static EffectiveRoute Resolve(string path, params string[] objects) =>
        GatewayRouteResolver.Resolve(Cluster.Of(objects), "door", "example.com", "shop", new RouteRequest(path, "GET", new Dictionary<string, string>()));

    [Fact]
    public void Resolve_RulesOfSeveralOwners_StandTogether()
    {
        string[] rules = [Rule("a", "'door'", Entry("/a", "a")), Rule("b", "'shop/door','mesh'", Entry("/b", "b"), day: 2)];

        Assert.Equal("a", Resolve("/a/1", rules).Owner!.Name);
        Assert.Equal(("b", 0), (Resolve("/b", rules).Owner!.Name, Resolve("/b", rules).EntryIndex));
    }

    [Fact]
    public void Resolve_CatchAllOfTheOlderRule_ComesLast() =>
        Assert.Equal("b", Resolve("/b", Rule("a", "'door'", Entry("/", "a")), Rule("b", "'door'", Entry("/b", "b"), day: 2)).Owner!.Name);

    [Theory]
    [InlineData("'other'", "'*'")]
    [InlineData("'mesh'", "'*'")]
    [InlineData("'door'", "'elsewhere.com'")]
    public void Resolve_RuleForAnotherDoorOrHost_IsNone(string gateways, string hosts)
    {
        var route = Resolve("/a", Rule("a", gateways, Entry("/", "a"), hosts: hosts));

        Assert.Null(route.Owner);
        Assert.Equal([RouteProblem.NoRule], route.Problems);
    }

    [Theory]
    [InlineData("0", "{'attempts':0}", true)]
    [InlineData("3", "{'attempts':3,'retryOn':'5xx'}", true)]
    [InlineData("0", "{'attempts':3,'retryOn':'5xx'}", false)]
    public async Task Route_AtTheGateway_ComparesRetries(string found, string wanted, bool holds)
    {
        var rule = Rule("a", "'door'", $"{{'retries':{{'attempts':{found},'retryOn':'5xx'}},'route':[{{'destination':{{'host':'a'}}}}]}}");

        var result = await new RouteProbe().EvaluateAsync(Cluster.Context(Cluster.Of(rule)), Cluster.Settings($"{{'host':'localhost','namespace':'shop','gateway':'door','retries':{wanted}}}"), CancellationToken.None);

        Assert.Equal(holds, result.Holds);
    }

    [Fact]
    public void Resolve_MeshHostOnlyCoveredByAGatewaysAnyHost_IsNotBoundToTheGateway()
    {
        ClusterSnapshot Snapshot(string hosts) => Cluster.Of(Rule("a", "'door'", Entry("/", "a"), hosts: hosts));

        Assert.Equal([RouteProblem.NoRule], RouteResolver.Resolve(Snapshot("'*'"), "reviews", "shop", RouteRequest.Plain).Problems);
        Assert.Contains(RouteProblem.GatewayOnly, RouteResolver.Resolve(Snapshot("'reviews'"), "reviews", "shop", RouteRequest.Plain).Problems);
    }

    [Theory]
    [InlineData("'timeout':'3s','retries':{'attempts':2,'perTryTimeout':'1s'}", false)]
    [InlineData("'timeout':'3s','retries':{'attempts':2,'perTryTimeout':'1500ms'}", true)]
    [InlineData("'timeout':'3s','retries':{'attempts':9}", false)]
    [InlineData("'retries':{'attempts':9,'perTryTimeout':'1m'}", false)]
    public void Resolve_TriesLongerThanTheTimeout_AreAProblem(string limits, bool problem) =>
        Assert.Equal(problem, RouteResolver.Resolve(Cluster.Of(Cluster.Rule("reviews", $"'http':[{{{limits},'route':[{{'destination':{{'host':'reviews'}}}}]}}]")), "reviews", "shop", RouteRequest.Plain).Problems.Contains(RouteProblem.RetriesExceedTimeout));
}
