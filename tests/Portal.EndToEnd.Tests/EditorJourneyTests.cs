using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>The whole portal, nothing faked: a learner changes a manifest in the editor and applies it.</summary>
public sealed class EditorJourneyTests(JourneyTests.RealPortal portal, Browser browser)
    : IClassFixture<JourneyTests.RealPortal>
{
    private const string Lesson = "/learn/kubernetes/20-service-mesh-istio";

    // A step waits for images and proxies as on a real cluster; a limit, not an expectation.
    private static readonly LocatorAssertionsToContainTextOptions s_text = new() { Timeout = 240_000 };

    [Fact]
    public async Task Learner_DestinationRule_IsCompletedMendedPreviewedAndApplied()
    {
        await using var learner = await browser.OpenAsync(portal.Start(), 1440, 1000);
        var page = learner.Page;
        await learner.GoToAsync(portal.WelcomePath);
        await learner.GoToAsync($"/join?name=Eda&returnUrl={Lesson}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await Expect(page.Locator("#step-1 .section-head .button")).ToBeEnabledAsync(new() { Timeout = 60_000 });
        for (var step = 1; step <= 2; step++)
        {
            var section = page.Locator($"#step-{step}");
            await section.EvaluateAsync("e => e.scrollIntoView()");
            await section.Locator(".section-head .button").ClickAsync();
            await Expect(section.Locator(".section-head")).ToContainTextAsync("completed", s_text);
        }

        // From the block that applies it.
        var file = page.Locator("#step-4 .block-file", new() { HasText = "01-destination-rules.yaml" }).First;
        await file.EvaluateAsync("e => e.scrollIntoView()");
        await file.Locator("summary").ClickAsync();
        await file.GetByRole(AriaRole.Button, new() { Name = "Open in the editor" }).ClickAsync();
        var text = page.Locator(".view-lines");
        await Expect(text).ToContainTextAsync("DestinationRule");

        // A field that the cluster's own schema has.
        await page.Locator(".monaco-editor .view-line").First.ClickAsync();
        await page.Keyboard.PressAsync("Control+a");
        await PasteAsync(
            page,
            "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata:\n  name: reviews\nspec:\n"
                + "  host: reviews\n"
        );
        await page.Keyboard.TypeAsync("  work");
        await Expect(page.Locator(".suggest-widget.visible")).ToContainTextAsync("workloadSelector");
        await learner.PhotographAsync("editor-journey-completion");
        await page.Keyboard.PressAsync("Escape");

        // A mistake is taught.
        await page.Keyboard.PressAsync("Shift+Home");
        await page.Keyboard.TypeAsync("trafficpolicy:");
        await Expect(page.Locator(".editor-problems")).ToContainTextAsync("did you mean trafficPolicy?", s_text);
        await learner.PictureAsync("editor-journey-mistake", ".panel");

        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("Shift+Home");
        await page.Keyboard.PressAsync("Shift+Home");
        await PasteAsync(page, "  subsets:\n  - name: v1\n    labels:\n      version: v1\n");
        await Expect(page.Locator(".editor-problems")).ToHaveCountAsync(0);
        await page.Locator(".editor-actions").GetByRole(AriaRole.Button, new() { Name = "Preview" }).ClickAsync();
        await Expect(page.Locator(".editor .preview-object"))
            .ToContainTextAsync("DestinationRule bookinfo/reviews", s_text);
        await learner.PictureAsync("editor-journey-preview", ".panel");

        await page.Locator(".monaco-editor .view-line").First.ClickAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".editor-run")).ToContainTextAsync("done", s_text);
        await Expect(page.Locator(".editor .output")).ToContainTextAsync("destinationrule.networking.istio.io/reviews");
        await learner.PictureAsync("editor-journey-applied", ".panel");

        await page.Locator("#tab-Cluster").ClickAsync();
        var row = page.Locator("#tabpanel-Cluster .row", new() { HasText = "DestinationRule" }).First;
        await Expect(row).ToContainTextAsync("reviews");
        await row.ClickAsync();
        await page.Locator("#object-tab-Yaml").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit", Exact = true }).ClickAsync();
        await Expect(page.Locator("#editor-name")).ToHaveValueAsync("manifests/destinationrule-reviews.yaml");
        await Expect(text).ToContainTextAsync("subsets");
        await learner.PictureAsync("editor-journey-object", ".panel");

        Assert.Empty(learner.ConsoleErrors);
        Assert.Empty(learner.ForeignRequests);
    }

    /// <summary>Keys would be indented by the editor.</summary>
    internal static async Task PasteAsync(IPage page, string text)
    {
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.EvaluateAsync("text => navigator.clipboard.writeText(text)", text);
        await page.Keyboard.PressAsync("Control+v");
    }
}
