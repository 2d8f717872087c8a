using System.Collections.Immutable;
using Microsoft.Playwright;
using Portal.Clusters;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>The pages in a real browser, on sessions that the test drives.</summary>
public sealed class PagesTests(UiFactory factory, Browser browser) : IClassFixture<UiFactory>
{
    private const string Lesson = UiFactory.Lesson;

    private string Url => field ??= factory.Start();

    [Theory]
    [InlineData("home", "/")]
    [InlineData("join", "/join")]
    [InlineData("classes", "/classes")]
    [InlineData("lesson", Lesson)]
    [InlineData("sign-out", "/sign-out")]
    [InlineData("not-found", "/nowhere")]
    public async Task Page_InAllSizesAndThemes_RendersCleanly(string name, string path)
    {
        foreach (var (width, height) in ((int, int)[])[(1440, 900), (390, 844)])
        {
            foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
            {
                await using var visitor = await browser.OpenAsync(Url, width, height, scheme);
                await visitor.GoToAsync(factory.WelcomePath);
                await visitor.GoToAsync(path);
                await Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("data-theme", scheme == ColorScheme.Dark ? "dark" : "light");
                await visitor.PictureAsync($"{name}-{width}-{scheme.ToString().ToLowerInvariant()}");

                Assert.Empty(visitor.ForeignRequests);
                Assert.Empty(await visitor.UnnamedControlsAsync());
                Assert.DoesNotContain(visitor.ConsoleErrors, e => path != "/nowhere" || !e.Contains("404", StringComparison.Ordinal));
                Assert.False(await visitor.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"), $"{name} scrolls sideways at {width} px");
            }
        }
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task LessonPage_MidLesson_ShowsRunsClusterAndChecks(int width, ColorScheme scheme)
    {
        await using var visitor = await browser.OpenAsync(Url, width, width > 1000 ? 900 : 844, scheme);
        var session = await SessionAsync($"{width}{scheme}", visitor);
        session.Push(MidLesson);
        var page = visitor.Page;
        var suffix = $"{width}-{scheme.ToString().ToLowerInvariant()}";

        await Expect(page.Locator("#step-1 .output").First).ToContainTextAsync("namespace/bookinfo created");
        await page.Locator("#step-1").ScrollIntoViewIfNeededAsync();
        await page.Locator("#step-1 h2").EvaluateAsync("e => e.closest('section').scrollIntoView()");
        await visitor.PictureAsync($"lesson-run-{suffix}");

        await page.Locator("#exercise-1").EvaluateAsync("e => e.scrollIntoView()");
        await Expect(page.Locator("[data-check='weights']").First).ToContainTextAsync("100");
        await visitor.PictureAsync($"lesson-checks-{suffix}");

        foreach (var tab in (string[])["Cluster", "Mesh", "Checks"])
        {
            await page.Locator($"#tab-{tab}").ClickAsync();
            await Expect(page.Locator($"#tabpanel-{tab}")).ToBeVisibleAsync();
            await visitor.PictureAsync($"panel-{tab.ToLowerInvariant()}-{suffix}");
        }
        Assert.Empty(visitor.ConsoleErrors);
        Assert.Empty(await visitor.UnnamedControlsAsync());
    }

    [Fact]
    public async Task LessonPage_KeyboardOnly_ReachesRunAndWidensThePanel()
    {
        await using var visitor = await browser.OpenAsync(Url);
        var session = await SessionAsync("keyboard", visitor);
        var page = visitor.Page;

        await page.Locator("[data-splitter]").FocusAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.Locator("[data-splitter]")).ToHaveAttributeAsync("aria-valuenow", "41");
        await page.Locator("#step-1 .section-head h2").FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator("#step-1 .section-head .button")).ToBeFocusedAsync();
        await visitor.PictureAsync("focus-1440-light");
        await page.Keyboard.PressAsync("Enter");
        while (session.Runs.IsEmpty) await page.EvaluateAsync("new Promise(requestAnimationFrame)");
        await page.ReloadAsync();

        Assert.Equal("step-1/1", session.Runs.First().BlockId);
        await Expect(page.Locator("[data-splitter]")).ToHaveAttributeAsync("aria-valuenow", "41");
    }

    [Fact]
    public async Task SkipLink_ByKeyboard_LeadsToTheContentOfThisPage()
    {
        await using var visitor = await browser.OpenAsync(Url);
        await visitor.GoToAsync(factory.WelcomePath);
        await visitor.GoToAsync("/join");

        await visitor.Page.Locator(".skip-link").FocusAsync();
        await visitor.Page.Keyboard.PressAsync("Enter");

        await Expect(visitor.Page.Locator("#main")).ToBeFocusedAsync();
        await Expect(visitor.Page).ToHaveURLAsync(Url.TrimEnd('/') + "/join");
    }

