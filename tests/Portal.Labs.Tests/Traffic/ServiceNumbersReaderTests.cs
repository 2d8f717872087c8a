using Portal.Clusters.Api;
using Portal.Labs.Traffic;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Traffic;

public sealed class ServiceNumbersReaderTests
{
    private const string Query = "api/v1/namespaces/istio-system/services/http:prometheus:9090/proxy/api/v1/query";
    private const string Sides = "destination_service_namespace, destination_service_name, destination_version";
    private const string Counted = "rate(istio_requests_total{reporter=\"source\"}[1m])";
    private const string Cart =
        "'destination_service_namespace':'shop','destination_service_name':'cart','destination_version':";

    [Fact]
    public async Task Read_NoPrometheus_IsNotInstalled() => Assert.False((await ReadAsync([])).Installed);

    [Fact]
    public async Task Read_Nonsense_IsAProblemInWords() =>
        Assert.StartsWith(
            "Prometheus does not answer.",
            (await ReadAsync(new() { [Query] = "<html>" })).Problem,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task Read_AnswerWithoutEnd_IsAProblemAndNotKept() =>
        Assert.StartsWith(
            "Prometheus does not answer.",
            (await ReadAsync(new() { [Query] = new string(' ', ServiceProxy.BodyLimit + 1) })).Problem,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task Read_Versions_EachHaveRateErrorsLatencyAndHistory()
    {
        var numbers = await ReadAsync(
            new()
            {
                [
                    Query
                        + $"?query=sum by ({Sides}, response_code) (rate(istio_requests_total{{reporter=\"source\"}}[1m])) > 0"
                ] = Vector((Cart + "'v1','response_code':'200'", "3"), (Cart + "'v1','response_code':'503'", "1")),
                [Query + $"?query=sum by ({Sides}) ({Counted})[10m:15s]"] =
                    Matrix(
                        (Cart + "'v2'", "[100,'0'],[115,'2']"),
                        (Cart + "'v1'", "[100,'NaN'],[115,'4']"),
                        (Cart + "'unknown'", "[115,'0']")
                    ),
                [Query + "?query=" + Latency("0.5")] = Vector((Cart + "'v1'", "2.5")),
                [Query + "?query=" + Latency("0.95")] = Vector((Cart + "'v1'", "10")),
                [Query + "?query=" + Latency("0.99")] = Vector((Cart + "'v1'", "NaN")),
            }
        );

        var at = DateTimeOffset.UnixEpoch.AddSeconds(115);
        Assert.Collection(
            numbers.Rows,
            v1 =>
            {
                Assert.Equal(("shop", "cart", "v1", 4, 1), (v1.Namespace, v1.Service, v1.Version, v1.Rate, v1.Errors));
                Assert.Equal(
                    (TimeSpan.FromMilliseconds(2.5), TimeSpan.FromMilliseconds(10), null),
                    (v1.P50, v1.P95, v1.P99)
                );
                Assert.Equal([new RatePoint(at, 4)], v1.History);
            },
            v2 =>
            {
                Assert.Equal(("v2", 0, null), (v2.Version, v2.Rate, v2.P50));
                Assert.Equal([new RatePoint(at.AddSeconds(-15), 0), new RatePoint(at, 2)], v2.History);
            }
        );
    }

    private static string Latency(string quantile) =>
        $"histogram_quantile({quantile}, sum by ({Sides}, le) "
        + "(rate(istio_request_duration_milliseconds_bucket{reporter=\"source\"}[1m])))";

    private static string Vector(params (string Labels, string Value)[] series) =>
        Answer("vector", series.Select(s => $"{{'metric':{{{s.Labels}}},'value':[115,'{s.Value}']}}"));

    private static string Matrix(params (string Labels, string Points)[] series) =>
        Answer("matrix", series.Select(s => $"{{'metric':{{{s.Labels}}},'values':[{s.Points}]}}"));

    private static string Answer(string type, IEnumerable<string> series) =>
        $"{{'status':'success','data':{{'resultType':'{type}','result':[{string.Join(',', series)}]}}}}";

    private static async Task<ServiceNumbers> ReadAsync(Dictionary<string, string> answers)
    {
        await using var server = await FakeApiServer.StartAsync();
        foreach (var (path, answer) in answers)
            server.Lists[path] = answer;
        using var api = ClusterApi.Connect(server.Kubeconfig);
        return await ServiceNumbersReader.ReadAsync(api, TestContext.Current.CancellationToken);
    }
}
