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

    [Theory]
    [InlineData(1, "Error: fortio load and curl need a url\n", "load", "-c", "2")]
    [InlineData(1, "Error: invalid value \"many\" for flag -c\n", "load", "-c", "many", "http://reviews:9080/")]
    [InlineData(0, "1.69.5\n", "version")]
    public async Task Run_OtherArguments_AnswersAsFortio(int status, string output, params string[] args)
    {
        if (mesh.TryPod("load") is null)
        {
            mesh.Apply(YamlReader.ReadAll("""
                apiVersion: v1
                kind: Pod
                metadata: {name: load, namespace: bookinfo}
                spec: {containers: [{name: fortio, image: "docker.io/fortio/fortio:latest_release"}]}
                """).Cast<JsonObject>());
            await mesh.SettledAsync();
        }
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
}
