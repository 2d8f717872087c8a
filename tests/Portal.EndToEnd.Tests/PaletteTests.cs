using Microsoft.Playwright;
using Portal.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>The palette of a lesson page by keyboard, mouse and touch.</summary>
public sealed class PaletteTests(UiFactory factory, Browser browser) : IClassFixture<UiFactory>
{
    private string Url => field ??= factory.Start();

    [Fact]
    public async Task Palette_Keyboard_GoesToASectionAndRunsAStep()
    {
        await using var visitor = await browser.OpenAsync(Url);
        var session = await factory.JoinAsync(visitor, "palette-keys");
        var page = visitor.Page;

        await page.Keyboard.PressAsync("Control+k");
        await Expect(page.GetByRole(AriaRole.Combobox, new() { Name = "Search sections" })).ToBeFocusedAsync();
        await visitor.PictureAsync("palette-1440-light");
        await page.Keyboard.TypeAsync("exercise 1");
        await Expect(page.Locator("[role=option][aria-selected=true]")).ToContainTextAsync("Exercise 1 ·");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#exercise-1")).ToBeInViewportAsync();
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("#exercise-1$"));
        await Expect(page.Locator(".palette")).ToHaveCountAsync(0);

        await page.Keyboard.PressAsync("Control+k");
        await Expect(page.GetByRole(AriaRole.Combobox, new() { Name = "Search sections" })).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("run step 1");
        await Expect(page.Locator("[role=option][aria-selected=true]")).ToContainTextAsync("Run Step 1 ·");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".palette")).ToHaveCountAsync(0);
        await Eventually.True(() => !session.Runs.IsEmpty);
        Assert.StartsWith("step-1/", session.Runs.First().BlockId, StringComparison.Ordinal);
        Assert.Empty(visitor.ConsoleErrors);
    }

    [Theory]
    [InlineData(1440, ColorScheme.Dark, false)]
    [InlineData(390, ColorScheme.Light, true)]
    public async Task Palette_MouseOrTouch_ShowsATab(int width, ColorScheme scheme, bool touch)
    {
        await using var visitor = await browser.OpenAsync(Url, width, 844, scheme, touch);
        await factory.JoinAsync(visitor, $"palette-{width}");
        var page = visitor.Page;
        Task PressAsync(ILocator what) => touch ? what.TapAsync() : what.ClickAsync();

        // Nothing of the bar is pushed out by it.
        await Expect(page.Locator("button.avatar")).ToBeInViewportAsync(new() { Ratio = 1 });
        await PressAsync(page.GetByLabel("Go to or do"));
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Search sections" }).FillAsync("mesh tab");
        await visitor.PictureAsync($"palette-{width}-{scheme}");
        await PressAsync(page.GetByRole(AriaRole.Option, new() { Name = "Mesh" }));

        await Expect(page.Locator("#tab-Mesh")).ToHaveAttributeAsync("aria-selected", "true");
        await Expect(page.Locator("#tab-Mesh")).ToBeInViewportAsync();
    }
}
