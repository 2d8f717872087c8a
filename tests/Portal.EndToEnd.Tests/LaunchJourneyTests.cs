using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Playwright;
using Portal.Testing;
using Portal.Web.Testing;
using Portal.Web.Testing.Lti;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>
/// An instructor and a learner come from a learning platform of another site by clicking there; the learner's real
/// shell runs a step, and the platform's grade book shows it.
/// </summary>
public sealed class LaunchJourneyTests(Browser browser)
{
    private static readonly (int Width, ColorScheme Scheme)[] s_screens =
    [
        (1280, ColorScheme.Light),
        (1280, ColorScheme.Dark),
        (390, ColorScheme.Light),
        (390, ColorScheme.Dark),
    ];

    // A shell and a cluster begin first; a limit, not an expectation.
    private static readonly LocatorAssertionsToContainTextOptions s_patient = new() { Timeout = 60_000 };

    private static readonly PageAssertionsToHaveURLOptions s_url = new() { Timeout = 60_000 };
    private static readonly Regex s_lesson = new("/learn/course/lesson$");

    private static readonly (string, string)[] s_administrator =
    [
        ("Your name", "Rosa"),
        ("User name", "rosa"),
        ("Password", ClassApplication.Password),
    ];

    private const string Moving = """
        wanted => new Promise(requestAnimationFrame).then(() =>
          (document.documentElement.dataset.theme ?? wanted) !== wanted || document.getAnimations().length > 0)
        """;

    private readonly List<string> _errors = [];

    [Fact]
    public async Task InstructorAndLearner_FromThePlatform_ByMouse()
    {
        await using var platform = await SimulatedPlatform.StartAsync("localhost");
        platform.People["grace"] = new("sub-grace", "Grace Hopper", "#Instructor");
        platform.People["ada"] = new("sub-ada", "Ada Lovelace", "#Learner");
        await using var portal = new LaunchedPortal(platform);
        platform.Tool = portal.Start().TrimEnd('/');
        using var outside = new HttpClient();
        platform.ToolKeys = () => outside.GetStringAsync(platform.Tool + "/lti/jwks");

        await using var grace = await browser.OpenAsync(platform.Tool, 1280, 900);
        await grace.Page.GotoAsync(platform.Address + "/course?as=grace");
        await ClickLinkAsync(grace, "Add content");
        await Expect(grace.Page.Locator("h1")).ToHaveTextAsync("Choose a lesson");
        await PicturesAsync(grace, "launch-choose");
        await grace.Page.GetByRole(AriaRole.Button, new() { Name = "Choose A lesson" }).ClickAsync();
        await Expect(grace.Page.Locator("#added")).ToHaveTextAsync("A lesson");
        await grace.Page.GotoAsync(platform.Address + "/course?as=grace");
        await ClickLinkAsync(grace, "A lesson");
        await Expect(grace.Page).ToHaveURLAsync(s_lesson, s_url);

        await using var ada = await browser.OpenAsync(platform.Tool, 1280, 900);
        await ada.Page.GotoAsync(platform.Address + "/course?as=ada");
        await ClickLinkAsync(ada, "A lesson");
        await Expect(ada.Page).ToHaveURLAsync(s_lesson, s_url);
        var step = ada.Page.Locator("#step-1 .section-head");
        await Expect(step.Locator(".button")).ToBeEnabledAsync(new() { Timeout = 60_000 });
        await step.Locator(".button").ClickAsync();
        await Expect(step).ToContainTextAsync("completed", s_patient);
        await PicturesAsync(ada, "launch-lesson");

        Assert.Equal("sub-ada 1/2 InProgress", (await ReceiveAsync(platform)).Progress);
        await grace.Page.GotoAsync(platform.Address + "/course?as=grace");
        await Expect(grace.Page.Locator("#book")).ToContainTextAsync("sub-ada 1/2 InProgress");
        await ClickLinkAsync(grace, "A lesson");
        await grace.Page.GotoAsync("/account");
        await PicturesAsync(grace, "launch-account");
        await ClickLinkAsync(grace, "Board of Platform engineering");
        await Expect(grace.Page.Locator(".board-grid")).ToContainTextAsync("Ada Lovelace");

        // The grade book takes nothing now: the learner goes on, the instructor is told.
        platform.Outage = context =>
        {
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        };
        var second = ada.Page.Locator("#step-2 .section-head");
        await second.Locator(".button").ClickAsync();
        await Expect(second).ToContainTextAsync("completed", s_patient);
        await grace.Page.GotoAsync("/account");
        await grace.Page.Locator("a[href^='/class/']").ClickAsync();
        await Eventually.True(async () =>
        {
            await grace.Page.ReloadAsync();
            return await grace.Page.GetByText("does not let the portal write this score").CountAsync() > 0;
        });
        await grace.Page.Locator("#scores-head").ScrollIntoViewIfNeededAsync();
        await PicturesAsync(grace, "launch-scores");
        platform.Outage = null;
        await ada.Page.GotoAsync(platform.Address + "/course?as=ada");
        await ClickLinkAsync(ada, "A lesson");
        Assert.Equal("sub-ada 2/2 Completed", (await ReceiveAsync(platform)).Progress);

        foreach (var visitor in (Visitor[])[grace, ada])
            Assert.Empty(visitor.ConsoleErrors);
        Assert.Empty(_errors);
    }

