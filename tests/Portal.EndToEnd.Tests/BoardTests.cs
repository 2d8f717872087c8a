using Microsoft.Playwright;
using Portal.Classroom.Classes;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>The instructor's board in a real browser, fed by the classroom's own services.</summary>
public sealed class BoardTests(UiFactory factory, Browser browser) : IClassFixture<UiFactory>
{
    private static readonly string[] s_names = ["Ada Lovelace", "Grace Hopper", "Linus", "Margaret Hamilton", "Barbara Liskov"];

    [Fact]
    public async Task Board_ClassAtWork_IsLiveAndReadable()
    {
        var url = factory.Start();
        var board = await MakeClassAsync();
        foreach (var (width, scheme) in ((int, ColorScheme)[])[(1440, ColorScheme.Light), (1440, ColorScheme.Dark), (390, ColorScheme.Light)])
        {
            await using var instructor = await browser.OpenAsync(url, width, 844, scheme);
            await instructor.GoToAsync(factory.WelcomePath);
            await instructor.GoToAsync(board);
            await Expect(instructor.Page.Locator(".board-grid tr[data-learner]")).ToHaveCountAsync(s_names.Length);
            await instructor.PictureAsync($"board-{width}-{scheme.ToString().ToLowerInvariant()}");
            Assert.Empty(instructor.ConsoleErrors);
        }

        await using var visitor = await browser.OpenAsync(url);
        await visitor.GoToAsync(factory.WelcomePath);
        await visitor.GoToAsync(board);
        var cell = visitor.Page.Locator("[data-cell='Linus/step-2']");
        await Expect(cell).ToHaveAttributeAsync("data-status", "NotStarted");
        var linus = (await factory.Services.GetRequiredService<ILearners>().ListAsync(CancellationToken.None)).Single(l => l.Name == "Linus");
        await RecordAsync(linus.Id, "step-2", SectionStatus.Completed, 0);
        await Expect(cell).ToHaveAttributeAsync("data-status", "Completed");

        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Grace Hopper" }).First.ClickAsync();
        await Expect(visitor.Page.Locator(".drawer")).ToContainTextAsync("v1 100 %");
        await visitor.PictureAsync("board-drawer-1440-light");
        await visitor.Page.GetByLabel("Close").ClickAsync();

        await visitor.Page.Locator(".board-scroll").FocusAsync();
        await visitor.Page.Keyboard.PressAsync("h");
        await Expect(visitor.Page.Locator(".board-grid")).Not.ToContainTextAsync("Grace Hopper");
        await Expect(visitor.Page.Locator(".board-grid")).ToContainTextAsync("Learner 2");
        Assert.Empty(visitor.ConsoleErrors);
    }

