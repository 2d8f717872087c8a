using Portal.Clusters.Api;
using Portal.Labs.Traffic;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Traffic;

public sealed class TrafficReaderTests
{
    private const string Query = "api/v1/namespaces/istio-system/services/http:prometheus:9090/proxy/api/v1/query";
    private const string Sides =
        "'source_workload_namespace':'shop','source_workload':'web',"
            + "'destination_service_namespace':'shop','destination_service_name':'cart',"
            + "'destination_workload':'cart-v1'";

    [Fact]
    public async Task Read_NoPrometheus_IsNotInstalled() => Assert.False((await ReadAsync(null)).Installed);

    [Fact]
    public async Task Read_Samples_AreAddedUpByWhoCalledWhom()
    {
        // The same answer to both questions: the first value is the latency, their sum the rate.
        var traffic = await ReadAsync(
            $"{{'data':{{'resultType':'vector','result':[{{'metric':{{{Sides},"
                + $"'response_code':'200'}},'value':[1,'3']}},"
                + $"{{'metric':{{{Sides},'response_code':'503'}},'value':[1,'1']}},"
                + $"{{'metric':{{{Sides},'response_code':'500'}},'value':[1,'NaN']}}]}}}}"
        );

        var flow = Assert.Single(traffic.Flows);
        Assert.Equal(
            ("web", "cart", "cart-v1", 4.0, 1.0),
            (flow.Source, flow.Service, flow.Workload, flow.Rate, flow.Errors)
        );
        Assert.Equal(TimeSpan.FromMilliseconds(3), flow.P95);
    }

    [Fact]
    public async Task Read_Nonsense_IsAProblemInWords() =>
        Assert.StartsWith("Prometheus does not answer.", (await ReadAsync("<html>")).Problem, StringComparison.Ordinal);

    private static async Task<MeshTraffic> ReadAsync(string? answer)
    {
        await using var server = await FakeApiServer.StartAsync();
        if (answer is not null)
            server.Lists[Query] = answer;
        using var api = ClusterApi.Connect(server.Kubeconfig);
        return await TrafficReader.ReadAsync(api, TestContext.Current.CancellationToken);
    }
}