    [Fact]
    public async Task Launch_InAFrameWithoutCookiesOrWrong_SaysWhatToDo()
    {
        await using var platform = await SimulatedPlatform.StartAsync("localhost");
        platform.Links["link-1"] = ("A lesson", "course/lesson");
        platform.People["ada"] = new("sub-ada", "Ada Lovelace", "#Learner");
        await using var portal = new LaunchedPortal(platform);
        platform.Tool = portal.Start().TrimEnd('/');
        await using var ada = await browser.OpenAsync(platform.Tool, 1280, 900);

        platform.Alter = claims => claims["https://purl.imsglobal.org/spec/lti/claim/deployment_id"] = "deployment-9";
        await ada.Page.GotoAsync(platform.Address + "/course?as=ada");
        await ClickLinkAsync(ada, "A lesson");
        await Expect(ada.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Its deployment is 'deployment-9'");
        await PicturesAsync(ada, "launch-refused");

        // Whoever keeps cookies back is told, and comes in once they do not.
        platform.Alter = _ => ada.Page.Context.ClearCookiesAsync().GetAwaiter().GetResult();
        await ada.Page.GotoAsync(platform.Address + "/course?as=ada");
        await ClickLinkAsync(ada, "A lesson");
        await Expect(ada.Page.Locator("h1")).ToHaveTextAsync("Your browser kept the portal's cookie back");
        await PicturesAsync(ada, "launch-no-cookie");
        platform.Alter = null;

        await ada.Page.GotoAsync(platform.Address + "/frame?as=ada");
        var frame = ada.Page.FrameLocator("#tool");
        await Expect(frame.Locator("h1")).ToHaveTextAsync("The lesson opens in a window of its own");
        await PicturesAsync(ada, "launch-frame");
        var window = await ada.Page.RunAndWaitForPopupAsync(() =>
            frame.GetByRole(AriaRole.Link, new() { Name = "Open in a new window" }).ClickAsync()
        );
        await Expect(window).ToHaveURLAsync(s_lesson, s_url);
        await Expect(window.Locator("h1")).ToContainTextAsync("A lesson");

        await using var administrator = await browser.OpenAsync(platform.Tool, 1280, 900);
        await administrator.GoToAsync((await portal.FindSetUpPathAsync())!);
        foreach (var (label, value) in s_administrator)
            await administrator.Page.GetByLabel(label, new() { Exact = true }).FillAsync(value);
        await administrator.Page.GetByRole(AriaRole.Button, new() { Name = "Make me the administrator" }).ClickAsync();
        await ClickLinkAsync(administrator, "learning platform");
        await Expect(administrator.Page.Locator("h1")).ToHaveTextAsync("Learning platforms");
        await PicturesAsync(administrator, "platforms");
        Assert.Empty(_errors);
    }

    [Fact]
    public async Task Course_OfTwoLessonsWithoutLeaveToWriteScores_LeadsFromBoardToBoardAndSaysSo()
    {
        await using var platform = await SimulatedPlatform.StartAsync("localhost");
        platform.Links["link-1"] = ("A lesson", "course/lesson");
        platform.Links["link-2"] = ("More steps", "course/more");
        platform.People["grace"] = new("sub-grace", "Grace Hopper", "#Instructor");
        platform.People["ada"] = new("sub-ada", "Ada Lovelace", "#Learner");
        platform.Alter = claims => claims.Remove("https://purl.imsglobal.org/spec/lti-ags/claim/endpoint");
        await using var portal = new LaunchedPortal(platform);
        platform.Tool = portal.Start().TrimEnd('/');
        await using var ada = await browser.OpenAsync(platform.Tool, 1280, 900);
        await ada.Page.GotoAsync(platform.Address + "/course?as=ada");
        await ClickLinkAsync(ada, "A lesson");
        await Expect(ada.Page).ToHaveURLAsync(s_lesson, s_url);
        await using var grace = await browser.OpenAsync(platform.Tool, 1280, 900);
        await grace.Page.GotoAsync(platform.Address + "/course?as=grace");
        await ClickLinkAsync(grace, "More steps");
        await Expect(grace.Page).ToHaveURLAsync(new Regex("/learn/course/more$"), s_url);

        await grace.Page.GotoAsync("/account");
        await ClickLinkAsync(grace, "Board of Platform engineering · More steps");
        var course = grace.Page.GetByRole(AriaRole.Navigation, new() { Name = "Lessons of this course" });
        await Expect(course.Locator("[aria-current]")).ToHaveTextAsync("More steps");
        await Expect(grace.Page.Locator(".board-grid")).ToContainTextAsync("Ada Lovelace");
        await course.GetByText("A lesson").FocusAsync();
        await grace.Page.Keyboard.PressAsync("Enter");

        await Expect(course.Locator("[aria-current]")).ToHaveTextAsync("A lesson");
        await Expect(grace.Page.Locator(".board-head h1")).ToHaveTextAsync("Platform engineering");
        await Expect(grace.Page.Locator(".board-grid")).ToContainTextAsync("Ada Lovelace");
        await PicturesAsync(grace, "launch-course");
        await ClickLinkAsync(grace, "People and settings");
        await Expect(grace.Page.Locator("#scores-head ~ .status"))
            .ToContainTextAsync("Test School takes no scores from the portal.");
        await grace.Page.Locator("#scores-head").ScrollIntoViewIfNeededAsync();
        await PicturesAsync(grace, "launch-no-scores");
        Assert.Empty(grace.ConsoleErrors);
        Assert.Empty(_errors);
    }

    [Fact]
    public async Task Choose_InAFrameOfAnotherSite_Works()
    {
        await using var platform = await SimulatedPlatform.StartAsync("localhost");
        platform.People["grace"] = new("sub-grace", "Grace Hopper", "#Instructor");
        await using var portal = new LaunchedPortal(platform);
        platform.Tool = portal.Start().TrimEnd('/');
        using var outside = new HttpClient();
        platform.ToolKeys = () => outside.GetStringAsync(platform.Tool + "/lti/jwks");
        await using var grace = await browser.OpenAsync(platform.Tool, 1280, 900);

        await grace.Page.GotoAsync(platform.Address + "/frame?as=grace&choose");
        var frame = grace.Page.FrameLocator("#tool");
        await frame.GetByRole(AriaRole.Button, new() { Name = "Choose A lesson" }).ClickAsync();

        await Expect(frame.Locator("#added")).ToHaveTextAsync("A lesson", new() { Timeout = 60_000 });
        Assert.Empty(grace.ConsoleErrors);
    }

    private static Task ClickLinkAsync(Visitor visitor, string name) =>
        visitor.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).First.ClickAsync();