    [Fact]
    public async Task Board_LargeClass_HoldsWhatIsSeenAndRemembersHowItIsLookedAt()
    {
        var url = factory.Start();
        var classes = factory.Services.GetRequiredService<IClasses>();
        var learners = factory.Services.GetRequiredService<ILearners>();
        var made = await classes.CreateAsync("Large group", "mesh", "01-traffic", "you", CancellationToken.None);
        for (var i = 1; i <= 120; i++)
            await classes.EnrolAsync(
                made.Id,
                (await learners.AddAsync($"Member {i}", CancellationToken.None)).Id,
                CancellationToken.None
            );
        await using var visitor = await browser.OpenAsync(url);
        await visitor.GoToAsync(factory.WelcomePath);
        await visitor.GoToAsync($"/board/{made.Id}");
        var rows = visitor.Page.Locator(".board-grid tr[data-learner]");
        await Expect(rows.First).ToContainTextAsync("Member 1");
        Assert.InRange(await rows.CountAsync(), 5, 50);

        await visitor.Page.Locator(".board-scroll").EvaluateAsync("e => e.scrollTop = e.scrollHeight");
        var last = visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Member 120", Exact = true });
        await last.ScrollIntoViewIfNeededAsync();
        await Expect(last).ToBeInViewportAsync();
        await Expect(visitor.Page.Locator(".board-grid thead th").First).ToBeInViewportAsync();
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Pin Member 120 to the top" }).ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Hide names" }).ClickAsync();
        await Expect(visitor.Page.Locator(".board-grid")).Not.ToContainTextAsync("Member");

        // Another page of this browser never shows what is hidden.
        await visitor.GoToAsync($"/board/{made.Id}");
        await Expect(rows.First).ToContainTextAsync("Learner 120");
        await Expect(visitor.Page.Locator(".board-grid")).Not.ToContainTextAsync("Member");
        await visitor.Page.GetByPlaceholder("Search a name").FillAsync("Learner 7");
        await Expect(rows).ToHaveCountAsync(11);
        await visitor.PictureAsync("board-large");
        Assert.Empty(visitor.ConsoleErrors);
    }

    [Fact]
    public async Task Report_OfAClass_IsReachedFromTheBoardAndReadEverywhere()
    {
        var url = factory.Start();
        var board = await MakeClassAsync();
        await using var visitor = await browser.OpenAsync(url, 1280, 900, zone: "Asia/Kolkata");
        await visitor.GoToAsync(factory.WelcomePath);
        await visitor.GoToAsync(board);
        var page = visitor.Page;

        await page.GetByRole(AriaRole.Link, new() { Name = "Report" }).ClickAsync();

        await Expect(page.Locator("#heat-head")).ToHaveTextAsync("Time on each step");
        await Expect(page.Locator(".heat-map")).ToContainTextAsync("Grace Hopper");
        await page.GetByLabel("Colour and numbers").SelectOptionAsync("Failed runs of each step");
        await page.GetByLabel("Sort").SelectOptionAsync("most failures first");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Expect(page.Locator("#heat-head")).ToHaveTextAsync("Failed runs of each step");
        await Expect(page.Locator(".heat-map tbody").Last.Locator("th").First).ToHaveTextAsync("Margaret Hamilton");
        await page.GetByLabel("Colour and numbers").SelectOptionAsync("When each step was completed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Expect(page.Locator("[data-page-zone]").First).ToContainTextAsync("by your clock (Asia/");
        await Expect(page.Locator("td.heat time").First).ToHaveTextAsync(
            await page.Locator("td.heat time").First.EvaluateAsync<string>(
                """
                t => {
                  const at = new Date(t.dateTime), two = n => String(n).padStart(2, '0');
                  const month = at.toLocaleString('en-GB', { month: 'short' });
                  return `${at.getDate()} ${month} ${two(at.getHours())}:${two(at.getMinutes())}`;
                }
                """
            )
        );
        foreach (var (width, scheme) in ((int, ColorScheme)[])
            [(1280, ColorScheme.Light), (1280, ColorScheme.Dark), (390, ColorScheme.Light), (390, ColorScheme.Dark)])
        {
            await page.SetViewportSizeAsync(width, 900);
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await Expect(page.Locator("html"))
                .ToHaveAttributeAsync("data-theme", scheme == ColorScheme.Dark ? "dark" : "light");
            Assert.False(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"));
            await visitor.PictureAsync($"report-{width}-{scheme.ToString().ToLowerInvariant()}");
        }
        await page.EmulateMediaAsync(new() { Media = Media.Print, ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(1100, 800);
        await visitor.PictureAsync("report-print");
        Assert.Empty(await visitor.UnnamedControlsAsync());
        Assert.Empty(visitor.ConsoleErrors);
    }

    [Fact]
    public async Task Pin_ByKeyboardAndMouse_KeepsTheFocusAndTheKeys()
    {
        var url = factory.Start();
        var board = await MakeClassAsync();
        await using var visitor = await browser.OpenAsync(url);
        await visitor.GoToAsync(factory.WelcomePath);
        await visitor.GoToAsync(board);
        var page = visitor.Page;
        var first = page.Locator(".board-grid tr[data-learner]").First;
        var linus = page.GetByRole(AriaRole.Button, new() { Name = "Pin Linus to the top" });
        await linus.FocusAsync();

        await page.Keyboard.PressAsync("Space");
        await Expect(first).ToContainTextAsync("Linus");
        await Expect(linus).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("h");
        await Expect(page.Locator(".board-grid")).Not.ToContainTextAsync("Linus");
        await page.Keyboard.PressAsync("h");
        await Expect(first).ToContainTextAsync("Linus");
        await page.Keyboard.PressAsync("Enter");
        await Expect(first).Not.ToContainTextAsync("Linus");
        await Expect(linus).ToBeFocusedAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Pin Barbara Liskov to the top" }).ClickAsync();
        await Expect(first).ToContainTextAsync("Barbara Liskov");
        await page.Keyboard.PressAsync("h");
        await Expect(page.Locator(".board-grid")).Not.ToContainTextAsync("Barbara Liskov");
        await page.Keyboard.PressAsync("h");

        // The drawer gives the focus back to where it was opened.
        var name = page.GetByRole(AriaRole.Button, new() { Name = "Grace Hopper", Exact = true }).Last;
        await name.ClickAsync();
        await page.GetByLabel("Close").ClickAsync();
        await Expect(name).ToBeFocusedAsync();

        // A row that is no longer there leaves its keys to the board.
        await page.GetByRole(AriaRole.Button, new() { Name = "Pin Linus to the top" }).FocusAsync();
        var linusId = await page.Locator("tr[data-learner]", new() { HasText = "Linus" })
            .GetAttributeAsync("data-learner");
        await factory
            .Services.GetRequiredService<IClasses>()
            .LeaveAsync(board["/board/".Length..], linusId!, CancellationToken.None);
        await Expect(page.Locator(".board-grid")).Not.ToContainTextAsync("Linus");
        await Expect(page.Locator(".board")).ToBeFocusedAsync();
        Assert.Empty(visitor.ConsoleErrors);
    }

    private async Task<string> MakeClassAsync()
    {
        var classes = factory.Services.GetRequiredService<IClasses>();
        var learners = factory.Services.GetRequiredService<ILearners>();
        var created = await classes.CreateAsync("Monday group", "mesh", "01-traffic", "you", CancellationToken.None);
        var ids = new List<string>();
        foreach (var name in s_names)
        {
            var learner =
                (await learners.ListAsync(CancellationToken.None)).FirstOrDefault(l => l.Name == name)
                ?? await learners.AddAsync(name, CancellationToken.None);
            await classes.EnrolAsync(created.Id, learner.Id, CancellationToken.None);
            ids.Add(learner.Id);
        }
        var progress = factory.Services.GetRequiredService<IProgressService>();
        foreach (var id in ids[..4]) await RecordAsync(id, "step-1", SectionStatus.Completed, 25);
        foreach (var id in ids[..2]) await RecordAsync(id, "step-2", SectionStatus.Completed, 15);
        foreach (var id in ids[..2])
        {
            await RecordAsync(id, "exercise-1", SectionStatus.InProgress, 8);
            await progress.RecordCheckAsync(Key(id), new CheckFact("exercise-1", "weights", CheckStatus.NotYet, 0, "Expected v1 90 %, v2 10 %; found v1 100 %.", null, DateTimeOffset.UtcNow.AddMinutes(-4)), CancellationToken.None);
        }
        await progress.RecordCheckAsync(Key(ids[0]), new CheckFact("exercise-1", "subsets", CheckStatus.Passed, 1, null, "{}", DateTimeOffset.UtcNow), CancellationToken.None);
        await RecordAsync(ids[3], "step-2", SectionStatus.InProgress, 6);
        await progress.RecordRunAsync(Key(ids[3]), new RunFact("step-2", "step-2/1", RunStatus.TimedOut, 1, TimeSpan.FromMinutes(2), DateTimeOffset.UtcNow.AddMinutes(-3)), CancellationToken.None);
        await RecordAsync(ids[4], "step-1", SectionStatus.InProgress, 2);
        return $"/board/{created.Id}";
    }

    private Task RecordAsync(string learner, string section, SectionStatus status, int minutesAgo) => factory.Services.GetRequiredService<IProgressService>().RecordSectionAsync(
        Key(learner), new SectionFact(section, section.StartsWith("step", StringComparison.Ordinal) ? "step" : "exercise", status, DateTimeOffset.UtcNow.AddMinutes(-minutesAgo)), CancellationToken.None);

    private static ProgressKey Key(string learner) => new(learner, "mesh", "01-traffic");
}
