using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Routing;
using Xunit;

namespace Portal.Sandbox.Tests.Mesh;

/// <summary>Shares of 100 000 requests against the weights, by a chi-squared test at 99.9 % with a fixed seed.</summary>
public sealed class WeightTests
{
    private const int Requests = 100_000;

    // Critical values of chi-squared for one to four degrees of freedom, p = 0.001.
    private static readonly double[] s_critical = [10.83, 13.82, 16.27, 18.47];

    [Theory]
    [InlineData(90, 10)]
    [InlineData(1, 99)]
    [InlineData(50, 25, 25)]
    [InlineData(3, 1)]
    [InlineData(80, 10, 5, 5)]
    [InlineData(20, 20, 20, 20, 20)]
    public void Pick_ManyRequests_KeepsToTheWeights(params int[] weights)
    {
        var route = Route(weights);
        var random = new Random(20);
        var counts = new int[weights.Length];
        for (var i = 0; i < Requests; i++) counts[int.Parse(route.Pick(random)!.Destination.Subset!)]++;

        var total = weights.Sum();
        var chiSquared = weights.Select((w, i) => (Expected: (double)Requests * w / total, Seen: counts[i])).Sum(c => Math.Pow(c.Seen - c.Expected, 2) / c.Expected);

        Assert.True(chiSquared < s_critical[weights.Length - 2], $"chi-squared {chiSquared:0.00}: {string.Join(", ", counts)}");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(0.5)]
    [InlineData(99.9)]
    public void Strikes_ManyRequests_KeepsToThePercentage(double percent)
    {
        var random = new Random(20);
        var struck = Enumerable.Range(0, Requests).Count(_ => new Share(percent).Strikes(random));

        var (expected, other) = (Requests * percent / 100, Requests * (100 - percent) / 100);
        var chiSquared = (Math.Pow(struck - expected, 2) / expected) + (Math.Pow(Requests - struck - other, 2) / other);
        Assert.True(chiSquared < s_critical[0], $"chi-squared {chiSquared:0.00}: {struck}");
    }

    [Fact]
    public void Pick_WeightOfZero_IsNeverChosen()
    {
        var random = new Random(20);
        var route = Route([5, 0, 5]);

        Assert.DoesNotContain(Enumerable.Range(0, Requests).Select(_ => route.Pick(random)!.Destination.Subset), s => s == "1");
    }

    private static HttpRoute Route(int[] weights)
    {
        var destinations = weights.Select((w, i) => (JsonNode)new JsonObject { ["destination"] = new JsonObject { ["host"] = "a", ["subset"] = i.ToString() }, ["weight"] = w }).ToArray();
        return HttpRoute.Of(new JsonObject { ["route"] = new JsonArray(destinations) }, new MeshObject("a", "b", "", []));
    }
}
