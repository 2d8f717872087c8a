using Microsoft.AspNetCore.Hosting;
using Microsoft.Playwright;
using Portal.Classroom.Learners;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Web.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>A portal that has room for one session, with real ones.</summary>
public sealed class AdmissionTests(AdmissionTests.SmallPortal portal, Browser browser)
    : IClassFixture<AdmissionTests.SmallPortal>
{
    [Fact]
    public async Task SecondLearner_WaitsReloadsAndGetsInWithoutAClick()
    {
        var url = portal.Start();
        await using var ada = await JoinAsync(url, "Ada");
        await Expect(ada.Page.Locator("#step-1 .section-head .button")).ToBeEnabledAsync(new() { Timeout = 60_000 });
        await using var bob = await JoinAsync(url, "Bob");
        await Expect(bob.Page.Locator(".admission")).ToContainTextAsync("you are next");
        await Expect(bob.Page.Locator("#step-1 .section-head .button")).ToBeDisabledAsync();
        await using var carol = await JoinAsync(url, "Carol");
        await Expect(carol.Page.Locator(".admission")).ToContainTextAsync("number 2 of 2");

        await bob.Page.ReloadAsync();
        await Expect(bob.Page.Locator(".admission")).ToContainTextAsync("you are next");

        var sessions = portal.Services.GetRequiredService<ILessonSessions>();
        var learners = await portal.Services.GetRequiredService<ILearners>().ListAsync(CancellationToken.None);
        var open = Assert.Single(learners.SelectMany(l => sessions.OpenOf(l.Id)));
        await ada.DisposeAsync();
        await sessions.CloseAsync(open, CancellationToken.None);

        await Expect(bob.Page.Locator("#step-1 .section-head .button")).ToBeEnabledAsync(new() { Timeout = 60_000 });
        await Expect(carol.Page.Locator(".admission")).ToContainTextAsync("you are next");
        await carol.Page.GetByRole(AriaRole.Button, new() { Name = "Leave the queue" }).ClickAsync();
        await Expect(carol.Page.Locator(".reading")).ToContainTextAsync("You left the queue");
        Assert.Empty(bob.ConsoleErrors);
        Assert.Empty(carol.ConsoleErrors);
    }

    private async Task<Visitor> JoinAsync(string url, string name)
    {
        var visitor = await browser.OpenAsync(url);
        await visitor.GoToAsync(portal.WelcomePath);
        await visitor.GoToAsync($"/join?name={name}&returnUrl={UiFactory.Lesson}");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        return visitor;
    }

    public sealed class SmallPortal : PortalApplication
    {
        public SmallPortal() => UseKestrel(0);

        protected override string ContentRoot => Repository.PathOf("tests", "Portal.EndToEnd.Tests", "TestContent");

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("Portal:Labs:Admission:Sessions", "1");
        }
    }
}
