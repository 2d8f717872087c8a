using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Upstream;
using Portal.Sandbox.Programs;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Mesh;

/// <summary>What a proxy remembers of hosts and connections, over time.</summary>
public sealed class UpstreamStateTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Pick_AfterAnEjection_FindsTheHostAgainWhenItsTimeIsOver()
    {
        var state = State("""{"outlierDetection":{"consecutive5xxErrors":1,"interval":"1s","baseEjectionTime":"30s","maxEjectionPercent":100}}""");
        Assert.True(Fails(state, "a"));
        Assert.True(state.IsEjected("a"));
        Assert.Null(state.Pick(Hosts("a"), new HashSet<string>(), null));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.True(state.IsEjected("a"));
        _time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.False(state.IsEjected("a"));

        // Within an interval of coming back, the second time is twice as long.
        Assert.True(Fails(state, "a"));
        _time.Advance(TimeSpan.FromSeconds(45));
        Assert.True(state.IsEjected("a"));
        _time.Advance(TimeSpan.FromSeconds(16));
        Assert.False(state.IsEjected("a"));
    }

    [Fact]
    public void Release_BeyondMaxEjectionPercent_LeavesTheRestIn()
    {
        var state = State("""{"outlierDetection":{"consecutive5xxErrors":1,"baseEjectionTime":"30s","maxEjectionPercent":50}}""");
        foreach (var host in new[] { "a", "b", "c" }) Assert.True(Fails(state, host, hosts: 3));
        Assert.Single(new[] { "a", "b", "c" }, state.IsEjected);
    }

    [Theory]
    [InlineData("ROUND_ROBIN", 10, 10)]
    [InlineData("RANDOM", 1, 29)]
    [InlineData("LEAST_REQUEST", 1, 29)]
    public void Pick_ByAlgorithm_SpreadsRequests(string algorithm, int low, int high)
    {
        var state = State($$$"""{"loadBalancer":{"simple":"{{{algorithm}}}"}}""");
        var counts = Enumerable.Range(0, 30).Select(_ => Take(state, "a", "b", "c")).CountBy(h => h).ToDictionary();
        foreach (var host in new[] { "a", "b", "c" }) Assert.InRange(counts.GetValueOrDefault(host), low, high);
    }

    [Fact]
    public void Pick_WithAHashKey_StaysWithOneHostForAKeyAndUsesAllForMany()
    {
        var state = State("""{"loadBalancer":{"consistentHash":{"httpHeaderName":"x-user"}}}""");
        Assert.Single(Enumerable.Range(0, 50).Select(_ => state.Pick(Hosts("a", "b", "c"), new HashSet<string>(), "jason")!.Ip).Distinct());
        Assert.Equal(3, Enumerable.Range(0, 200).Select(i => state.Pick(Hosts("a", "b", "c"), new HashSet<string>(), $"user-{i}")!.Ip).Distinct().Count());
    }

    [Fact]
    public async Task Enter_WithOneConnectionAndOnePlace_TurnsTheThirdAway()
    {
        var pool = new ConnectionPool(new ConnectionLimits(1, 1, null, 1), _time);
        var first = pool.EnterAsync(TestContext.Current.CancellationToken).AsTask();
        var second = pool.EnterAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(await pool.EnterAsync(TestContext.Current.CancellationToken));
        await AdvanceUntil(first);
        Assert.False(second.IsCompleted);
        pool.Leave();
        await AdvanceUntil(second);
        pool.Leave();
        var third = pool.EnterAsync(TestContext.Current.CancellationToken).AsTask();
        await AdvanceUntil(third);
        Assert.True(await third);
    }

    [Fact]
    public async Task Enter_WhenAWaitingCallerGivesUp_GivesItsPlaceToAnother()
    {
        var pool = new ConnectionPool(new ConnectionLimits(1, 1, null, null), _time);
        var first = pool.EnterAsync(TestContext.Current.CancellationToken).AsTask();
        using var impatient = new CancellationTokenSource();
        var second = pool.EnterAsync(impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        var third = pool.EnterAsync(TestContext.Current.CancellationToken).AsTask();
        await AdvanceUntil(first);
        pool.Leave();
        await AdvanceUntil(third);
        Assert.True(await third);
    }

    [Fact]
    public void Of_PortLevelSettings_ReplaceAllFieldsOfTheirLevel()
    {
        var rule = Policy("""{"connectionPool":{"tcp":{"maxConnections":7}},"outlierDetection":{},"portLevelSettings":[{"port":{"number":80},"loadBalancer":{"simple":"RANDOM"}}]}""");
        var subset = Policy("""{"loadBalancer":{"simple":"ROUND_ROBIN"}}""");
        Assert.Equal(7, TrafficPolicy.Of(rule, subset, 81).Connections.MaxConnections);
        Assert.NotNull(TrafficPolicy.Of(rule, subset, 81).Outliers);
        Assert.Equal(LoadBalancing.RoundRobin, TrafficPolicy.Of(rule, subset, 81).LoadBalancing);
        Assert.Null(TrafficPolicy.Of(rule, null, 80).Connections.MaxConnections);
        Assert.Null(TrafficPolicy.Of(rule, null, 80).Outliers);
        Assert.Equal(LoadBalancing.Random, TrafficPolicy.Of(rule, null, 80).LoadBalancing);
        Assert.Equal(LoadBalancing.RoundRobin, TrafficPolicy.Of(rule, subset, 80).LoadBalancing);
    }

    private UpstreamState State(string policy) => new(TrafficPolicy.Of(Policy(policy), null, 80), _time);

    private static JsonObject Policy(string json) => (JsonObject)JsonNode.Parse(json)!;

    private static List<ServiceEndpoint> Hosts(params string[] ips) => [.. ips.Select(ip => new ServiceEndpoint(ip, ip, "default", JsonExtensions.EmptyMap, new Dictionary<int, int>(), true))];

    private static bool Fails(UpstreamState state, string host, int hosts = 1)
    {
        if (state.Pick(Hosts(host), new HashSet<string>(), null) is not { } endpoint) return false;
        state.Release(endpoint, HttpReply.Of(500, ""), hosts);
        return true;
    }

    private static string Take(UpstreamState state, params string[] ips)
    {
        var endpoint = state.Pick(Hosts(ips), new HashSet<string>(), null)!;
        state.Release(endpoint, HttpReply.Of(200, ""), ips.Length);
        return endpoint.Ip;
    }

    /// <summary>Lets the clock run until a caller has its connection.</summary>
    private Task AdvanceUntil(Task task) => Eventually.True(() =>
    {
        _time.Advance(TimeSpan.FromMilliseconds(50));
        return task.IsCompleted;
    });
}
