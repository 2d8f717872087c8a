using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>
/// A portal that runs already, as tests/compose/run.sh starts it: <c>PORTAL_TEST_WELCOME</c> is its one-time link.
/// </summary>
public sealed class GivenPortalTests(Browser browser)
{
    private const int Steps = 4;

    // A step waits for images and proxies as on a real cluster; a limit, not an expectation.
    private static readonly LocatorAssertionsToContainTextOptions s_patient = new() { Timeout = 240_000 };

    [Fact]
    public async Task Steps_OneToFour_AreCompletedBehindWalls()
    {
        await using var learner = await OpenLessonAsync();
        for (var step = 1; step <= Steps; step++)
        {
            var section = learner.Page.Locator($"#step-{step}");
            await section.EvaluateAsync("e => e.scrollIntoView()");
            await section.Locator(".section-head .button").ClickAsync();
            await Expect(section.Locator(".section-head")).ToContainTextAsync("completed", s_patient);
        }

        await learner.Page.Locator("#tab-Terminal").ClickAsync();
        await learner.Page.Locator(".xterm-screen").ClickAsync();
        await learner.Page.Keyboard.TypeAsync("id -un; cat /app/Portal.Web.dll\n");
        var terminal = learner.Page.Locator(".xterm-rows");
        await Expect(terminal).ToContainTextAsync("learner");
        await Expect(terminal).ToContainTextAsync("No such file");
        await learner.PictureAsync("given-portal");
        Assert.Empty(learner.ConsoleErrors);
    }

    [Fact]
    public async Task AfterARestart_WhatWasReached_IsThere()
    {
        await using var learner = await OpenLessonAsync();
        await Expect(learner.Page.Locator(".appbar, header").First).ToContainTextAsync($"{Steps}/10 steps", s_patient);
        await learner.PictureAsync("given-portal-again");
        Assert.Empty(learner.ConsoleErrors);
    }

    private async Task<Visitor> OpenLessonAsync()
    {
        var link = Environment.GetEnvironmentVariable("PORTAL_TEST_WELCOME");
        Assert.SkipUnless(!string.IsNullOrEmpty(link), "PORTAL_TEST_WELCOME names no portal.");
        var learner = await browser.OpenAsync(new Uri(link).GetLeftPart(UriPartial.Authority));
        await learner.GoToAsync(new Uri(link).PathAndQuery);
        await learner.GoToAsync("/learn/kubernetes/20-service-mesh-istio");
        await Expect(learner.Page.Locator("#step-1 .section-head .button"))
            .ToBeEnabledAsync(new() { Timeout = 60_000 });
        return learner;
    }
}
