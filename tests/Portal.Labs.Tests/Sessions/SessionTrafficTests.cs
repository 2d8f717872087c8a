using System.Collections.Immutable;
using Portal.Labs.Sessions;
using Portal.Labs.Traffic;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

/// <summary>Requests that a learner sends from the page.</summary>
public sealed class SessionTrafficTests : SessionFixture
{
    private const string Gateway = "api/v1/namespaces/istio-system/services/http:istio-ingressgateway:80/proxy/";
    private const string Pods = "api/v1/pods";

    [Fact]
    public async Task Send_ThroughTheGateway_ShowsEachAnswerAndWhoGaveIt()
    {
        Server.Lists[Gateway + "where"] = "served by reviews-v1-abc, not reviews-v1";
        Server.Lists[Pods] =
            "{'metadata':{'resourceVersion':'1'},'items':[{'metadata':{'name':'reviews-v1-abc','namespace':'shop',"
            + "'uid':'u','labels':{'pod-template-hash':'abc'},"
            + "'ownerReferences':[{'kind':'ReplicaSet','name':'reviews-v1-abc'}]}}]}";
        var session = await OpenAsync();
        await Until(session, s => s.Summary.Pods.Length == 1);

        await session.SendAsync(Through("/where", 7), CancellationToken.None);
        var run = (await Until(session, s => s.Traffic?.Phase == TrafficPhase.Done)).Traffic!;

        Assert.Equal(Enumerable.Range(1, 7), run.Replies.Select(r => r.Number).Order());
        Assert.All(
            run.Replies,
            r => Assert.Equal((200, "reviews-v1-abc", "reviews-v1", null), (r.Status, r.Pod, r.Workload, r.Note))
        );
        Assert.Equal("/where through the ingress gateway", run.Where);
    }

    [Fact]
    public async Task Send_NotFound_IsAnAnswerLikeAnyOther()
    {
        var session = await OpenAsync();

        await session.SendAsync(Through("/nowhere", 1), CancellationToken.None);
        var run = (await Until(session, s => s.Traffic?.Phase == TrafficPhase.Done)).Traffic!;

        Assert.Equal(404, Assert.Single(run.Replies).Status);
    }

    [Fact]
    public async Task Send_WhileOthersAreSent_IsRefusedUntilTheyAreStopped()
    {
        // What is asked to watch answers without end.
        Server.Lists[Gateway + "slow"] = "";
        var session = await OpenAsync();
        await session.SendAsync(Through("/slow?watch=1", 2), CancellationToken.None);
        await Eventually.True(() => Server.Watches.ContainsKey(Gateway + "slow"));

        var refused = await Assert.ThrowsAsync<RunRefusedException>(() =>
            session.SendAsync(Through("/", 1), CancellationToken.None)
        );
        await session.StopSendingAsync(CancellationToken.None).DefaultTimeout();

        Assert.StartsWith("Requests are being sent already.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(
            (TrafficPhase.Stopped, 0),
            (session.Current.Traffic!.Phase, session.Current.Traffic.Replies.Length)
        );
        await session.SendAsync(Through("/", 1), CancellationToken.None);
    }

    [Fact]
    public async Task Reset_WhileRequestsAreSent_EndsAndForgetsThem()
    {
        Server.Lists[Gateway + "slow"] = "";
        var session = await OpenAsync();
        await session.SendAsync(Through("/slow?watch=1", 2), CancellationToken.None);
        await Eventually.True(() => Server.Watches.ContainsKey(Gateway + "slow"));

        await session.ResetAsync(CancellationToken.None).DefaultTimeout();

        Assert.Null(session.Current.Traffic);
    }

    [Fact]
    public async Task Send_FromAWorkloadThatIsNotThere_SaysSo()
    {
        var session = await OpenAsync();

        var refused = await Assert.ThrowsAsync<RunRefusedException>(() =>
            session.SendAsync(new("shop", "cart-v1", "http://reviews:9080/", [], 1), CancellationToken.None)
        );

        Assert.Contains("no ready pod of cart-v1 in namespace shop", refused.Message, StringComparison.Ordinal);
        Assert.Null(session.Current.Traffic);
    }

    private static TrafficOrder Through(string path, int count) =>
        new(null, "", path, ImmutableArray<KeyValuePair<string, string>>.Empty, count);
}
