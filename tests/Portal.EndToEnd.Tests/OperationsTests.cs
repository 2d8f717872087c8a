using Microsoft.Playwright;
using Portal.Classroom.Classes;
using Portal.Classroom.Learners;
using Portal.Labs.Capacity;
using Portal.Testing.Lessons;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>The operator's page, and what learners see of a full portal, in a real browser.</summary>
public sealed class OperationsTests(UiFactory factory, Browser browser)
    : IClassFixture<UiFactory>
{
    private string Url => field ??= factory.Start();

    private FakeSessionAdmission Admission =>
        (FakeSessionAdmission)factory.Services.GetRequiredService<ISessionAdmission>();

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Page_OpenedFromTheMenu_ShowsTheMachineTheQueueAndTheForecast(int width, ColorScheme scheme)
    {
        await using var visitor = await browser.OpenAsync(Url, width, 844, scheme);
        await MakeClassAsync();
        var now = TimeProvider.System.GetUtcNow();
        Admission.Current = new(
            40,
            0,
            new(22 << 20, 38),
            [
                new("mesh", "01-traffic", true, now.AddSeconds(-20), true),
                new("mesh", "01-traffic", false, now.AddMinutes(-3), true),
                new("mesh", "01-traffic", false, now.AddMinutes(-2), false),
            ]
        );
        await visitor.GoToAsync(factory.WelcomePath);

        await visitor.Page.Locator("button.avatar").ClickAsync();
        await visitor.Page.Locator(".mud-popover-open").GetByText("Operations").ClickAsync();

        await Expect(visitor.Page.Locator(".ops-state")).ToContainTextAsync("Ready");
        await Expect(visitor.Page.Locator("[aria-labelledby='ops-processors']")).Not.ToContainTextAsync("measuring");
        await Expect(visitor.Page.Locator(".ops-table tbody tr")).ToHaveCountAsync(3);
        await Expect(visitor.Page.Locator(".ops-classes")).ToContainTextAsync("this class of 12 needs about 264 MiB");
        await Expect(visitor.Page.Locator("[aria-labelledby='ops-forecast']")).ToContainTextAsync("measured on 38");
        await visitor.Page.SetViewportSizeAsync(width, width > 1000 ? 1180 : 2100);
        await visitor.PictureAsync($"operations-{width}-{scheme.ToString().ToLowerInvariant()}");
        Assert.Empty(await visitor.UnnamedControlsAsync());
        Assert.Empty(visitor.ConsoleErrors);
        Assert.Empty(visitor.ForeignRequests);
        Assert.False(await visitor.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"));
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Lesson_Full_ShowsThePlaceAndOthersOfOnesOwn(int width, ColorScheme scheme)
    {
        await using var visitor = await browser.OpenAsync(Url, width, 844, scheme);
        await visitor.GoToAsync(factory.WelcomePath);
        Admission.Show(new Admission.Waiting(3, 7, TimeSpan.FromMinutes(4), default));

        await visitor.GoToAsync(UiFactory.Lesson);

        var notice = visitor.Page.Locator(".admission");
        await Expect(notice).ToContainTextAsync("number 3 of 7 who wait");
        await Expect(notice).ToContainTextAsync("About 4 minutes");
        await visitor.PictureAsync($"queue-{width}-{scheme.ToString().ToLowerInvariant()}");

        Admission.Show(new Admission.TooMany(1, new([new("you", "mesh", "01-traffic")])));
        await Expect(notice).ToContainTextAsync("You have 1 lesson open already");
        await visitor.PictureAsync($"queue-own-{width}-{scheme.ToString().ToLowerInvariant()}");

        Admission.Show(null);
        await Expect(visitor.Page.Locator("#step-1 .section-head .button")).ToBeEnabledAsync();
        await Expect(notice).ToHaveCountAsync(0);
        Assert.Empty(visitor.ConsoleErrors);
        Assert.False(await visitor.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"));
    }

    private async Task MakeClassAsync()
    {
        var classes = factory.Services.GetRequiredService<IClasses>();
        var name = "Monday group " + Guid.NewGuid().ToString("n")[..4];
        var made = await classes.CreateAsync(name, "mesh", "01-traffic", "you", CancellationToken.None);
        var learners = factory.Services.GetRequiredService<ILearners>();
        for (var i = 0; i < 12; i++)
            await classes.EnrolAsync(
                made.Id,
                (await learners.AddAsync($"{name} {i}", CancellationToken.None)).Id,
                CancellationToken.None
            );
    }
}
