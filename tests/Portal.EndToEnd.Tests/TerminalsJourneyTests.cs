using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>A learner works in two terminals at once, by mouse and by keyboard; nothing is faked.</summary>
public sealed class TerminalsJourneyTests(JourneyTests.RealPortal portal, Browser browser)
    : IClassFixture<JourneyTests.RealPortal>
{
    private const string Lesson = "/learn/kubernetes/20-service-mesh-istio";

    // A shell and kubectl start on a machine that is busy; a limit, not an expectation.
    private static readonly LocatorAssertionsToContainTextOptions s_text = new() { Timeout = 60_000 };

    [Fact]
    public async Task Terminals_LoopInOneAndKubectlInTheOther_AreBothThereAfterAReload()
    {
        await using var learner = await browser.OpenAsync(portal.Start());
        var page = learner.Page;
        await learner.GoToAsync(portal.WelcomePath);
        await learner.GoToAsync($"/join?name=Tess&returnUrl={Lesson}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await Expect(page.Locator("#step-1 .section-head .button")).ToBeEnabledAsync(new() { Timeout = 60_000 });
        await page.Locator("#tab-Terminal").ClickAsync();
        await Expect(Rows(page, 1)).ToContainTextAsync("$", s_text);
        await learner.PictureAsync("terminals-one-1440", ".panel");

        // The keyboard is the new terminal's at once.
        await page.GetByRole(AriaRole.Button, new() { Name = "New terminal" }).ClickAsync();
        await Expect(Tab(page, 2)).ToHaveAttributeAsync("aria-selected", "true");
        await Expect(Rows(page, 2)).ToContainTextAsync("$", s_text);
        await Expect(page.Locator("#terminal-panel-2 .terminal-screen:focus-within")).ToHaveCountAsync(1);
        await page.Keyboard.TypeAsync("n=0; while sleep 0.2; do n=$((n+1)); echo tick-$n-of-2; done\n");
        await Expect(Rows(page, 2)).ToContainTextAsync("tick-3-of-2", s_text);
        await learner.PictureAsync("terminals-two-1440", ".panel");

        // By keyboard: out of the terminal, along the tabs, into the first one.
        await page.Keyboard.PressAsync("Control+Shift+M");
        await Expect(Tab(page, 2)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(Tab(page, 1)).ToBeFocusedAsync();
        await Expect(Tab(page, 1)).ToHaveAttributeAsync("aria-selected", "true");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#terminal-panel-1 .terminal-screen:focus-within")).ToHaveCountAsync(1);
        await page.Keyboard.TypeAsync("kubectl get namespaces\n");
        await Expect(Rows(page, 1)).ToContainTextAsync("kube-system", s_text);
        await Expect(Rows(page, 1)).Not.ToContainTextAsync("tick");

        await page.ReloadAsync();
        await Expect(page.Locator("#step-1 .section-head .button")).ToBeEnabledAsync(new() { Timeout = 60_000 });
        await page.Locator("#tab-Terminal").ClickAsync();
        await Expect(Rows(page, 1)).ToContainTextAsync("kube-system", s_text);
        await Tab(page, 2).ClickAsync();
        var last = await LastTickAsync(page);
        await Expect(Rows(page, 2)).ToContainTextAsync($"tick-{last + 3}-of-2", s_text);

        await page.GetByRole(AriaRole.Button, new() { Name = "Close Terminal 2" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Tab, new() { Name = "Terminal 2" })).ToHaveCountAsync(0);
        await Expect(page.Locator("#terminal-panel-1 .terminal-screen:focus-within")).ToHaveCountAsync(1);

        // One that ends by itself closes too.
        await page.GetByRole(AriaRole.Button, new() { Name = "New terminal" }).PressAsync("Enter");
        await Expect(Rows(page, 2)).ToContainTextAsync("$", s_text);
        await Expect(page.Locator("#terminal-panel-2 .terminal-screen:focus-within")).ToHaveCountAsync(1);
        await page.Keyboard.TypeAsync("exit\n");
        await Expect(Tab(page, 2)).ToHaveCountAsync(0);
        await Expect(page.Locator("#terminal-panel-1 .terminal-screen:focus-within")).ToHaveCountAsync(1);
        await page.Keyboard.TypeAsync("echo first-$((40+2))\n");
        await Expect(Rows(page, 1)).ToContainTextAsync("first-42", s_text);
        Assert.Empty(learner.ConsoleErrors);
    }

    [Fact]
    public async Task Terminals_OnAPhoneInTheDark_AreChosenByTouch()
    {
        await using var learner = await browser.OpenAsync(portal.Start(), width: 390, scheme: ColorScheme.Dark);
        var page = learner.Page;
        await learner.GoToAsync(portal.WelcomePath);
        await learner.GoToAsync($"/join?name=Theo&returnUrl={Lesson}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await Expect(page.Locator("#step-1 .section-head .button")).ToBeEnabledAsync(new() { Timeout = 60_000 });
        await page.Locator("#tab-Terminal").ClickAsync();
        await Expect(Rows(page, 1)).ToContainTextAsync("$", s_text);

        for (var number = 2; number <= 4; number++)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "New terminal" }).ClickAsync();
            await Expect(Rows(page, number)).ToContainTextAsync("$", s_text);
        }

        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "New terminal" })).ToBeDisabledAsync();
        var targets = page.Locator(":is(.terminal-tabs, .terminal-pane:not([hidden]) .terminal-buttons) button");
        foreach (var target in await targets.AllAsync())
            Assert.InRange((await target.BoundingBoxAsync())!.Height, 40, 60);
        Assert.Empty(await learner.UnnamedControlsAsync());
        await learner.PictureAsync("terminals-390-dark", ".panel");
        await Tab(page, 1).ClickAsync();
        await Expect(page.Locator("#terminal-panel-1")).ToBeVisibleAsync();
        await Expect(page.Locator("#terminal-panel-4")).ToBeHiddenAsync();
    }

    private static ILocator Tab(IPage page, int number) => page.Locator($"#terminal-tab-{number}");

    private static ILocator Rows(IPage page, int number) => page.Locator($"#terminal-panel-{number} .xterm-rows");

    /// <summary>The last one that the screen shows.</summary>
    private static async Task<int> LastTickAsync(IPage page)
    {
        await Expect(Rows(page, 2)).ToContainTextAsync("of-2", s_text);
        var ticks = Regex.Matches(await Rows(page, 2).InnerTextAsync(), @"tick-(\d+)-of-2");
        return int.Parse(ticks[^1].Groups[1].Value, CultureInfo.InvariantCulture);
    }
}
