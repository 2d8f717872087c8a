using Portal.Clusters.Watching;
using Portal.Labs.Traffic;
using Portal.Testing.Lessons;
using Portal.Web.Components.Cluster;
using Xunit;

namespace Portal.Web.Tests.Cluster;

public sealed class MeshGraphTests
{
    [Fact]
    public void Build_WeightedService_LabelsTheWayToEachVersion()
    {
        var graph = MeshGraph.Build(SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch) with { VirtualServices = [SampleSummary.Reviews(90, 10)] }, "bookinfo");

        Assert.Equal(["90 %", "10 %", "0 %"], graph.Edges.Where(e => e.Share.Length > 0).Select(e => e.Share));
    }

    [Fact]
    public void Build_VersionReachedByHeaderOnly_SaysSo()
    {
        var graph = MeshGraph.Build(SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch) with { VirtualServices = [SampleSummary.Reviews(100, 0)] }, "bookinfo");

        Assert.Equal(["100 %", "by match", "0 %"], graph.Edges.Where(e => e.Share.Length > 0).Select(e => e.Share));
    }

    [Fact]
    public void Build_NoRoutes_PromisesNoNumbers()
    {
        var graph = MeshGraph.Build(SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch) with { VirtualServices = [] }, "bookinfo");

        Assert.All(graph.Edges, e => Assert.Equal("", e.Share));
    }

    [Fact]
    public void Build_NoServices_IsEmpty() => Assert.Empty(MeshGraph.Build(SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch) with { Services = [] }, "bookinfo").Nodes);

    [Fact]
    public void Build_ServiceEntry_IsANodeOutside()
    {
        var key = SampleSummary.Key("ServiceEntry", "httpbin", group: "networking.istio.io");
        var graph = MeshGraph.Build(
            SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch) with
            {
                ServiceEntries = [new(key, "bookinfo", "httpbin", ["httpbin.org"], "443 TLS", IsExternal: true)],
            },
            "bookinfo"
        );

        var node = Assert.Single(graph.Nodes, n => n.Kind == MeshNodeKind.External);
        Assert.Equal(("httpbin.org", "outside · 443 TLS"), (node.Name, node.Note));
    }

    [Fact]
    public void Build_FaultsAndBreakers_AreMarksInWords()
    {
        var summary = SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch);
        var route = SampleSummary.Reviews(100, 0).Routes[1] with
        {
            Extras = ["abort 503 10 %", "retries 3", "timeout 2s", "mirror to reviews v2"],
        };
        var graph = MeshGraph.Build(
            summary with
            {
                VirtualServices = [SampleSummary.Reviews(100, 0) with { Routes = [route] }],
                DestinationRules =
                [
                    summary.DestinationRules[0] with { Policies = ["max connections 1", "tls DISABLE"] },
                ],
            },
            "bookinfo"
        );

        Assert.Equal(
            ["fault: abort 503 10 %", "retries 3", "timeout 2s", "mirror to reviews v2", "breaker: max connections 1"],
            graph.Nodes.Single(n => n.Id == "service/bookinfo/reviews").Marks.Select(m => m.Text)
        );
        Assert.Equal("plain text", graph.Nodes.Single(n => n.Name == "reviews-v1").Marks.Single().Text);
    }

    [Theory]
    [InlineData(true, "STRICT", null, "mTLS STRICT")]
    [InlineData(true, "PERMISSIVE", null, "mTLS, plain too")]
    [InlineData(true, "DISABLE", null, "plain text")]
    [InlineData(true, "STRICT", "tls DISABLE", "plain text refused")]
    [InlineData(false, null, null, "no sidecar")]
    public void Lock_BothSides_DecideIt(bool sidecar, string? mode, string? policy, string expected)
    {
        var rule = policy is null ? null : new DestinationRuleRow(default, "bookinfo", "r", "reviews", [], [policy]);

        var workload = SampleSummary.Workload("reviews-v1") with { Sidecar = sidecar, MtlsMode = mode };
        Assert.Equal(expected, MeshRules.Lock(workload, rule).Text);
    }

    [Fact]
    public void Build_Traffic_IsOnTheWaysThatItTook()
    {
        MeshTraffic traffic = new(
            true,
            [
                new("istio-system", "istio-ingressgateway", "bookinfo", "productpage", "productpage-v1", 4, 0, null),
                new(
                    "bookinfo",
                    "productpage-v1",
                    "bookinfo",
                    "reviews",
                    "reviews-v1",
                    3,
                    0.3,
                    TimeSpan.FromMilliseconds(25)
                ),
                new("bookinfo", "other", "bookinfo", "reviews", "reviews-v1", 1, 0.1, TimeSpan.FromMilliseconds(5)),
            ]
        );

        var graph = MeshGraph.Build(SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch), "bookinfo", traffic);

        var reviews = graph.Edges.Single(e => e.To.Name == "reviews-v1");
        Assert.Equal(["50 %", "4/s", "10 % err", "25 ms"], reviews.Lines);
        Assert.Equal("bad", reviews.Tone);
        Assert.Equal("ok", graph.Edges.Single(e => e.From.Kind == MeshNodeKind.Gateway).Tone);
        Assert.Null(graph.Edges.Single(e => e.To.Name == "reviews-v2").Flow);
    }

    [Fact]
    public void Build_WayThroughTheGateway_AsksForAPathThatTakesIt()
    {
        var summary = SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch);
        var rule = summary.VirtualServices[0];
        rule = rule with { Routes = [rule.Routes[0] with { Match = "uri = /productpage or uri starts with /static" }] };

        var question = MeshGraph.Build(summary with { VirtualServices = [rule] }, "bookinfo")
            .Edges.Single(e => e.From.Kind == MeshNodeKind.Gateway).Question;

        Assert.Equal(
            ("*", "/productpage", "bookinfo/bookinfo-gateway"),
            (question.Host, question.Path, question.Gateway)
        );
    }
}
