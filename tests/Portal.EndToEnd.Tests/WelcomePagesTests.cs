using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>How people get into a portal without passwords, in a real browser.</summary>
public sealed class WelcomePagesTests(UiFactory factory, Browser browser)
    : IClassFixture<UiFactory>
{
    private string Url => field ??= factory.Start();

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task SignInPage_NoCookie_SaysWhereTheLinkIs(int width, ColorScheme scheme)
    {
        await using var visitor = await browser.OpenAsync(Url, width, 844, scheme);

        await visitor.GoToAsync("/classes");

        await Expect(visitor.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/sign-in"));
        await Expect(visitor.Page.Locator("html"))
            .ToHaveAttributeAsync("data-theme", scheme == ColorScheme.Dark ? "dark" : "light");
        await Expect(visitor.Page.Locator(".lead"))
            .ToContainTextAsync("Open the link that the portal printed in its console");
        await visitor.GoToAsync("/welcome?token=old");
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not one of this portal's");
        await visitor.PictureAsync($"sign-in-local-{width}-{scheme.ToString().ToLowerInvariant()}");
        Assert.Empty(visitor.ConsoleErrors);
        Assert.Empty(visitor.ForeignRequests);
        Assert.False(await visitor.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"));
    }

    [Fact]
    public async Task Navigation_WithoutACircuit_KeepsTheTheme()
    {
        await using var visitor = await browser.OpenAsync(Url, 1280, 844, ColorScheme.Dark);
        await visitor.GoToAsync("/sign-in");
        await visitor.Page.EvaluateAsync(
            "document.documentElement.dataset.same = 'page'; Blazor.navigateTo('/account')"
        );
        // The new page has been written over the old one when what was put there is gone.
        await Expect(visitor.Page.Locator("html[data-same]")).ToHaveCountAsync(0);

        await Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await Expect(visitor.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("account"));
    }

    [Fact]
    public async Task Owner_GivesALearnerALink_LearnerIsOnlyThemselves()
    {
        await using var owner = await browser.OpenAsync(Url);
        await factory.JoinAsync(owner, "Grace");
        await owner.GoToAsync("/join");
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Link for Grace" }).ClickAsync();
        var link = await owner.Page.Locator("#join-link").InputValueAsync();
        await owner.PictureAsync("join-link-1440-light");

        await using var learner = await browser.OpenAsync(Url, 390, 844, ColorScheme.Dark, touch: true);
        await learner.GoToAsync(new Uri(link).PathAndQuery);
        await learner.Page.Locator("button.avatar").TapAsync();
        var menu = learner.Page.Locator(".mud-popover-open");
        await Expect(menu).ToContainTextAsync("Sign out");
        await Expect(menu).Not.ToContainTextAsync("Act as");
        await learner.PictureAsync("menu-learner-390-dark");
        await menu.GetByText("Sign out…").TapAsync();
        await learner.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).TapAsync();

        await Expect(learner.Page.Locator("h1")).ToContainTextAsync("belongs to the owner");
        Assert.Empty(learner.ConsoleErrors);
        Assert.Empty(owner.ConsoleErrors);
    }
}
