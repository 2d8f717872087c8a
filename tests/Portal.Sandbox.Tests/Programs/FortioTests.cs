using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Tests.Mesh;
using Xunit;

namespace Portal.Sandbox.Tests.Programs;

/// <summary>A load generator's report.</summary>
public sealed class FortioTests(MeshFixture mesh) : IClassFixture<MeshFixture>
{
    [Fact]
    public async Task Load_AgainstABreaker_CountsWhatWasTurnedAway()
    {
        mesh.Reset();
        mesh.Apply(YamlReader.ReadAll("""
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews}
            spec: {host: reviews, trafficPolicy: {connectionPool: {tcp: {maxConnections: 1}, http: {http1MaxPendingRequests: 1, maxRequestsPerConnection: 1}}}}
            """).Cast<JsonObject>());
        await mesh.SettledAsync();
        mesh.Apply(YamlReader.ReadAll("""
            apiVersion: v1
            kind: Pod
            metadata: {name: load, namespace: bookinfo}
            spec: {containers: [{name: fortio, image: "docker.io/fortio/fortio:latest_release"}]}
            """).Cast<JsonObject>());
        await mesh.SettledAsync();

        var (status, report) = await mesh.ExecAsync("load", "fortio", "/usr/bin/fortio", "load", "-c", "6", "-qps", "0", "-n", "60", "-loglevel", "Warning", "http://reviews:9080/reviews/0");

        Assert.Equal(0, status);
        Assert.Contains("All done 60 calls", report, StringComparison.Ordinal);
        Assert.Matches(@"Code 200 : \d+ \(\d+\.\d %\)\nCode 503 : \d+ \(\d+\.\d %\)\n", report);
    }

    [Fact]
    public async Task Load_OfSomeCalls_ReportsInFortiosForm()
    {
        await LoadPodAsync();

        var (status, report) = await mesh.ExecAsync("load", "fortio", "fortio", "load", "-c", "2", "-qps", "0", "-n", "10", "-json", "/tmp/r.json", "http://reviews:9080/reviews/0");

        Assert.Equal(0, status);
        Assert.Matches("""
            ^Fortio 1\.69\.5 running at 0 queries per second, 2->2 procs, for 10 calls: http://reviews:9080/reviews/0
            Starting at max qps with 2 thread\(s\) \[gomax 2\] for exactly 10 calls \(5 per thread \+ 0\)
            Ended after [\d.]+m?s : 10 calls\. qps=[\d.e+]+
            Aggregated Function Time : count 10 avg [\d.e-]+ \+/- [\d.e-]+ min [\d.e-]+ max [\d.e-]+ sum [\d.e-]+
            # range, mid point, percentile, count
            >= [\d.e-]+ <= [\d.e-]+ , [\d.e-]+ , [\d.]+, \d+
            (> .*
            )*# target 50% [\d.e-]+
            # target 75% [\d.e-]+
            # target 90% [\d.e-]+
            # target 99% [\d.e-]+
            # target 99\.9% [\d.e-]+
            Error cases : no data
            # Socket and IP used for each connection:
            \[0\]   1 socket used, resolved to 10\.96\.[\d.]+:9080
            \[1\]   1 socket used, resolved to 10\.96\.[\d.]+:9080
            Sockets used: 2 \(for perfect keepalive, would be 2\)
            Uniform: false, Jitter: false, Catchup allowed: true
            IP addresses distribution:
            10\.96\.[\d.]+:9080: 2
            Code 200 : 10 \(100\.0 %\)
            Response Header Sizes : count 10 .*
            Response Body/Total Sizes : count 10 .*
            All done 10 calls \(plus 0 warmup\) [\d.]+ ms avg, [\d.]+ qps
            $
            """, report);
        var (_, json) = await mesh.ExecAsync("load", "fortio", "cat", "/tmp/r.json");
        Assert.Equal(10, JsonNode.Parse(json)!["RetCodes"]!["200"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("-t", "1s", "http://reviews:9080/nowhere", 1, "Aborting because of error 404")]
    [InlineData("-n", "2", "http://reviews:9080/nowhere", 0, "Code 404 : 2 (100.0 %)")]
    public async Task Load_OfWhatFails_AbortsOnlyInTheWarmup(string flag, string value, string url, int status, string text)
    {
        await LoadPodAsync();

        var (code, output) = await mesh.ExecAsync("load", "fortio", "fortio", "load", "-c", "1", flag, value, url);

        Assert.Equal(status, code);
        Assert.Contains(text, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/echo?status=503", 503, "")]
    [InlineData("/echo?size=4", 200, "xxxx")]
    [InlineData("/echo?status=404:100", 404, "")]
    [InlineData("/debug", 200, "echo debug server up for")]
    [InlineData("/fortio/", 200, "control UI")]
    public async Task Server_Asked_AnswersAsTold(string path, int status, string text)
    {
        await LoadPodAsync();
        var container = mesh.Pod("load").Containers["fortio"];

        var reply = await container.HandleAsync(8080, Portal.Sandbox.Programs.HttpCall.Get("load:8080", path), TestContext.Current.CancellationToken);

        Assert.Equal(status, reply.Status);
        Assert.Contains(text, reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "Error: fortio load and curl need a url\n", "load", "-c", "2")]
    [InlineData(1, "Error: invalid value \"many\" for flag -c\n", "load", "-c", "many", "http://reviews:9080/")]
    [InlineData(0, "1.69.5\n", "version")]
    public async Task Run_OtherArguments_AnswersAsFortio(int status, string output, params string[] args)
    {
        await LoadPodAsync();
        Assert.Equal((status, output), await mesh.ExecAsync("load", "fortio", ["fortio", .. args]));
    }

    [Fact]
    public async Task Shell_WithLoopsInTheBackground_OverlapsUntilABreakerTurnsSomeAway()
    {
        mesh.Reset();
        mesh.Apply(YamlReader.ReadAll("""
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews}
            spec: {host: reviews, trafficPolicy: {connectionPool: {tcp: {maxConnections: 1}, http: {http1MaxPendingRequests: 1, maxRequestsPerConnection: 1}}}}
            """).Cast<JsonObject>());
        await mesh.SettledAsync();

        var (status, text) = await mesh.ExecAsync("client", "curl", "sh", "-c", """
            for worker in 1 2 3 4; do
              for i in $(seq 20); do
                curl -s -o /dev/null -w '%{http_code}\n' http://reviews:9080/reviews/0
                sleep 0.02
              done &
            done
            wait
            """);

        Assert.Equal(0, status);
        var codes = text.TrimEnd('\n').Split('\n').CountBy(c => c).ToDictionary();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", codes));
        Assert.Equal(80, codes.Values.Sum());
        Assert.True(codes.GetValueOrDefault("200") > 0 && codes.GetValueOrDefault("503") > 0, string.Join(", ", codes));
    }

    private async Task LoadPodAsync()
    {
        if (mesh.TryPod("load") is null)
        {
            mesh.Apply(YamlReader.ReadAll("""
                apiVersion: v1
                kind: Pod
                metadata: {name: load, namespace: bookinfo}
                spec: {containers: [{name: fortio, image: "docker.io/fortio/fortio:latest_release"}]}
                """).Cast<JsonObject>());
        }
        await mesh.SettledAsync();
    }
}
