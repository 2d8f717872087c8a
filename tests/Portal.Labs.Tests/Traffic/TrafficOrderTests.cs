using System.Collections.Immutable;
using Portal.Clusters.Watching;
using Portal.Labs.Grading.Probes;
using Portal.Labs.Sessions;
using Portal.Labs.Traffic;
using Xunit;

namespace Portal.Labs.Tests.Traffic;

public sealed class TrafficOrderTests
{
    [Theory]
    [InlineData("/productpage?u=normal", "/productpage?u=normal")]
    // Nothing leads from the gateway's address to the rest of the API.
    [InlineData("/../../../../secrets", "/secrets")]
    [InlineData("/a/%2e%2e/%2E%2e/b", "/b")]
    [InlineData("/..\\..\\b#end", "/b")]
    public void Checked_Path_StaysBehindTheGateway(string path, string sent) =>
        Assert.Equal(sent, Ingress(path).Checked().Target);

    [Theory]
    [InlineData("productpage", "begins with “/”")]
    [InlineData("http://reviews:9080/", "begins with “/”")]
    public void Checked_NoPathForTheGateway_SaysWhatItTakes(string path, string message) =>
        Assert.Contains(message, Refusal(Ingress(path)), StringComparison.Ordinal);

    [Theory]
    [InlineData("/reviews/0")]
    [InlineData("reviews:9080")]
    [InlineData("file:///etc/passwd")]
    [InlineData("--output")]
    public void Checked_NoAddressForAWorkload_SaysWhatItAsksFor(string url) =>
        Assert.Contains("http://reviews:9080/reviews/0", Refusal(new("shop", "w", url, [])), StringComparison.Ordinal);

    [Theory]
    [InlineData("x y", "1", "no name of a header")]
    [InlineData("", "1", "no name of a header")]
    [InlineData("x", "1\r\ny: 2", "cannot be sent")]
    [InlineData("Authorization", "Bearer x", "API server keeps the header")]
    [InlineData("impersonate-user", "admin", "API server keeps the header")]
    public void Checked_HeaderThatCannotBeSent_SaysWhy(string name, string value, string message) =>
        Assert.Contains(message, Refusal(Ingress("/") with { Headers = [new(name, value)] }), StringComparison.Ordinal);

    [Fact]
    public void Checked_AuthorizationFromAWorkload_IsTheLearners() =>
        Assert.Single(new TrafficOrder("shop", "w", "http://a/", [new("Authorization", "Bearer x")]).Checked().Headers);

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void Checked_Count_IsBounded(int count) =>
        Assert.Contains("1 to 100", Refusal(Ingress("/") with { Count = count }), StringComparison.Ordinal);

    [Fact]
    public void Read_LongBody_IsCutBetweenCharacters()
    {
        var reply = ReplyReader.Read(1, Answer("a" + new string('é', 4000)), []);

        Assert.Equal((1 + 2047, "The first 4 KiB."), (reply.Body.Length, reply.Note));
    }

    [Fact]
    public void Read_Bytes_AreNotShownAsText()
    {
        var reply = ReplyReader.Read(1, Answer("PNG\0\u0001"), []);

        Assert.Equal(("", "The body is not text."), (reply.Body, reply.Note));
    }

    [Fact]
    public void Read_SeveralPodsNamed_TheFirstAnswered()
    {
        ImmutableArray<PodRow> pods = [Pod("web-1"), Pod("web-12"), Pod("cache-1")];

        Assert.Equal("web-12", ReplyReader.Read(1, Answer("I am web-12, and asked cache-1."), pods).Pod);
    }

    private static PodRow Pod(string name) =>
        new(new("", "Pod", "shop", name), "shop", name, 1, 1, "Running", 0, true, default, "");

    private static TrafficAnswer Answer(string body) =>
        new(200, body, ImmutableDictionary<string, string>.Empty, TimeSpan.FromMilliseconds(1));

    private static TrafficOrder Ingress(string path) => new(null, "", path, []);

    private static string Refusal(TrafficOrder order) => Assert.Throws<RunRefusedException>(order.Checked).Message;
}
