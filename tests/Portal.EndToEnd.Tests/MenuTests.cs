using Microsoft.Playwright;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>The menus of the app bar, and what stands behind "Delete my cluster…", in a real browser.</summary>
public sealed class MenuTests(UiFactory factory, Browser browser) : IClassFixture<UiFactory>
{
    private string Url => field ??= factory.Start();

    private static ILocator Chip(IPage page) => page.Locator(".chip-button[aria-haspopup]");
    private static ILocator Account(IPage page) => page.Locator("button.avatar");
    private static ILocator Open(IPage page) => page.Locator(".mud-popover-open");

    private static async Task<float> TopAsync(ILocator what) => (await what.BoundingBoxAsync())!.Y;

    private static async Task<float> BottomAsync(ILocator what) =>
        await what.BoundingBoxAsync() is { } box ? box.Y + box.Height : 0;

    [Fact]
    public async Task Menus_Mouse_OpenAndClose()
    {
        await using var visitor = await browser.OpenAsync(Url);
        await factory.JoinAsync(visitor, "mouse");
        var page = visitor.Page;

        await Chip(page).ClickAsync();
        await Expect(Open(page)).ToContainTextAsync("Delete my cluster…");
        await Eventually.True(async () => await BottomAsync(Chip(page)) <= await TopAsync(Open(page)));
        await visitor.PictureAsync("menu-cluster-1440-light");
        await page.Mouse.ClickAsync(300, 500);
        await Expect(Open(page)).ToHaveCountAsync(0);

        var step = page.Locator("#step-1 .section-head [aria-haspopup]");
        await step.ClickAsync();
        await Expect(Open(page)).ToContainTextAsync("Copy a link to this step");
        await Eventually.True(async () => await BottomAsync(step) <= await TopAsync(Open(page)));
        await visitor.PictureAsync("menu-step-1440-light");
        await page.Mouse.ClickAsync(300, 500);
        await Expect(Open(page)).ToHaveCountAsync(0);

        await Account(page).ClickAsync();
        await Expect(Open(page)).ToContainTextAsync("Act as somebody else");
        await Eventually.True(async () => await BottomAsync(Account(page)) <= await TopAsync(Open(page)));
        await visitor.PictureAsync("menu-account-1440-light");
        await Open(page).GetByText("Lessons", new() { Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(Url.TrimEnd('/') + "/");
        Assert.Empty(visitor.ConsoleErrors);
    }

    [Fact]
    public async Task Menus_Touch_OpenAndClose()
    {
        await using var visitor = await browser.OpenAsync(Url, 390, 844, ColorScheme.Dark, touch: true);
        await factory.JoinAsync(visitor, "touch");
        var page = visitor.Page;

        await Chip(page).TapAsync();
        await Expect(Open(page)).ToContainTextAsync("Reset cluster…");
        await visitor.PictureAsync("menu-cluster-390-dark");
        await page.Touchscreen.TapAsync(40, 600);
        await Expect(Open(page)).ToHaveCountAsync(0);
        await Account(page).TapAsync();
        await Expect(Open(page)).ToContainTextAsync("Act as somebody else");
    }

    [Fact]
    public async Task Menus_Keyboard_OpenReachTheirItemsAndClose()
    {
        await using var visitor = await browser.OpenAsync(Url);
        await factory.JoinAsync(visitor, "keys");
        var page = visitor.Page;

        foreach (
            var (button, text) in ((ILocator, string)[])
                [
                    (Chip(page), "Reset cluster…"),
                    (page.Locator("#step-1 .section-head [aria-haspopup]"), "Copy a link"),
                    (Account(page), "Act as somebody else"),
                ]
        )
        {
            await button.FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            await Expect(Open(page)).ToContainTextAsync(text);
            await Expect(button).ToHaveAttributeAsync("aria-expanded", "true");
            await page.Keyboard.PressAsync("ArrowDown");
            await Expect(Open(page).Locator(":focus")).ToHaveCountAsync(1);
            await page.Keyboard.PressAsync("Escape");
            await Expect(Open(page)).ToHaveCountAsync(0);
            await Expect(button).ToHaveAttributeAsync("aria-expanded", "false");
            await Expect(button).ToBeFocusedAsync();
        }
        Assert.Empty(await visitor.NestedControlsAsync());
        Assert.Empty(visitor.ConsoleErrors);
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task DeleteMyCluster_Confirmed_DeletesItAndOffersANewOne(int width, ColorScheme scheme)
    {
        await using var visitor = await browser.OpenAsync(Url, width, 844, scheme);
        var session = await factory.JoinAsync(visitor, $"delete{width}");
        var page = visitor.Page;
        var name = $"{width}-{scheme.ToString().ToLowerInvariant()}";

        await Chip(page).ClickAsync();
        await Open(page).GetByText("Delete my cluster…").ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToContainTextAsync("progress, points and grades stay");
        await visitor.PictureAsync($"delete-dialog-{name}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep it" }).ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
        Assert.DoesNotContain(session.Key, factory.Sessions.Deleted);

        await Chip(page).ClickAsync();
        await Open(page).GetByText("Delete my cluster…").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete cluster" }).ClickAsync();
        await Expect(page.Locator(".reading .callout").First).ToContainTextAsync("Your cluster was deleted");
        Assert.Contains(session.Key, factory.Sessions.Deleted);
        await visitor.PictureAsync($"deleted-{name}");
        Assert.Null(factory.Sessions.Find(session.Key));

        await page.Locator(".reading .callout .button").First.ClickAsync();
        await Expect(page.Locator("#step-1 .section-head .button")).ToBeEnabledAsync();
        Assert.NotNull(factory.Sessions.Find(session.Key));
        Assert.Empty(visitor.ConsoleErrors);
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    public async Task LessonPage_StoreAway_SaysWhatIsLateAndWhatIsNotSaved(int width, ColorScheme scheme)
    {
        await using var visitor = await browser.OpenAsync(Url, width, 844, scheme);
        var session = await factory.JoinAsync(visitor, $"late{width}{scheme}");
        var page = visitor.Page;
        var name = $"{width}-{scheme.ToString().ToLowerInvariant()}";

        session.Push(s => s with
        {
            Troubles =
            [
                new SessionTrouble(TroubleKind.Saving, DateTimeOffset.UtcNow, "Saving is late: the portal's database cannot be reached. What you did is kept and saved by itself; what waits says “not saved yet”."),
            ],
            Runs = s.Runs.SetItem("step-1/1", new RunSnapshot
            {
                RunId = "1", BlockId = "step-1/1", Phase = RunPhase.Succeeded, Duration = TimeSpan.FromSeconds(3.4),
                Commands = [new CommandSnapshot { Index = 0, Text = "kubectl create namespace bookinfo", Phase = RunPhase.Succeeded, ExitCode = 0, Output = "namespace/bookinfo created\n" }],
            }),
            Checks = s.Checks.SetItem("weights", new CheckState("weights", CheckPhase.Passed)),
            UnsavedBlocks = ["step-1/1"],
            UnsavedChecks = ["weights"],
        });

        await Expect(page.Locator(".reading [role=status] .trouble")).ToContainTextAsync("Saving is late");
        await Expect(page.Locator("#step-1 .not-saved")).ToContainTextAsync("not saved yet");
        await visitor.PictureAsync($"late-{name}");
        await page.Locator("#step-1 .not-saved").ScrollIntoViewIfNeededAsync();
        await visitor.PictureAsync($"late-run-{name}");
        await page.Locator("#tab-Checks").ClickAsync();
        await Expect(page.Locator("#tabpanel-Checks .not-saved")).ToHaveCountAsync(1);
        await visitor.PictureAsync($"late-checks-{name}");

        session.Push(s => s with { Troubles = [], UnsavedBlocks = [], UnsavedChecks = [] });
        await Expect(page.Locator(".not-saved")).ToHaveCountAsync(0);
        await Expect(page.Locator(".trouble")).ToHaveCountAsync(0);
        Assert.Empty(visitor.ConsoleErrors);
        Assert.Empty(await visitor.UnnamedControlsAsync());
    }
}