    [Fact]
    public async Task Tabs_ByKeyboard_AreOneStopAndChosenByArrows()
    {
        await using var visitor = await browser.OpenAsync(Url);
        await SessionAsync("arrows", visitor);
        var page = visitor.Page;

        await page.Locator("#tab-Cluster").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Locator("#tab-Mesh")).ToBeFocusedAsync();
        await Expect(page.Locator("#tabpanel-Mesh")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(page.Locator("#tab-Checks")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Locator("#tab-Cluster")).ToBeFocusedAsync();
        Assert.Equal(1, await page.Locator("[role=tab][tabindex='0']").CountAsync());
    }

    [Fact]
    public async Task LessonPage_OpenedAgain_IsWhereItWasLeft()
    {
        await using var visitor = await browser.OpenAsync(Url);
        await SessionAsync("place", visitor);
        var page = visitor.Page;
        await page.Locator("#exercise-1").EvaluateAsync("e => e.scrollIntoView()");
        await Expect(page.Locator("[data-outline='exercise-1']")).ToHaveAttributeAsync("aria-current", "location");

        await visitor.GoToAsync("/");
        await visitor.GoToAsync(Lesson);

        await Expect(page.Locator("#exercise-1 .section-head h2")).ToBeInViewportAsync();
        await visitor.GoToAsync(Lesson + "#step-1");
        await Expect(page.Locator("#step-1 .section-head h2")).ToBeInViewportAsync();
    }

    [Fact]
    public async Task LessonPage_Printed_IsTheTextOnWhite()
    {
        await using var visitor = await browser.OpenAsync(Url, scheme: ColorScheme.Dark);
        await SessionAsync("print", visitor);
        var page = visitor.Page;

        await page.EmulateMediaAsync(new() { Media = Media.Print });

        foreach (var hidden in (string[])[".app-bar", ".outline", ".panel", "#step-1 .section-head .button"])
            await Expect(page.Locator(hidden).First).ToBeHiddenAsync();
        await Expect(page.Locator("#step-1 .block-code").First).ToBeVisibleAsync();
        await Expect(page.Locator("body")).ToHaveCSSAsync("background-color", "rgb(255, 255, 255)");
        await Expect(page.Locator("#step-1 .section-head h2")).ToHaveCSSAsync("color", "rgb(23, 33, 46)");
        // All of it, and not what a window shows.
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollHeight > 2 * innerHeight"));
        await visitor.PhotographAsync("print");
    }

    [Fact]
    public async Task Edit_LongerThanAMessage_RunsWhole()
    {
        await using var visitor = await browser.OpenAsync(Url);
        var session = await SessionAsync("long", visitor);
        var block = visitor.Page.Locator("#block-step-1-1");
        var text = string.Concat(Enumerable.Range(0, 12_000).Select(i => $"# values of line {i}\n")) + "true";

        await block.GetByLabel("Edit and run").ClickAsync();
        await block.Locator("textarea").EvaluateAsync("(e, text) => e.value = text", text);
        await block.Locator("textarea").PressAsync("Control+Enter");

        await Eventually.True(() => !session.Runs.IsEmpty);
        Assert.Equal(text, session.Runs.First().Options.Code);
        await Expect(block.Locator("textarea")).ToHaveCountAsync(0);
        Assert.Empty(visitor.ConsoleErrors);
    }

