using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Portal.Testing;
using Portal.Web.Hosting;
using Portal.Web.Identity;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>The link on the console is the only way to be the owner.</summary>
public sealed class WelcomeTests(PortalFactory factory) : IClassFixture<PortalFactory>
{
    [Fact]
    public async Task Welcome_OwnersLink_SignsInOnce()
    {
        using var first = factory.CreateClient();
        using var second = factory.CreateClient();
        var path = factory.WelcomePath;

        Assert.Contains("Account: You", await first.GetStringAsync(path), StringComparison.Ordinal);
        var again = await second.GetAsync(path);

        Assert.Equal("/sign-in", again.RequestMessage?.RequestUri?.AbsolutePath);
        Assert.Contains(
            "That link was used already",
            await again.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
        Assert.NotEqual(path, factory.WelcomePath);
    }

    [Fact]
    public async Task Welcome_LinkOpenedTwiceInOneBrowser_StaysSignedIn()
    {
        using var client = factory.CreateClient();
        var path = factory.WelcomePath;
        await client.GetStringAsync(path);

        Assert.Contains("Account: You", await client.GetStringAsync(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/welcome")]
    [InlineData("/welcome?token=")]
    [InlineData("/welcome?token=guess")]
    public async Task Welcome_OtherToken_SignsNobodyIn(string path)
    {
        using var client = factory.CreateClient();
        var owners = factory.WelcomePath;

        var page = await client.GetStringAsync(path);

        Assert.Contains("That link is not one of this portal", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Account:", page, StringComparison.Ordinal);
        Assert.Equal(owners, factory.WelcomePath);
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("POST")]
    public async Task Welcome_OtherMethod_DoesNotUseTheLinkUp(string method)
    {
        using var client = factory.CreateClient();
        var path = factory.WelcomePath;

        await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(path, factory.WelcomePath);
    }

    [Fact]
    public async Task SignInPage_NoCookie_ShowsNoTokenAndOpensNoCircuit()
    {
        using var client = factory.CreateClient();

        var page = await client.GetStringAsync("/sign-in");

        Assert.Contains("Open the link that the portal printed in its console", page, StringComparison.Ordinal);
        Assert.DoesNotContain(factory.WelcomePath["/welcome?token=".Length..], page, StringComparison.Ordinal);
        Assert.DoesNotContain("\"type\":\"server\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateFor_Learner_SignsInAsThatLearnerOnly()
    {
        using var client = await factory.CreateLearnerAsync("Linus", followRedirects: true);

        Assert.Contains("Account: Linus", await client.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/join")).StatusCode);
    }

    [Fact]
    public void CreateFor_MoreThanAreKept_EndsTheOldest()
    {
        var links = new WelcomeLinks();
        var first = Token(links.CreateFor("first"));
        var second = Token(links.CreateFor("second"));
        for (var i = 0; i < 63; i++)
            links.CreateFor("more");

        Assert.Equal(new Welcome(WelcomeOutcome.Unknown, null), links.Redeem(first));
        Assert.Equal(new Welcome(WelcomeOutcome.Accepted, "second"), links.Redeem(second));
        Assert.Equal(new Welcome(WelcomeOutcome.Used, null), links.Redeem(second));
    }

    [Fact]
    public async Task Redeem_ManyAtOnce_AcceptsOne()
    {
        var links = new WelcomeLinks();
        var token = Token(links.OwnerPath);

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => links.Redeem(token).Outcome))
        );

        Assert.Single(outcomes, WelcomeOutcome.Accepted);
        Assert.Equal(15, outcomes.Count(o => o == WelcomeOutcome.Used));
    }

    [Fact]
    public async Task Remind_AskedOftenThenLater_PrintsTheSameLinkOnceEachTime()
    {
        await factory.CreateOwnerAsync();
        var (time, output, links) = (new FakeTimeProvider(), new StringWriter(), new WelcomeLinks());
        var console = new WelcomeConsole(links, factory.Services.GetRequiredService<PublicAddress>(), time, output);
        var line = "http://localhost:5080" + links.OwnerPath;

        for (var i = 0; i < 100; i++)
            await console.RemindAsync(CancellationToken.None);
        Assert.Equal(1, Count(output, line));

        time.Advance(WelcomeConsole.Pause);
        await console.RemindAsync(CancellationToken.None);
        Assert.Equal(2, Count(output, line));
    }

    [Fact]
    public async Task Remind_ClockSetBack_PrintsStill()
    {
        await factory.CreateOwnerAsync();
        var (steady, output, links) = (new FakeTimeProvider(), new StringWriter(), new WelcomeLinks());
        var time = new SetTime(steady);
        var console = new WelcomeConsole(links, factory.Services.GetRequiredService<PublicAddress>(), time, output);
        await console.RemindAsync(CancellationToken.None);

        time.Offset = TimeSpan.FromDays(-1);
        steady.Advance(WelcomeConsole.Pause);
        await console.RemindAsync(CancellationToken.None);

        Assert.Equal(2, Count(output, "http://localhost:5080" + links.OwnerPath));
    }

    private static string Token(string path) => path["/welcome?token=".Length..];

    private static int Count(StringWriter output, string line) => output.ToString().Split(line).Length - 1;
}
