using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Portal.Web.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>
/// A class from the first start of its portal: administrator, instructor and learner, each in a browser of their own.
/// </summary>
public sealed class ClassJourneyTests(ClassUiFactory factory, Browser browser)
    : IClassFixture<ClassUiFactory>
{
    private static readonly (int Width, ColorScheme Scheme)[] s_screens =
    [
        (1280, ColorScheme.Light),
        (1280, ColorScheme.Dark),
        (390, ColorScheme.Light),
        (390, ColorScheme.Dark),
    ];

    private readonly List<string> _errors = [];

    [Fact]
    public async Task Class_FromSetUpToBoard_WorksByMouseAndTouch()
    {
        var url = factory.Start();
        await using var administrator = await browser.OpenAsync(url, 1280, 900);
        await administrator.GoToAsync((await factory.FindSetUpPathAsync())!);
        await PicturesAsync(administrator, "set-up");
        await FillAsync(
            administrator,
            ("Your name", "Rosa Root"),
            ("User name", "rosa"),
            ("Password", ClassApplication.Password)
        );
        await ClickAsync(administrator, "Make me the administrator");
        await Expect(administrator.Page.Locator("h1")).ToHaveTextAsync("People");
        await FillAsync(administrator, ("Name", "Grace Hopper"), ("User name", "grace@example.org"));
        await ClickAsync(administrator, "Add");
        var passwordLink = await administrator.Page.Locator("#made-link").InputValueAsync();
        await PicturesAsync(administrator, "people");

        await using var instructor = await browser.OpenAsync(url, 1280, 900, ColorScheme.Dark);
        await instructor.GoToAsync(new Uri(passwordLink).PathAndQuery);
        await PicturesAsync(instructor, "password");
        await FillAsync(instructor, ("New password", ClassApplication.Password));
        await ClickAsync(instructor, "Set password and sign in");
        await OpenMenuAsync(instructor, "Classes");
        await FillAsync(instructor, ("Name", "Monday group"));
        await ClickAsync(instructor, "Make class");
        await Expect(instructor.Page.Locator("h1")).ToHaveTextAsync("Monday group");
        await FillAsync(instructor, ("Names, one a line", "Ada Lovelace\nLinus"));
        await ClickAsync(instructor, "Make links");
        var invitation = await instructor.Page.GetByLabel("Ada Lovelace", new() { Exact = true }).InputValueAsync();
        await PicturesAsync(instructor, "class");
        await FillAsync(instructor, ("Names, one a line", "Linus\nGuido\nGuid\u03bf"));
        await ClickAsync(instructor, "Make links");
        await Expect(instructor.Page.Locator(".callout.error")).ToContainTextAsync("Line 3: ");
        await PicturesAsync(instructor, "class-problem");
        var code = await instructor.Page.Locator(".join-code").InnerTextAsync();

        await using var learner = await browser.OpenAsync(url, 390, 844, touch: true);
        await learner.GoToAsync("/");
        await PicturesAsync(learner, "sign-in");
        await learner.Page.GetByRole(AriaRole.Link, new() { Name = "Join a class" }).TapAsync();
        await FillAsync(
            learner,
            ("Code of the class", "AAAA-BBBB"),
            ("Your name", "Barbara Liskov"),
            ("User name", "barbara"),
            ("Password", ClassApplication.Password)
        );
        await learner.Page.GetByRole(AriaRole.Button, new() { Name = "Join" }).TapAsync();
        await Expect(learner.Page.GetByRole(AriaRole.Alert))
            .ToContainTextAsync("No class can be joined with this code now");
        await PicturesAsync(learner, "join-class");
        await FillAsync(
            learner,
            ("Code of the class", code.ToLowerInvariant()),
            ("Password", ClassApplication.Password)
        );
        await learner.Page.GetByRole(AriaRole.Button, new() { Name = "Join" }).TapAsync();
        await Expect(learner.Page).ToHaveURLAsync(new Regex("/learn/mesh/01-traffic"));

        await using var invited = await browser.OpenAsync(url, 1280, 900);
        await invited.GoToAsync(new Uri(invitation).PathAndQuery);
        await PicturesAsync(invited, "invitation");
        await FillAsync(invited, ("User name", "ada"), ("Password", ClassApplication.Password));
        await ClickAsync(invited, "Join the class");
        await Expect(invited.Page).ToHaveURLAsync(new Regex("/learn/mesh/01-traffic"));
        await OpenMenuAsync(invited, "Account");
        await PicturesAsync(invited, "account");

        await instructor.Page.GetByRole(AriaRole.Link, new() { Name = "Board" }).ClickAsync();
        await Expect(instructor.Page.Locator(".board-grid")).ToContainTextAsync("Ada Lovelace");
        await Expect(instructor.Page.Locator(".board-grid")).ToContainTextAsync("Barbara Liskov");
        await instructor.PictureAsync("class-board-1280-dark");

        await administrator.GoToAsync("/people");
        await administrator.Page.GetByRole(AriaRole.Link, new() { Name = "Barbara Liskov" }).ClickAsync();
        await PicturesAsync(administrator, "person");
        await ClickAsync(administrator, "Sign out everywhere");
        // An open page asks every 15 seconds.
        await Expect(learner.Page.Locator("h1")).ToHaveTextAsync("You are signed out", new() { Timeout = 60_000 });
        await learner.PictureAsync("signed-out-390");

        await ClickAsync(administrator, "Disable account");
        await Expect(administrator.Page.GetByRole(AriaRole.Status)).ToContainTextAsync(["The account is disabled"]);
        await PicturesAsync(administrator, "person-disabled");
        await administrator.Page.GetByLabel("Remove Barbara Liskov and everything of theirs.").CheckAsync();
        await ClickAsync(administrator, "Remove person");
        await Expect(administrator.Page.Locator("#people-head")).ToHaveTextAsync("3 people");
        await Expect(administrator.Page.Locator("main")).Not.ToContainTextAsync("Barbara Liskov");
        await Expect(instructor.Page.Locator(".board-grid")).Not.ToContainTextAsync("Barbara Liskov");

        await ClickAsync(invited, "Sign out everywhere");
        await Expect(invited.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("All your sessions were ended");
        await FillAsync(invited, ("User name", "ada"), ("Password", ClassApplication.Password));
        await ClickAsync(invited, "Sign in");
        await Expect(invited.Page.Locator("h1")).ToHaveTextAsync("Learn Kubernetes and Istio by doing");

        foreach (var visitor in (Visitor[])[administrator, instructor, learner, invited])
        {
            Assert.Empty(visitor.ConsoleErrors);
            Assert.Empty(visitor.ForeignRequests);
        }
        Assert.Empty(_errors);
    }

    private static async Task FillAsync(Visitor visitor, params (string Label, string Value)[] fields)
    {
        foreach (var (label, value) in fields)
            await visitor.Page.GetByLabel(label, new() { Exact = true }).FillAsync(value);
    }

    private static Task ClickAsync(Visitor visitor, string button) =>
        visitor.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    private static async Task OpenMenuAsync(Visitor visitor, string item)
    {
        await visitor.Page.Locator(".shell[data-interactive='true']").WaitForAsync();
        await visitor.Page.Locator("button.avatar").ClickAsync();
        await visitor.Page.Locator(".mud-popover-open").GetByText(item, new() { Exact = true }).ClickAsync();
        await Expect(visitor.Page.Locator(".mud-popover-open")).ToHaveCountAsync(0);
        await Expect(visitor.Page.Locator(".shell[data-interactive='true'], .shell[data-interactive='static']"))
            .ToHaveCountAsync(1);
    }

    /// <summary>The page as it is, on every screen; forms keep what was typed.</summary>
    private async Task PicturesAsync(Visitor visitor, string name)
    {
        var page = visitor.Page;
        var before = page.ViewportSize!;
        foreach (var (width, scheme) in s_screens)
        {
            await page.SetViewportSizeAsync(width, width > 1000 ? 900 : 844);
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await Expect(page.Locator("html"))
                .ToHaveAttributeAsync("data-theme", scheme == ColorScheme.Dark ? "dark" : "light");
            // The change of theme is over when nothing moves any more.
            while (
                await page.EvaluateAsync<int>(
                    "new Promise(requestAnimationFrame).then(() => document.getAnimations().length)"
                ) > 0
            )
                continue;
            await visitor.PictureAsync($"{name}-{width}-{scheme.ToString().ToLowerInvariant()}");
            if (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"))
                _errors.Add($"{name} scrolls sideways at {width} px");
        }
        _errors.AddRange((await visitor.UnnamedControlsAsync()).Select(c => $"{name}: {c}"));
        await page.SetViewportSizeAsync(before.Width, before.Height);
    }
}