    [Fact]
    public async Task LessonPage_Terminal_ShowsOutputAndSendsKeys()
    {
        await using var visitor = await browser.OpenAsync(Url);
        var session = await SessionAsync("terminal", visitor);
        session.TerminalOutput.Writer.TryWrite("\u001b[32mlearner@bookinfo\u001b[0m:~$ "u8.ToArray());

        await visitor.Page.Locator("#tab-Terminal").ClickAsync();
        await Expect(visitor.Page.Locator(".xterm-rows")).ToContainTextAsync("learner@bookinfo");
        await visitor.Page.Keyboard.TypeAsync("ls");
        var typed = "";
        while (typed.Length < 2) typed += System.Text.Encoding.UTF8.GetString((await session.TerminalInput.Reader.ReadAsync(TestContext.Current.CancellationToken)).Span);
        await visitor.PictureAsync("terminal-1440-light");
        await visitor.Page.Keyboard.PressAsync("Control+Shift+M");

        Assert.Equal("ls", typed);
        await Expect(visitor.Page.Locator("#tab-Terminal")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task LessonPage_TerminalInputFull_SaysSoAndWhatToDo()
    {
        await using var visitor = await browser.OpenAsync(Url);
        var session = await SessionAsync("full", visitor);
        await visitor.Page.Locator("#tab-Terminal").ClickAsync();
        session.TerminalOutput.Writer.TryWrite("$ sleep 1000\r\n"u8.ToArray());
        await Expect(visitor.Page.Locator(".xterm-rows")).ToContainTextAsync("sleep");

        session.TerminalFull = true;
        await visitor.Page.Keyboard.TypeAsync("x");
        await Expect(visitor.Page.Locator(".terminal-foot [role=alert]")).ToContainTextAsync("Terminal input full");
        await visitor.PictureAsync("terminal-full-1440-light");

        session.TerminalFull = false;
        await visitor.Page.Keyboard.PressAsync("Control+C");
        await Expect(visitor.Page.Locator(".terminal-foot [role=alert]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task LessonPage_ClusterStartsAndFails_SaysSo()
    {
        await using var visitor = await browser.OpenAsync(Url);
        var session = await SessionAsync("states", visitor);

        session.Push(s => s with { Cluster = s.Cluster with { Phase = ClusterPhase.Starting, Since = DateTimeOffset.UtcNow.AddSeconds(-14), Progress = ["Ensuring node image (kindest/node:v1.33.1)", "Preparing nodes", "Writing configuration", "Starting control-plane"] } });
        await Expect(visitor.Page.Locator(".starting")).ToContainTextAsync("Starting control-plane");
        await Expect(visitor.Page.Locator("#step-1 .section-head .button")).ToBeDisabledAsync();
        await visitor.PictureAsync("cluster-starting-1440-light");

        session.Push(s => s with { Cluster = s.Cluster with { Phase = ClusterPhase.Failed, Message = "Docker does not answer.", Remedy = "Start Docker, then try again." } });
        await Expect(visitor.Page.Locator("#tabpanel-Cluster")).ToContainTextAsync("Start Docker");
        await visitor.PictureAsync("cluster-failed-1440-light");
    }

    [Fact]
    public async Task Theme_Chosen_IsRemembered()
    {
        await using var visitor = await browser.OpenAsync(Url);
        await visitor.GoToAsync(factory.WelcomePath);

        await visitor.Page.GetByTitle("Theme: as the system").ClickAsync();
        await visitor.Page.GetByTitle("Theme: light").ClickAsync();
        await Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await visitor.GoToAsync("/");

        await Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
    }

    private Task<FakeLessonSession> SessionAsync(string learner, Visitor visitor) =>
        factory.JoinAsync(visitor, learner, Lesson);

    internal static SessionSnapshot MidLesson(SessionSnapshot s) => s with
    {
        Summary = SampleSummary.Bookinfo(DateTimeOffset.UtcNow),
        ActiveBlockId = "step-2/1",
        Runs = s.Runs
            .Add("step-1/1", new RunSnapshot
            {
                RunId = "1", BlockId = "step-1/1", Phase = RunPhase.Failed, Duration = TimeSpan.FromSeconds(3.4),
                Commands =
                [
                    Command(0, "kubectl create namespace bookinfo", RunPhase.Succeeded, 0.2, 0, "namespace/bookinfo created\n"),
                    Command(1, "kubectl label namespace bookinfo istio-injection=enabled", RunPhase.Succeeded, 0.2, 0, "namespace/bookinfo labeled\n"),
                    Command(2, "kubectl apply -n bookinfo -f manifests/bookinfo.yaml", RunPhase.Failed, 3.0, 1, "\u001b[31merror\u001b[0m: the path \"manifests/bookinfo.yaml\" does not exist\n"),
                    Command(3, "kubectl wait -n bookinfo --for=condition=Ready pod --all --timeout=120s", RunPhase.Waiting, 0, null, ""),
                ],
            })
            .Add("step-2/1", new RunSnapshot
            {
                RunId = "2", BlockId = "step-2/1", Phase = RunPhase.Running, Started = DateTimeOffset.UtcNow.AddSeconds(-3),
                Commands =
                [
                    Command(0, "kubectl apply -f manifests/reviews-50-50.yaml", RunPhase.Succeeded, 0.3, 0, "virtualservice.networking.istio.io/reviews configured\n"),
                    Command(1, "for i in $(seq 1 20); do curl -s http://localhost:8080/productpage | grep -c stars; done", RunPhase.Running, 2.7, null, "0\n2\n2\n0\n"),
                ],
            }),
        Sections = s.Sections.SetItem("step-1", new SectionProgress("step-1", SectionPhase.Completed, DateTimeOffset.UtcNow)).SetItem("step-2", new SectionProgress("step-2", SectionPhase.InProgress, null)),
        Checks = s.Checks
            .SetItem("weights", new CheckState("weights", CheckPhase.NotYet, "v1 90 %, v2 10 %", "v1 100 %", "VirtualService bookinfo/reviews, spec.http[0].route", "All requests still go to v1.", Details: ["GET virtualservices/reviews → resourceVersion 4711", "effective route: reviews v1 100"]))
            .SetItem("subsets", new CheckState("subsets", CheckPhase.Passed, Since: DateTimeOffset.UtcNow)),
        PointsEarned = 1,
    };

    private static CommandSnapshot Command(int index, string text, RunPhase phase, double seconds, int? exitCode, string output) =>
        new() { Index = index, Text = text, Phase = phase, Duration = TimeSpan.FromSeconds(seconds), ExitCode = exitCode, Output = output };
}
