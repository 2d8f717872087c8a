using Portal.Clusters.Api;
using Portal.Labs.Traffic;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Traffic;

public sealed class TraceReaderTests
{
    private const string Proxy = "api/v1/namespaces/istio-system/services/http:tracing:80/proxy/jaeger/api/";
    private const string Gateway = "istio-ingressgateway.istio-system";

    [Fact]
    public async Task Read_NoJaeger_IsNotInstalled() => Assert.False((await ReadAsync(null, [])).Installed);

    [Fact]
    public async Task Read_Nonsense_IsAProblemInWords() =>
        Assert.StartsWith(
            "Jaeger does not answer.",
            (await ReadAsync(null, new() { ["services"] = "<html>" })).Problem,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task Read_NoServiceYet_HasNoTraces()
    {
        var list = await ReadAsync(null, new() { ["services"] = "{'data':null}" });

        Assert.Equal((true, null), (list.Installed, list.Service));
        Assert.Empty(list.Services);
    }

    [Theory]
    [InlineData(null, Gateway)]
    [InlineData("gone", Gateway)]
    [InlineData("reviews.shop", "reviews.shop")]
    public async Task Read_Service_IsTheOneAskedForElseTheGateway(string? asked, string chosen)
    {
        var list = await ReadAsync(
            asked,
            new()
            {
                ["services"] = $"{{'data':['reviews.shop','jaeger','{Gateway}','cart.shop']}}",
                [$"traces?service={chosen}&limit=20&lookback=1h"] = "{'data':[]}",
            }
        );

        Assert.Equal(chosen, list.Service);
        Assert.Null(list.Problem);
        Assert.Equal(["cart.shop", Gateway, "reviews.shop"], list.Services);
    }

    [Fact]
    public async Task Read_Spans_StandBelowTheirParentsInTime()
    {
        var trace = await ReadTraceAsync(
            Span("c", "b", 1300, 100, Tag("http.status_code", "503") + "," + Tag("response_flags", "UF")),
            Span("a", null, 1000, 900, Tag("http.status_code", "200") + "," + Tag("response_flags", "-")),
            Span("d", "a", 1600, 100, ""),
            Span("b", "a", 1200, 300, Tag("span.kind", "server"))
        );

        Assert.Equal(("t1", 0.9), (trace.Id, trace.Duration.TotalMilliseconds));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMicroseconds(1000), trace.Start);
        Assert.Equal(
            [("a", 0, 0, "200", ""), ("b", 1, 200, "", ""), ("c", 2, 300, "503", "UF"), ("d", 1, 600, "", "")],
            trace.Spans.Select(s => (s.Operation, s.Depth, s.Offset.TotalMicroseconds, s.Status, s.Flags))
        );
        Assert.Equal(["c"], trace.Spans.Where(s => s.IsError).Select(s => s.Operation));
        Assert.Equal("server", trace.Spans[1].Kind);
    }

    [Fact]
    public async Task Read_SpansInACircle_AreAllThereOnce()
    {
        var trace = await ReadTraceAsync(
            Span("a", "b", 1000, 10, ""),
            Span("b", "a", 1001, 10, ""),
            Span("c", "c", 1002, 10, ""),
            Span("d", "gone", 1003, 10, "")
        );

        Assert.Equal(["a", "b", "c", "d"], trace.Spans.Select(s => s.Operation).Order());
    }

    [Fact]
    public async Task Read_TooManySpans_SaysHowManyAreLeft()
    {
        var trace = await ReadTraceAsync([
            .. Enumerable.Range(0, TraceList.MostSpans + 7).Select(i => Span($"s{i}", null, 1000 + i, 1, "")),
        ]);

        Assert.Equal((TraceList.MostSpans, 7), (trace.Spans.Length, trace.Left));
    }

    private static string Span(string id, string? parent, long start, long length, string tags) =>
        $"{{'traceID':'t1','spanID':'{id}','operationName':'{id}','startTime':{start},'duration':{length},"
        + $"'processID':'p1','tags':[{tags}],'references':["
        + (parent is null ? "" : $"{{'refType':'CHILD_OF','spanID':'{parent}'}}")
        + "]}";

    private static string Tag(string key, string value) => $"{{'key':'{key}','value':'{value}'}}";

    private static async Task<Trace> ReadTraceAsync(params string[] spans)
    {
        var list = await ReadAsync(
            null,
            new()
            {
                ["services"] = "{'data':['cart.shop']}",
                ["traces?service=cart.shop&limit=20&lookback=1h"] =
                    $"{{'data':[{{'traceID':'t1','spans':[{string.Join(',', spans)}],"
                    + "'processes':{'p1':{'serviceName':'cart.shop'}}}]}",
            }
        );
        var trace = Assert.Single(list.Traces);
        Assert.All(trace.Spans, s => Assert.Equal("cart.shop", s.Service));
        return trace;
    }

    private static async Task<TraceList> ReadAsync(string? service, Dictionary<string, string> answers)
    {
        await using var server = await FakeApiServer.StartAsync();
        foreach (var (path, answer) in answers)
            server.Lists[Proxy + path] = answer;
        using var api = ClusterApi.Connect(server.Kubeconfig);
        return await TraceReader.ReadAsync(api, service, TestContext.Current.CancellationToken);
    }
}
