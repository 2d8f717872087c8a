using Microsoft.Playwright;
using Portal.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>A class that does the same at the same time, on the same ports of one machine.</summary>
public sealed class ClassAtOnceTests(JourneyTests.RealPortal portal, Browser browser)
    : IClassFixture<JourneyTests.RealPortal>
{
    private const int Learners = 10;
    private const string Lesson = "/learn/kubernetes/20-service-mesh-istio";

    private static readonly LocatorAssertionsToContainTextOptions s_text = new() { Timeout = 300_000 };

    [Fact]
    public async Task TenLearners_Step3AtOnce_EachHasAMeshOfTheirOwn()
    {
        var url = portal.Start();
        var class_ = new List<Visitor>();
        for (var i = 0; i < Learners; i++) class_.Add(await JoinAsync(url, $"Learner {i}"));

        await Task.WhenAll(class_.Select(StepsAsync));

        await Task.WhenAll(class_.Select(v => ShowsAsync(v, "Reviews served by")));
        await class_[0].PhotographAsync("class-of-ten-step-3");

        // One of them takes the page away, and takes it from nobody else.
        await class_[0].Page.Locator("#tab-Terminal").ClickAsync();
        await class_[0].Page.Locator(".xterm-screen").ClickAsync();
        await class_[0]
            .Page.Keyboard.TypeAsync(
                "kubectl scale deployment productpage-v1 -n bookinfo --replicas=0 && kubectl wait --for=delete pod -l app=productpage -n bookinfo\n"
            );
        await ShowsAsync(class_[0], "no healthy upstream");
        await Task.WhenAll(class_.Skip(1).Select(v => ShowsAsync(v, "Reviews served by")));

        Assert.All(class_, v => Assert.Empty(v.ConsoleErrors));
        foreach (var visitor in class_) await visitor.DisposeAsync();
    }

    private async Task<Visitor> JoinAsync(string url, string name)
    {
        var visitor = await browser.OpenAsync(url);
        await visitor.GoToAsync(portal.WelcomePath);
        await visitor.GoToAsync($"/join?name={Uri.EscapeDataString(name)}&returnUrl={Lesson}");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await Expect(visitor.Page.Locator("#step-1 .section-head .button"))
            .ToBeEnabledAsync(new() { Timeout = 60_000 });
        return visitor;
    }

    private static async Task StepsAsync(Visitor visitor)
    {
        for (var step = 1; step <= 3; step++)
        {
            var section = visitor.Page.Locator($"#step-{step}");
            await section.EvaluateAsync("e => e.scrollIntoView()");
            await section.Locator(".section-head .button").ClickAsync();
            await CompletedAsync(section);
        }
    }

    private static async Task CompletedAsync(ILocator section)
    {
        try
        {
            await Expect(section.Locator(".section-head")).ToContainTextAsync("completed", s_text);
        }
        catch (PlaywrightException)
        {
            // What went wrong is below the code.
            Assert.Fail(await section.InnerTextAsync());
        }
    }

    /// <summary>The learner's own :8080, in a tab, shows this sooner or later.</summary>
    private static async Task ShowsAsync(Visitor visitor, string text)
    {
        var tab = await visitor.Page.RunAndWaitForPopupAsync(() =>
            visitor
                .Page.Locator("#step-3 .port-links")
                .GetByRole(AriaRole.Link, new() { Name = "Open :8080" })
                .First.ClickAsync()
        );
        await tab.WaitForURLAsync(new System.Text.RegularExpressions.Regex("/productpage$"));
        await Eventually.True(async () =>
        {
            await tab.ReloadAsync();
            return (await tab.Locator("body").InnerTextAsync()).Contains(text, StringComparison.Ordinal);
        });
        await tab.CloseAsync();
    }
}
