using Microsoft.Playwright;
using Portal.Testing;
using Portal.Web.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>The whole portal, nothing faked: a learner works through a lesson while an instructor watches.</summary>
public sealed class JourneyTests(JourneyTests.RealPortal portal, Browser browser)
    : IClassFixture<JourneyTests.RealPortal>
{
    private const string PortHost = "^http://8080--[0-9a-f]{20}\\.localhost:";
    private const string Lesson = "/learn/kubernetes/20-service-mesh-istio";

    // A step waits for images and proxies as on a real cluster; a limit, not an expectation.
    private static readonly LocatorAssertionsToContainTextOptions s_text = new() { Timeout = 240_000 };
    private static readonly LocatorAssertionsToHaveAttributeOptions s_attribute = new() { Timeout = 60_000 };

    [Fact]
    public async Task Learner_StepsAndExercise_AreSeenByTheInstructor()
    {
        var url = portal.Start();
        await using var learner = await browser.OpenAsync(url);
        await learner.GoToAsync(portal.WelcomePath);
        await learner.GoToAsync($"/join?name=Ada&returnUrl={Lesson}");
        await learner.Page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await Expect(learner.Page.Locator("#step-1 .section-head .button")).ToBeEnabledAsync(new() { Timeout = 60_000 });

        await using var instructor = await browser.OpenAsync(url, scheme: ColorScheme.Dark);
        await instructor.GoToAsync(portal.WelcomePath);
        await instructor.GoToAsync("/classes");
        await instructor.Page.Locator(".class-card").First.ClickAsync();

        for (var step = 1; step <= 4; step++)
        {
            var section = learner.Page.Locator($"#step-{step}");
            await section.EvaluateAsync("e => e.scrollIntoView()");
            await section.Locator(".section-head .button").ClickAsync();
            if (step == 4) await PredictAsync(learner, section);
            await Expect(section.Locator(".section-head")).ToContainTextAsync("completed", s_text);
            await Expect(instructor.Page.Locator($"[data-cell='Ada/step-{step}']")).ToHaveAttributeAsync("data-status", "Completed", s_attribute);
            await learner.PhotographAsync($"journey-step-{step}");
        }
        await Expect(learner.Page.Locator(".job")).ToContainTextAsync("kubectl port-forward");
        await OpenPortAsync(learner, "Reviews served by");
        await ShowPortAsync(learner, "Reviews served by");
        await Expect(learner.Page.Locator("#step-4")).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"[3-7]\d reviews-v1\s+[3-7]\d reviews-v2"));
        await instructor.PictureAsync("journey-board-steps");
        await SendAsync(learner);

        await PreviewAsync(learner);
        await CanaryAsync(learner);
        await Expect(instructor.Page.Locator("[data-cell='Ada/exercise-1']")).ToHaveAttributeAsync("data-status", "Completed", s_attribute);
        await instructor.PictureAsync("journey-board-exercise");

        await learner.Page.ReloadAsync();
        await Expect(learner.Page.Locator("#exercise-1 .checks")).ToContainTextAsync("All checks passed", s_text);
        Assert.Empty(learner.ConsoleErrors);
        Assert.All(learner.ForeignRequests, r => Assert.Matches(PortHost, r));
        Assert.Empty(instructor.ConsoleErrors);
    }

    /// <summary>
    /// The step stops before a question; by keyboard it is answered, not rightly, and the step goes on.
    /// </summary>
    private static async Task PredictAsync(Visitor learner, ILocator section)
    {
        await Expect(section.Locator(".refused")).ToContainTextAsync("Say what you expect", s_text);
        var prediction = section.Locator(".prediction");
        await prediction.Locator("[data-choice='turns']").PressAsync("Enter");
        await Expect(prediction.Locator(".prediction-choice")).ToBeFocusedAsync();
        await Expect(prediction).ToContainTextAsync("Run the block to see");
        await learner.PictureAsync("journey-prediction");
        await section.Locator(".section-head .button.primary").ClickAsync();
        await Expect(prediction).ToContainTextAsync("What happened: about 50 of each", s_text);
    }

    /// <summary>What a block would change, seen and not done; a file that it applies, opened by keyboard.</summary>
    private static async Task PreviewAsync(Visitor learner)
    {
        var block = learner.Page.Locator("#block-step-4-split");
        await block.EvaluateAsync("e => e.scrollIntoView()");
        await block.GetByLabel("Show what it would change").ClickAsync();
        await Expect(block.Locator(".preview-object")).ToHaveTextAsync("VirtualService bookinfo/reviews");
        await Expect(block.Locator(".diff .added").First).ToBeVisibleAsync();
        await Expect(block.Locator(".diff")).ToContainTextAsync("weight: 50");
        await block.Locator(".preview").EvaluateAsync("e => e.scrollIntoView({ block: 'center' })");
        await learner.PictureAsync("journey-preview", "#block-step-4-split");
        await block.GetByRole(AriaRole.Button, new() { Name = "Close" }).PressAsync("Enter");
        await Expect(block.Locator(".preview")).ToHaveCountAsync(0);

        await block.Locator(".block-file summary").PressAsync("Enter");
        await Expect(block.Locator(".block-file pre")).ToContainTextAsync("kind: VirtualService");
        await learner.PictureAsync("journey-manifest", "#block-step-4-split");
        await block.Locator(".block-file summary").PressAsync("Enter");

        // What deletes is shown before it is done.
        var cleanup = learner.Page.Locator("#block-step-5-stop");
        await cleanup.Locator("button.run").ClickAsync();
        await Expect(cleanup.Locator(".preview")).ToContainTextAsync("the cluster would refuse");
        await cleanup.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
    }

    private static async Task CanaryAsync(Visitor learner)
    {
        var page = learner.Page;
        await page.Locator("#exercise-1").EvaluateAsync("e => e.scrollIntoView()");
        await OpenTerminalAsync(page);
        await TypeAsync(page, "kubectl apply -n bookinfo -f - <<'YAML'", "apiVersion: networking.istio.io/v1", "kind: VirtualService", "metadata: {name: reviews}",
            "spec:", "  hosts: [reviews]", "  http:", "  - route:", "    - {destination: {host: reviews, subset: v1}, weight: 90}", "    - {destination: {host: reviews, subset: v2}, weight: 10}", "YAML");
        await PassedAsync(page, "exercise-1-canary");
        await PassedAsync(page, "exercise-1-canary-traffic");
        await learner.PhotographAsync("journey-canary");

        foreach (var share in (int[])[50, 100])
        {
            await TypeAsync(page, "kubectl patch virtualservice reviews -n bookinfo --type=json -p '["
                + $$"""{"op":"replace","path":"/spec/http/0/route/0/weight","value":{{100 - share}}},{"op":"replace","path":"/spec/http/0/route/1/weight","value":{{share}}}]'""");
            await page.Locator("#tab-Cluster").ClickAsync();
            await Expect(page.Locator("#tabpanel-Cluster .row.tall", new() { HasText = "reviews" }).First).ToContainTextAsync($"v2{share}", new() { Timeout = 30_000 });
            await OpenTerminalAsync(page);
        }
        await PassedAsync(page, "exercise-1-gradual");
        await PassedAsync(page, "exercise-1-shifted");
        await PassedAsync(page, "exercise-1-shifted-traffic");

        var question = page.Locator("#exercise-1 [data-check='exercise-1-sample']");
        await question.Locator("input[value='nothing']").CheckAsync();
        await question.GetByRole(AriaRole.Button, new() { Name = "Answer" }).ClickAsync();
        await Expect(page.Locator("#exercise-1 .checks")).ToContainTextAsync("All checks passed", s_text);
        await page.Locator("#exercise-1 .checks").EvaluateAsync("e => e.scrollIntoView()");
        await learner.PictureAsync("journey-exercise", "#exercise-1");
    }

    /// <summary>Requests from the mesh tab, by mouse and by keyboard, and why they went where they did.</summary>
    private static async Task SendAsync(Visitor learner)
    {
        var page = learner.Page;
        await page.Locator("#tab-Mesh").ClickAsync();
        await page.Locator("#traffic-from").SelectOptionAsync("bookinfo/ratings-v1");
        await page.Locator("#traffic-target").FillAsync("http://reviews:9080/reviews/0");
        await page.Locator("#traffic-count").FillAsync("40");
        await page.Locator("#traffic-count").PressAsync("Tab");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send", Exact = true }).ClickAsync();
        var results = page.Locator(".traffic-results");
        await Expect(results.Locator(".traffic-state")).ToContainTextAsync("done", s_text);
        await Expect(results.Locator(".traffic-bars").First).ToContainTextAsync("reviews-v1");
        await Expect(page.Locator(".traffic [role=status]"))
            .ToContainTextAsync("40 of 40 answered: reviews-v1 40, 200 40");
        await page.Locator("#traffic-user").FillAsync("jason");
        await page.Locator("#traffic-user").PressAsync("Enter");
        await Expect(page.Locator(".traffic [role=status]")).ToContainTextAsync("answered: reviews-v2 40", s_text);
        await page.GetByRole(AriaRole.Button, new() { Name = "Why would it go there?" }).ClickAsync();
        await Expect(page.Locator(".route-steps")).ToContainTextAsync("100 % go to reviews.bookinfo, subset v2");
        await page
            .Locator(".mud-dialog")
            .GetByRole(AriaRole.Button, new() { Name = "Close", Exact = true })
            .Last.ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);

        // Through the gateway, without a mouse.
        await page.Locator("#traffic-from").SelectOptionAsync("");
        await page.Locator("#traffic-target").FillAsync("/productpage");
        await page.Locator("#traffic-target").PressAsync("Enter");
        await Expect(results).ToContainTextAsync("/productpage through the ingress gateway");
        await Expect(results.Locator(".traffic-state")).ToContainTextAsync("done", s_text);
        await results.Locator(".traffic-replies .row").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(results.Locator(".traffic-reply pre")).ToContainTextAsync("<html");

        foreach (var (width, height) in ((int, int)[])[(1280, 800), (390, 844)])
        {
            await page.SetViewportSizeAsync(width, height);
            if (width < 900 && !await page.Locator("#tabpanel-Mesh").IsVisibleAsync())
                await page.Locator("#tab-Mesh").ClickAsync();
            foreach (var scheme in (ColorScheme[])[ColorScheme.Dark, ColorScheme.Light])
            {
                var suffix = $"{width}-{scheme.ToString().ToLowerInvariant()}";
                await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await page.Locator(".mesh-picture").EvaluateAsync("e => e.scrollIntoView()");
                await learner.PictureAsync($"mesh-graph-{suffix}", ".panel");
                await page.Locator(".traffic").EvaluateAsync("e => e.scrollIntoView()");
                await learner.PictureAsync($"mesh-traffic-{suffix}", ".panel");
                await page.Locator(".mesh-way[data-id$='/reviews-v1']:visible").First.FocusAsync();
                await page.Keyboard.PressAsync("Enter");
                await Expect(page.Locator(".route-steps"))
                    .ToContainTextAsync("100 % go to reviews.bookinfo, subset v1");
                await learner.PictureAsync($"mesh-why-{suffix}", ".mud-dialog");
                await page.Keyboard.PressAsync("Escape");
                await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
            }
        }
        await page.SetViewportSizeAsync(1440, 900);
    }

    /// <summary>What the step forwards opens in a tab, from the link beside its block.</summary>
    private static async Task OpenPortAsync(Visitor learner, string text)
    {
        var tab = await learner.Page.RunAndWaitForPopupAsync(() =>
            learner
                .Page.Locator("#step-3 .port-links")
                .GetByRole(AriaRole.Link, new() { Name = "Open :8080" })
                .First.ClickAsync()
        );
        await tab.WaitForURLAsync(new System.Text.RegularExpressions.Regex("/productpage$"));
        await Expect(tab.Locator("body")).ToContainTextAsync(text);
        Assert.Matches(PortHost, tab.Url);
        await tab.ScreenshotAsync(new() { Path = Repository.PathOf("artifacts", "screenshots", "journey-port.png") });
        await tab.CloseAsync();
    }

    /// <summary>And in the panel, beside the lesson.</summary>
    private static async Task ShowPortAsync(Visitor learner, string text)
    {
        var page = learner.Page;
        await page.Locator("#step-3 .port-links")
            .GetByRole(AriaRole.Button, new() { Name = "Show :8080 in the panel" })
            .First.ClickAsync();
        await Expect(page.FrameLocator("#tabpanel-App iframe").Locator("body")).ToContainTextAsync(text);
        await learner.PictureAsync("journey-port-framed", ".panel");
        await page.Locator("#tabpanel-App").GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
    }

    /// <summary>With the mouse, as a person: what is focused before the panel is shown would not be.</summary>
    private static async Task OpenTerminalAsync(IPage page)
    {
        await page.Locator("#tab-Terminal").ClickAsync();
        await page.Locator(".xterm-screen").ClickAsync();
        await Expect(page.Locator(".xterm-helper-textarea")).ToBeFocusedAsync();
    }

    private static async Task TypeAsync(IPage page, params string[] lines)
    {
        foreach (var line in lines)
        {
            await page.Keyboard.TypeAsync(line);
            await page.Keyboard.PressAsync("Enter");
        }
    }

    private static Task PassedAsync(IPage page, string check) =>
        Expect(page.Locator($"#exercise-1 [data-check='{check}'] .check-word")).ToContainTextAsync("passed", s_text);

    /// <summary>The portal as its operator starts it, on a port of the machine.</summary>
    public sealed class RealPortal : PortalApplication
    {
        public RealPortal() => UseKestrel(0);

        protected override string ContentRoot => Repository.PathOf("content");
    }
}
