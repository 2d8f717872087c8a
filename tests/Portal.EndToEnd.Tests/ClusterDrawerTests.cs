using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Playwright;
using Portal.Testing;
using Portal.Testing.Lessons;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>What a step changed, and the drawer with one object of the cluster.</summary>
public sealed class ClusterDrawerTests(UiFactory factory, Browser browser)
    : IClassFixture<UiFactory>
{
    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Row_ByMouseAndByKeyboard_OpensItsObject(int width, ColorScheme scheme)
    {
        await using var visitor = await browser.OpenAsync(factory.Start(), width, width > 1000 ? 800 : 844, scheme);
        var session = await factory.JoinAsync(visitor, $"drawer{width}{scheme}");
        session.Push(s => PagesTests.MidLesson(s) with { Changes = SampleDetail.Changes("step-2") });
        session.Put(SampleDetail.Service());
        session.Put(SampleDetail.Pod(DateTimeOffset.UtcNow));
        var log = session.Logs[$"{SampleDetail.PodName}/reviews"] = Channel.CreateUnbounded<ImmutableArray<string>>();
        log.Writer.TryWrite([.. Enumerable.Range(1, 90).Select(i => $"GET /reviews/{i} 200")]);
        var (page, suffix) = (visitor.Page, $"{width}-{scheme.ToString().ToLowerInvariant()}");
        await page.Locator("#tab-Cluster").ClickAsync();
        await Expect(page.Locator(".step-changes")).ToContainTextAsync("spec.http[0].route[0].weight");
        await visitor.PictureAsync($"changes-{suffix}");

        // By mouse: a service, its pod, the pod's log.
        await page.Locator("#tabpanel-Cluster .row[title^='Service bookinfo/reviews']").ClickAsync();
        await Expect(page.Locator(".object-drawer")).ToBeFocusedAsync();
        await page.Locator("#object-tab-Yaml").ClickAsync();
        session.Put(
            SampleDetail.Service("apiVersion: v1\nkind: Service\nmetadata:\n  labels:\n    app: x\n  name: reviews\n")
        );
        await Expect(page.Locator(".yaml mark")).ToHaveCountAsync(2);
        await visitor.PictureAsync($"object-yaml-{suffix}");
        await page.Locator("#object-tab-Overview").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Pod {SampleDetail.PodName}" }).ClickAsync();
        await Expect(page.Locator(".object-drawer")).ToBeFocusedAsync();
        await visitor.PictureAsync($"object-pod-{suffix}");
        await page.Locator("#object-tab-Logs").ClickAsync();
        await Expect(page.Locator(".log")).ToContainTextAsync("GET /reviews/90 200");
        await visitor.PictureAsync($"object-logs-{suffix}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Back to Service reviews" }).ClickAsync();
        await Eventually.True(() => session.OpenLogs == 0);
        await Expect(page.Locator(".object-drawer")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".object-drawer")).ToHaveCountAsync(0);

        // By keyboard: the focus comes back to the row.
        var row = page.Locator($"#tabpanel-Cluster .row[title='Pod bookinfo/{SampleDetail.PodName}']");
        await row.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".object-drawer")).ToBeFocusedAsync();
        await page.Locator("#object-tab-Overview").FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(page.Locator("#object-tab-Logs")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(row).ToBeFocusedAsync();

        Assert.Empty(visitor.ConsoleErrors);
        Assert.Empty(await visitor.UnnamedControlsAsync());
        Assert.Empty(await visitor.NestedControlsAsync());
    }
}
