using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Playwright;
using Portal.Testing.Lessons;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>What the proxies saw, by mouse, touch and keyboard.</summary>
public sealed class ObserveTabTests(UiFactory factory, Browser browser)
    : IClassFixture<UiFactory>
{
    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Observe_NumbersTracesAndLog_AreShown(int width, ColorScheme scheme)
    {
        await using var visitor = await browser.OpenAsync(
            factory.Start(),
            width,
            width > 1000 ? 800 : 844,
            scheme,
            touch: width < 1000
        );
        var session = await factory.JoinAsync(visitor, $"observe{width}{scheme}");
        session.Push(PagesTests.MidLesson);
        var (page, suffix) = (visitor.Page, $"{width}-{scheme.ToString().ToLowerInvariant()}");
        await page.Locator("#tab-Observe").ClickAsync();
        await Expect(page.Locator("#tabpanel-Observe")).ToContainTextAsync("No Prometheus yet");
        await visitor.PictureAsync($"observe-none-{suffix}");

        session.Numbers = SampleObservations.Numbers(DateTimeOffset.UtcNow);
        session.Traces = SampleObservations.Traces(DateTimeOffset.UtcNow);
        await Expect(page.Locator(".observe-table tbody tr")).ToHaveCountAsync(3, new() { Timeout = 30_000 });
        await visitor.PictureAsync($"observe-numbers-{suffix}");

        // By keyboard to the traces, and into one.
        await page.Locator("#observe-tab-Numbers").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Locator("#observe-tab-Traces")).ToBeFocusedAsync();
        await Expect(page.Locator(".trace-list .row")).ToHaveCountAsync(2);
        await visitor.PictureAsync($"observe-traces-{suffix}");
        await page.Locator(".trace-list .row").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".waterfall")).ToContainTextAsync("503 UF");
        await visitor.PictureAsync($"observe-trace-{suffix}");

        var pod = session.Current.Summary.Pods[0].Name;
        var log = session.Logs[$"{pod}/istio-proxy"] = Channel.CreateUnbounded<ImmutableArray<string>>();
        log.Writer.TryWrite(["[2026-01-01T00:00:00.000Z] \"GET /details/0 HTTP/1.1\" 503 UF \"-\" 0 91 3 - \"-\""]);
        if (width > 1000)
            await page.Locator("#observe-tab-Log").ClickAsync();
        else
            await page.Locator("#observe-tab-Log").TapAsync();
        await Expect(page.Locator(".log")).ToContainTextAsync("503 UF");
        await page.Locator(".flag-list summary").ClickAsync();
        await visitor.PictureAsync($"observe-log-{suffix}");

        Assert.Empty(visitor.ConsoleErrors);
        Assert.Empty(await visitor.UnnamedControlsAsync());
        Assert.Empty(await visitor.NestedControlsAsync());
    }
}
