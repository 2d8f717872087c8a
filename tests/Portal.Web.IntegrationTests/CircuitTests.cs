using System.Net;
using System.Net.WebSockets;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>The connection behind an open page, used by somebody whom it does not belong to.</summary>
public sealed class CircuitTests(ListeningClass portal) : IClassFixture<ListeningClass>
{
    private const string Lesson = "/learn/course/lesson";

    private Uri Address => portal.Address;

    [Fact]
    public async Task Attach_OwnCircuitAfterALostConnection_Works()
    {
        var ada = await portal.SignInPersonAsync("own");
        var circuit = await LostCircuitAsync(ada);

        await using var again = await portal.ConnectAsync(ada);

        Assert.True(await again.AttachAsync(circuit));
    }

    [Fact]
    public async Task Attach_AnothersCircuit_IsRefusedAndLeavesItAlone()
    {
        var (ada, eve) = (await portal.SignInPersonAsync("ada"), await portal.SignInPersonAsync("eve"));
        var circuit = await LostCircuitAsync(ada);

        await using var thief = await portal.ConnectAsync(eve);
        Assert.False(await thief.AttachAsync(circuit));
        Assert.Equal("", await thief.ResumeAsync(circuit, Address, Lesson));

        await using var again = await portal.ConnectAsync(ada);
        Assert.True(await again.AttachAsync(circuit));
    }

    [Fact]
    public async Task Attach_AnothersCircuitWhileItIsConnected_IsRefused()
    {
        var (ada, eve) = (await portal.SignInPersonAsync("connected"), await portal.SignInPersonAsync("intruder"));
        await using var page = await portal.ConnectAsync(ada);
        var circuit = await page.StartAsync(Address, Lesson);

        await using var thief = await portal.ConnectAsync(eve);

        Assert.False(await thief.AttachAsync(circuit));
    }

    [Fact]
    public async Task Components_OfAnothersPage_ShowWhatIsOnesOwn()
    {
        var (ada, eve) = (await portal.SignInPersonAsync("page"), await portal.SignInPersonAsync("copycat"));
        var page = await ada.GetStringAsync(Lesson);
        var before = portal.Sessions.Opened.Count;

        await using var thief = await portal.ConnectAsync(eve);
        await thief.StartAsync(Address, Lesson);
        await thief.AddComponentsAsync(page);

        await thief.RenderUntilAsync(() => portal.Sessions.Opened.Count > before);
        Assert.Equal([await portal.IdOfAsync("copycat")], portal.Sessions.Opened.Skip(before).Select(k => k.LearnerId));
    }

    [Fact]
    public async Task ConnectionToken_OfAnother_OpensNothingOfTheirs()
    {
        var (ada, eve) = (await portal.SignInPersonAsync("token"), await portal.SignInPersonAsync("taker"));
        await using var page = new CircuitClient();
        var token = await CircuitClient.NegotiateAsync(ada);
        await page.ConnectAsync(Address, ListeningClass.CookieOf(ada), token);
        var circuit = await page.StartAsync(Address, Lesson);

        await using var thief = new CircuitClient();
        await Assert.ThrowsAsync<WebSocketException>(() =>
            thief.ConnectAsync(Address, ListeningClass.CookieOf(eve), token)
        );

        Assert.True(circuit.Length > 0);
        Assert.True(await page.AttachAsync(circuit));
    }

    [Fact]
    public async Task Poll_WhichAnotherCouldTakeOver_IsRefused()
    {
        var ada = await portal.SignInPersonAsync("poller");

        var poll = await ada.GetAsync("/_blazor?id=" + await CircuitClient.NegotiateAsync(ada));

        Assert.Equal(HttpStatusCode.BadRequest, poll.StatusCode);
        Assert.Contains("needs WebSockets", await poll.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    public async Task Connection_OfASignedInPersonFromAnotherSite_IsRefused(string origin)
    {
        var ada = await portal.SignInPersonAsync("visited" + origin.Length);
        var token = await CircuitClient.NegotiateAsync(ada);
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Cookie", ListeningClass.CookieOf(ada));
        socket.Options.SetRequestHeader("Origin", origin);

        await Assert.ThrowsAsync<WebSocketException>(() =>
            socket.ConnectAsync(new Uri($"ws://{Address.Authority}/_blazor?id={token}"), CancellationToken.None)
        );

        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    /// <summary>A circuit whose page has just lost its connection.</summary>
    private async Task<string> LostCircuitAsync(HttpClient person)
    {
        await using var page = await portal.ConnectAsync(person);
        var circuit = await page.StartAsync(Address, Lesson);
        Assert.NotEqual("", circuit);
        return circuit;
    }
}
