using Portal.Clusters.Api;
using Portal.Clusters.Watching;
using Portal.Labs.Grading.Probes;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Grading;

/// <summary>
/// How long a request through the gateway took: by the clock of a cluster that has one, else by this machine's.
/// </summary>
public sealed class RequestTimeTests
{
    private const string Header = "x-cluster-time";

    [Theory]
    [InlineData(Header, "5000.25", true)]
    // A cluster without a clock of its own may send what it likes: a server behind the gateway may have written it.
    [InlineData(null, "5000.25", false)]
    [InlineData(Header, "soon", false)]
    public async Task Latency_ThroughTheGateway_IsTheClustersWhereItHasAClock(string? header, string value, bool holds)
    {
        await using var server = await FakeApiServer.StartAsync();
        server.Lists["api/v1/namespaces/istio-system/services/http:istio-ingressgateway:80/proxy/slow"] = "{}";
        server.Headers[Header] = value;
        using var api = ClusterApi.Connect(server.Kubeconfig);
        var context = Cluster.Context(ClusterSnapshot.Empty) with { Api = api, RequestTimeHeader = header };

        var result = await new TrafficProbe(TimeProvider.System).EvaluateAsync(
            context,
            Cluster.Settings(
                "{'from':'ingress','path':'/slow','requests':2,'latency':{'atLeast':'5s','below':'5100ms','expect':2}}"
            ),
            TestContext.Current.CancellationToken
        );

        Assert.Equal(holds, result.Holds);
    }
}
