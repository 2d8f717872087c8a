using System.Net;
using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Model;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Testing;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>The connection behind an open page, used by somebody whom it does not belong to.</summary>
public sealed class CircuitTests(CircuitTests.ListeningClass portal) : IClassFixture<CircuitTests.ListeningClass>
{
    private const string Lesson = "/learn/course/lesson";

    private Uri Address => portal.Address;

    [Fact]
    public async Task Attach_OwnCircuitAfterALostConnection_Works()
    {
        var ada = await PersonAsync("own");
        var circuit = await LostCircuitAsync(ada);

        await using var again = await ConnectAsync(ada);

        Assert.True(await again.AttachAsync(circuit));
    }

    [Fact]
    public async Task Attach_AnothersCircuit_IsRefusedAndLeavesItAlone()
    {
        var (ada, eve) = (await PersonAsync("ada"), await PersonAsync("eve"));
        var circuit = await LostCircuitAsync(ada);

        await using var thief = await ConnectAsync(eve);
        Assert.False(await thief.AttachAsync(circuit));
        Assert.Equal("", await thief.ResumeAsync(circuit, Address, Lesson));

        await using var again = await ConnectAsync(ada);
        Assert.True(await again.AttachAsync(circuit));
    }

    [Fact]
    public async Task Attach_AnothersCircuitWhileItIsConnected_IsRefused()
    {
        var (ada, eve) = (await PersonAsync("connected"), await PersonAsync("intruder"));
        await using var page = await ConnectAsync(ada);
        var circuit = await page.StartAsync(Address, Lesson);

        await using var thief = await ConnectAsync(eve);

        Assert.False(await thief.AttachAsync(circuit));
    }

    [Fact]
    public async Task Components_OfAnothersPage_ShowWhatIsOnesOwn()
    {
        var (ada, eve) = (await PersonAsync("page"), await PersonAsync("copycat"));
        var page = await ada.GetStringAsync(Lesson);
        var before = Sessions.Opened.Count;

        await using var thief = await ConnectAsync(eve);
        await thief.StartAsync(Address, Lesson);
        await thief.AddComponentsAsync(page);

        await thief.RenderUntilAsync(() => Sessions.Opened.Count > before);
        Assert.Equal([await portal.IdOfAsync("copycat")], Sessions.Opened.Skip(before).Select(k => k.LearnerId));
    }

    [Fact]
    public async Task ConnectionToken_OfAnother_OpensNothingOfTheirs()
    {
        var (ada, eve) = (await PersonAsync("token"), await PersonAsync("taker"));
        await using var page = new CircuitClient();
        var token = await CircuitClient.NegotiateAsync(ada);
        await page.ConnectAsync(Address, Cookie(ada), token);
        var circuit = await page.StartAsync(Address, Lesson);

        await using var thief = new CircuitClient();
        await Assert.ThrowsAsync<WebSocketException>(() => thief.ConnectAsync(Address, Cookie(eve), token));

        Assert.True(circuit.Length > 0);
        Assert.True(await page.AttachAsync(circuit));
    }

    [Fact]
    public async Task Poll_WhichAnotherCouldTakeOver_IsRefused()
    {
        var ada = await PersonAsync("poller");

        var poll = await ada.GetAsync("/_blazor?id=" + await CircuitClient.NegotiateAsync(ada));

        Assert.Equal(HttpStatusCode.BadRequest, poll.StatusCode);
        Assert.Contains("needs WebSockets", await poll.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    public async Task Connection_OfASignedInPersonFromAnotherSite_IsRefused(string origin)
    {
        var ada = await PersonAsync("visited" + origin.Length);
        var token = await CircuitClient.NegotiateAsync(ada);
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Cookie", Cookie(ada));
        socket.Options.SetRequestHeader("Origin", origin);

        await Assert.ThrowsAsync<WebSocketException>(() =>
            socket.ConnectAsync(new Uri($"ws://{Address.Authority}/_blazor?id={token}"), CancellationToken.None)
        );

        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    private FakeLessonSessions Sessions => (FakeLessonSessions)portal.Services.GetRequiredService<ILessonSessions>();

    /// <summary>A circuit whose page has just lost its connection.</summary>
    private async Task<string> LostCircuitAsync(HttpClient person)
    {
        await using var page = await ConnectAsync(person);
        var circuit = await page.StartAsync(Address, Lesson);
        Assert.NotEqual("", circuit);
        return circuit;
    }

    private async Task<CircuitClient> ConnectAsync(HttpClient person)
    {
        var client = new CircuitClient();
        await client.ConnectAsync(Address, Cookie(person), await CircuitClient.NegotiateAsync(person));
        return client;
    }

    /// <summary>Somebody who signed in, with a cookie that the test can read.</summary>
    private async Task<HttpClient> PersonAsync(string userName)
    {
        await portal.CreatePersonAsync("Person " + userName, userName, PortalRole.Learner);
        var cookies = new CookieContainer();
        var client = new HttpClient(new HttpClientHandler { CookieContainer = cookies }) { BaseAddress = Address };
        using var response = await ClassApplication.SignInAsync(client, userName);
        client.DefaultRequestHeaders.Add("Cookie", cookies.GetCookieHeader(Address));
        return client;
    }

    private static string Cookie(HttpClient person) => person.DefaultRequestHeaders.GetValues("Cookie").Single();

    /// <summary>On a port of the machine: a test server knows no WebSockets of browsers.</summary>
    public sealed class ListeningClass : ClassFactory
    {
        public ListeningClass() => UseKestrel(0);

        public Uri Address => field ??= new Uri(Start());
    }
}