    private static async Task<PlatformScoreReceived> ReceiveAsync(SimulatedPlatform platform) =>
        await platform.Received.Reader.ReadAsync().AsTask().DefaultTimeout();

    private async Task PicturesAsync(Visitor visitor, string name)
    {
        var page = visitor.Page;
        foreach (var (width, scheme) in s_screens)
        {
            await page.SetViewportSizeAsync(width, width > 1000 ? 900 : 844);
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            // The change of theme is over when nothing moves any more, in a frame neither.
            foreach (var frame in page.Frames)
                while (await frame.EvaluateAsync<bool>(Moving, scheme.ToString().ToLowerInvariant()))
                    continue;
            await visitor.PictureAsync($"{name}-{width}-{scheme.ToString().ToLowerInvariant()}");
            var isWide = await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth");
            if (isWide && page.Frames.Count == 1)
                _errors.Add($"{name} scrolls sideways at {width} px");
        }
        _errors.AddRange((await visitor.UnnamedControlsAsync()).Select(c => $"{name}: {c}"));
        await page.SetViewportSizeAsync(1280, 900);
    }

    /// <summary>Nothing faked but the platform: a lesson of two steps that a real shell runs.</summary>
    private sealed class LaunchedPortal : ClassApplication
    {
        private readonly TempDirectory _content = new();
        private readonly SimulatedPlatform _platform;

        public LaunchedPortal(SimulatedPlatform platform)
        {
            _platform = platform;
            _content.Write(
                "course/course.yaml",
                "title: A course\nlessons:\n- id: lesson\n  title: A lesson\n- id: more\n  title: More steps\n"
            );
            _content.Write("course/more/lesson.md", "# More steps\n\n### Step 1: Say it\n\n```bash\necho it\n```\n");
            _content.Write(
                "course/lesson/lesson.md",
                """
                # A lesson

                ### Step 1: Say one

                ```bash
                echo one
                ```

                ### Step 2: Say two

                ```bash
                echo two
                ```
                """
            );
            UseKestrel(0);
        }

        protected override string ContentRoot => _content.Path;

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            foreach (var (key, value) in _platform.Settings)
                builder.UseSetting(key, value);
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            _content.Dispose();
        }
    }
}
