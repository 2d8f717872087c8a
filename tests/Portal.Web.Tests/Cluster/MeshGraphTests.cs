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

        Assert.Equal(["90 %", "10 %", "0 %"], graph.Edges.Where(e => e.Label.Length > 0).Select(e => e.Label));
    }

    [Fact]
    public void Build_VersionReachedByHeaderOnly_SaysSo()
    {
        var graph = MeshGraph.Build(SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch) with { VirtualServices = [SampleSummary.Reviews(100, 0)] }, "bookinfo");

        Assert.Equal(["100 %", "by match", "0 %"], graph.Edges.Where(e => e.Label.Length > 0).Select(e => e.Label));
    }

    [Fact]
    public void Build_NoRoutes_PromisesNoNumbers()
    {
        var graph = MeshGraph.Build(SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch) with { VirtualServices = [] }, "bookinfo");

        Assert.All(graph.Edges, e => Assert.Equal("", e.Label));
    }

    [Fact]
    public void Build_NoServices_IsEmpty() => Assert.Empty(MeshGraph.Build(SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch) with { Services = [] }, "bookinfo").Nodes);

    [Fact]
    public void Build_Nodes_DoNotOverlap()
    {
        var nodes = MeshGraph.Build(SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch), "bookinfo").Nodes;

        Assert.All(nodes.GroupBy(n => n.X), column =>
        {
            var tops = column.Select(n => n.Y).Order().ToList();
            Assert.All(tops.Zip(tops.Skip(1)), pair => Assert.True(pair.Second - pair.First >= MeshGraph.NodeHeight));
        });
    }
}
