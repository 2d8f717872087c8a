using System.Collections.Concurrent;
using Microsoft.Playwright;
using Portal.Labs.Editing;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>The manifest editor in a real browser, on a session that the test drives.</summary>
public sealed class EditorTests(UiFactory factory, Browser browser) : IClassFixture<UiFactory>
{
    private const string File = "manifests/01-destination-rules.yaml";
    private const string Text = """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata:
          name: reviews
        spec:
          host: reviews

        """;

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Editor_WidePage_CompletesTeachesSavesAndApplies(ColorScheme scheme)
    {
        await using var visitor = await browser.OpenAsync(factory.Start(), 1280, 800, scheme);
        var (page, session) = (visitor.Page, await JoinAsync(visitor, $"editor{scheme}"));
        var suffix = $"1280-{scheme.ToString().ToLowerInvariant()}";
        var fetched = new ConcurrentQueue<string>();
        page.Request += (_, request) => fetched.Enqueue(request.Url);
        await page.Locator("#tab-Terminal").ClickAsync();
        Assert.True(await AllTabsFitAsync(page));
        Assert.DoesNotContain(fetched, f => f.Contains("monaco", StringComparison.Ordinal));

        await page.Locator("#tab-Editor").ClickAsync();
        await Expect(page.Locator("#editor-file optgroup")).ToHaveCountAsync(1);
        await visitor.PictureAsync($"editor-empty-{suffix}");
        await page.Locator("#editor-file").SelectOptionAsync(File);
        await Expect(page.Locator(".view-lines")).ToContainTextAsync("DestinationRule");
        await visitor.PictureAsync($"editor-file-{suffix}");

        // A field is completed, by keyboard.
        session.Suggested = new(
            [
                new("subsets", "subsets:\n  - ", "list of object", "Versions of a service.", SuggestionKind.Field),
                new("trafficPolicy", "trafficPolicy:\n    ", "object", "How it is reached.", SuggestionKind.Field),
            ],
            2,
            3
        );
        session.Problems = t => t.Contains("  subsets:", StringComparison.Ordinal)
            ? [new(7, 3, "The cluster would refuse it: a subset has a name.")]
            : [];
        await page.Locator(".monaco-editor .view-line").Last.ClickAsync();
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync("  s");
        await Expect(page.Locator(".suggest-widget.visible")).ToContainTextAsync("subsets");
        await visitor.PhotographAsync($"editor-completion-{suffix}");
        session.Suggested = Suggestions.None;
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".view-lines")).ToContainTextAsync("subsets:");
        await Expect(page.Locator(".editor-state")).ToHaveTextAsync("changed");
        await Expect(page.Locator(".editor-problems")).ToContainTextAsync("a subset has a name");
        await Expect(page.Locator(".squiggly-error")).ToHaveCountAsync(1);
        await visitor.PictureAsync($"editor-problem-{suffix}");

        await page.Keyboard.TypeAsync("name: v1");
        await page.Keyboard.PressAsync("Control+s");
        await Expect(page.Locator(".editor-state")).ToHaveTextAsync("saved");
        Assert.Equal(Text + "  subsets:\n    - name: v1", session.Files[File]);

        await page.Keyboard.PressAsync("Control+Enter");
        await Eventually.True(() => session.Calls.Contains($"apply {File}"));
        session.Push(s => s with { Runs = s.Runs.SetItem(ManifestRun.BlockId, Applied) });
        await Expect(page.Locator(".editor-run")).ToContainTextAsync("done");
        await visitor.PictureAsync($"editor-applied-{suffix}");

        // Tab belongs to the text until it is told otherwise.
        await page.Keyboard.PressAsync("Control+m");
        await page.Keyboard.PressAsync("Tab");
        Assert.False(await page.EvaluateAsync<bool>("!!document.activeElement.closest('.monaco-editor')"));
        await page.Keyboard.PressAsync("Shift+Tab");
        await page.Keyboard.PressAsync("Control+m");

        Assert.Empty(visitor.ConsoleErrors);
        Assert.Empty(visitor.ForeignRequests);
        Assert.Empty(await visitor.UnnamedControlsAsync());
        Assert.Empty(await visitor.NestedControlsAsync());
    }

    [Fact]
    public async Task Editor_PasteLargerThanAMessage_IsSavedWhole()
    {
        await using var visitor = await browser.OpenAsync(factory.Start(), 1280);
        var (page, session) = (visitor.Page, await JoinAsync(visitor, "paste"));
        await page.Locator("#tab-Editor").ClickAsync();
        await page.Locator("#editor-file").SelectOptionAsync(File);
        await Expect(page.Locator(".view-lines")).ToContainTextAsync("DestinationRule");

        await page.Locator(".monaco-editor .view-line").Last.ClickAsync();
        await page.Keyboard.PressAsync("Control+a");
        await EditorJourneyTests.PasteAsync(
            page,
            string.Concat(Enumerable.Repeat("# a long line of a comment\n", 3000))
        );
        await Expect(page.Locator(".editor-state")).ToHaveTextAsync("changed");
        await page.Keyboard.PressAsync("Control+s");

        await Expect(page.Locator(".editor-state")).ToHaveTextAsync("saved");
        Assert.Equal(3000, session.Files[File].Count(c => c == '\n'));
        Assert.Empty(visitor.ConsoleErrors);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Editor_Phone_IsAPlainBoxThatDoesTheSame(ColorScheme scheme)
    {
        await using var visitor = await browser.OpenAsync(factory.Start(), 390, 844, scheme, touch: true);
        var (page, session) = (visitor.Page, await JoinAsync(visitor, $"phone{scheme}"));
        session.Problems = t => t.Contains("hots", StringComparison.Ordinal)
            ? [new(6, 3, "hots is no field of spec (did you mean host?).")]
            : [];
        await page.Locator("#tab-Editor").TapAsync();
        Assert.True(await AllTabsFitAsync(page));
        await page.Locator("#editor-file").SelectOptionAsync(File);
        var box = page.Locator(".manifest-text textarea");
        await Expect(box).ToHaveValueAsync(Text);

        await box.FillAsync(Text.Replace("host:", "hots:", StringComparison.Ordinal));
        await Expect(page.Locator(".editor-problems")).ToContainTextAsync("did you mean host?");
        await visitor.PictureAsync($"editor-390-{scheme.ToString().ToLowerInvariant()}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Line 6" }).TapAsync();
        await Expect(box).ToBeFocusedAsync();
        await page.Locator(".editor-actions").GetByRole(AriaRole.Button, new() { Name = "Apply" }).TapAsync();
        await Eventually.True(() => session.Calls.Contains($"apply {File}"));
        Assert.Contains("hots", session.Files[File], StringComparison.Ordinal);

        Assert.Equal(0, await page.Locator(".monaco-editor").CountAsync());
        Assert.Empty(visitor.ConsoleErrors);
        Assert.False(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"));
    }

    private static Task<bool> AllTabsFitAsync(IPage page) =>
        page.Locator("[role=tablist][aria-label=Panel]").EvaluateAsync<bool>("e => e.scrollWidth <= e.clientWidth");

    private static RunSnapshot Applied => new()
    {
        RunId = "applied",
        BlockId = ManifestRun.BlockId,
        Phase = RunPhase.Succeeded,
        Started = DateTimeOffset.UtcNow,
        Commands =
        [
            new()
            {
                Index = 0,
                Text = $"kubectl apply -f ~/01-traffic/{File} -n bookinfo",
                Phase = RunPhase.Succeeded,
                ExitCode = 0,
                Output = "destinationrule.networking.istio.io/reviews created\n",
            },
        ],
    };

    private async Task<FakeLessonSession> JoinAsync(Visitor visitor, string learner)
    {
        var session = await factory.JoinAsync(visitor, learner);
        session.Files[File] = Text;
        session.Push(PagesTests.MidLesson);
        return session;
    }
}
