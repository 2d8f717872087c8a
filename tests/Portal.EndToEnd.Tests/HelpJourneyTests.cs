using System.Text;
using System.Threading.Channels;
using Microsoft.Playwright;
using Portal.Classroom.Classes;
using Portal.Classroom.Model;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;
using Portal.Web.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>An instructor helps three learners, each in a browser of their own.</summary>
public sealed class HelpJourneyTests(ClassUiFactory factory, Browser browser)
    : IClassFixture<ClassUiFactory>
{
    private const string Lesson = "/learn/mesh/01-traffic";

    [Fact]
    public async Task Instructor_ThreeLearners_HelpsByMouse()
    {
        var url = factory.Start();
        var (classId, ids) = await MakeClassAsync();
        await using var grace = await SignInAsync(url, "grace", $"/board/{classId}", 1440);
        await using var ada = await SignInAsync(url, "ada", Lesson, 1280);
        await using var bea = await SignInAsync(url, "bea", Lesson, 1280);
        await using var cleo = await SignInAsync(url, "cleo", Lesson, 390);
        var session = Session(ids["ada"]);
        Activities.Push(
            session.Key,
            new LearnerCommand(
                "kubectl apply -f manifests/reviews-50-50.yml", CommandOrigin.Typed, null, RunPhase.Failed, 1,
                "error: the path \"manifests/reviews-50-50.yml\" does not exist", DateTimeOffset.UtcNow)
        );

        // Help: asked on a phone and on a desk, seen in order, taken, closed.
        await ClickAsync(ada, "Ask for help");
        await ada.Page.GetByLabel("What do you need?").FillAsync("Where is the file?");
        await PicturesAsync(ada, "help-ask");
        await ada.Page.Locator(".help-panel").GetByRole(AriaRole.Button, new() { Name = "Ask for help" }).ClickAsync();
        await Expect(ada.Page.Locator(".help")).ToContainTextAsync("Waiting for help · 1");
        await cleo.Page.Locator(".help > button").ClickAsync();
        await cleo.PictureAsync("help-ask-390");
        await cleo.Page.Locator(".help-panel").GetByRole(AriaRole.Button, new() { Name = "Ask for help" }).ClickAsync();
        await Expect(grace.Page.Locator(".help-request")).ToHaveCountAsync(2);
        await Expect(grace.Page.Locator(".help-request").First).ToContainTextAsync("Where is the file?");
        await grace.Page.Locator(".help-request summary").First.ClickAsync();
        await Expect(grace.Page.Locator(".help-request").First).ToContainTextAsync("does not exist");
        await PicturesAsync(grace, "board-help");
        await grace.Page.GetByRole(AriaRole.Button, new() { Name = "Take", Exact = true }).First.ClickAsync();
        await Expect(ada.Page.Locator(".help")).ToContainTextAsync("Person grace is on it");

        // A message to one, which stays until it is dismissed, also when the page is loaded again.
        await grace.Page.GetByLabel("Select Person bea").ClickAsync();
        await grace.Page.GetByLabel("Message to 1 selected").FillAsync("Look at the subset names.");
        await ClickAsync(grace, "Send");
        await Expect(bea.Page.Locator(".lesson-message")).ToContainTextAsync("Look at the subset names.");
        await Expect(grace.Page.Locator(".board-messages summary")).ToContainTextAsync("1 of 1 delivered, 0 read");
        await bea.Page.ReloadAsync();
        await Expect(bea.Page.Locator(".lesson-message")).ToContainTextAsync("Look at the subset names.");
        await PicturesAsync(bea, "message");
        await bea.Page.GetByRole(AriaRole.Button, new() { Name = "Dismiss the message of Person grace" }).ClickAsync();
        await Expect(grace.Page.Locator(".board-messages summary")).ToContainTextAsync("1 read");
        await Expect(ada.Page.Locator(".lesson-message")).ToHaveCountAsync(0);

        // Ada's page, looked at only: keys reach nothing.
        await grace
            .Page.Locator(".help-request")
            .First.GetByRole(AriaRole.Link, new() { Name = "Open page" })
            .ClickAsync();
        await Expect(grace.Page.Locator(".learner-banner")).ToContainTextAsync("This is Person ada's page.");
        await Expect(grace.Page.Locator("#step-1 .section-head .button")).ToBeDisabledAsync();
        await Expect(ada.Page.Locator(".session-people")).ToContainTextAsync("Person grace looks on");
        await grace.Page.GetByRole(AriaRole.Tab, new() { Name = "Terminal" }).ClickAsync();
        session.TerminalOutput.Writer.TryWrite(Encoding.UTF8.GetBytes("~/lesson $ kubectl get pods\r\n"));
        await Expect(grace.Page.Locator(".xterm-rows")).ToContainTextAsync("kubectl get pods");
        await grace.Page.Locator(".terminal-screen").ClickAsync();
        await grace.Page.Keyboard.TypeAsync("rm");
        await Expect(grace.Page.Locator(".terminal-foot")).ToContainTextAsync("Ask to join in before you type");
        await PicturesAsync(grace, "learner-page");

        // Joining in: asked, allowed, and ended by Ada.
        await ClickAsync(grace, "Ask to join in");
        await Expect(ada.Page.Locator(".lesson-message"))
            .ToContainTextAsync("Person grace asks to type in your terminal");
        await PicturesAsync(ada, "join-asked");
        await ClickAsync(ada, "Allow");
        await Expect(grace.Page.Locator(".learner-banner")).ToContainTextAsync("You can type in Person ada's terminal");
        await grace.Page.Locator(".terminal-screen").ClickAsync();
        await grace.Page.Keyboard.TypeAsync("ls");
        Assert.Equal("ls", await ReadAsync(session.TerminalInput.Reader, 2));
        await PicturesAsync(ada, "join-allowed");
        await ClickAsync(ada, "End");
        await Expect(grace.Page.Locator(".learner-banner")).ToContainTextAsync("has not let you in, or has ended it");
        await grace.Page.Locator(".terminal-screen").ClickAsync();
        await grace.Page.Keyboard.TypeAsync("x");
        await Expect(grace.Page.Locator(".terminal-foot")).ToContainTextAsync("Ask to join in before you type");
        Assert.False(session.TerminalInput.Reader.TryPeek(out _));

        // Reset, once it is confirmed, for one only.
        await grace.Page.GetByRole(AriaRole.Link, new() { Name = "Board" }).ClickAsync();
        await grace.Page.GetByLabel("Select Person ada").ClickAsync();
        await ClickAsync(grace, "Reset cluster…");
        await PicturesAsync(grace, "board-reset");
        await ClickAsync(grace, "Reset cluster");
        await Expect(grace.Page.Locator(".board-selection")).ToContainTextAsync("1 of 1 reset.");
        Assert.Contains("reset", session.Calls);
        Assert.DoesNotContain("reset", Session(ids["bea"]).Calls);
        await Expect(ada.Page.Locator(".lesson-message")).ToContainTextAsync("Person grace reset your cluster");
        await ClickAsync(ada, "Got it");

        // Back to before a step, for all: who cannot is named, and who was moved reads by whom.
        session.Push(s => s with { Checkpoints = ["step-1", "step-2"] });
        await grace.Page.GetByLabel("Select all who are shown").ClickAsync();
        await ClickAsync(grace, "Rewind…");
        await grace.Page.GetByLabel("Back to before").SelectOptionAsync("step-2");
        await PicturesAsync(grace, "board-rewind");
        await ClickAsync(grace, "Rewind 3");
        await Expect(grace.Page.Locator(".board-selection")).ToContainTextAsync("1 of 3 rewound to before Step 2.");
        await Expect(grace.Page.Locator(".board-selection"))
            .ToContainTextAsync("Not Person bea, Person cleo: Nothing of that step was run.");
        await PicturesAsync(grace, "board-rewound");
        await Expect(ada.Page.Locator(".lesson-message"))
            .ToContainTextAsync("Person grace put your cluster back to before Step 2");
        await PicturesAsync(ada, "rewound");
        await ClickAsync(ada, "Got it");
        await Expect(ada.Page.Locator(".lesson-message")).ToHaveCountAsync(0);

        // More time, for who has begun.
        await factory
            .Services.GetRequiredService<ISessionTimes>()
            .BeginAsync(ids["ada"], "mesh", "01-traffic", CancellationToken.None);
        await Expect(grace.Page.Locator(".board-grid")).ToContainTextAsync("until ");
        await ClickAsync(grace, "Give time…");
        await grace.Page.GetByLabel("How much").SelectOptionAsync("30 minutes");
        await PicturesAsync(grace, "board-time");
        await ClickAsync(grace, "Give time");
        await Expect(grace.Page.Locator(".board-selection")).ToContainTextAsync("1 of 3 have 30 more minutes.");
        await Expect(ada.Page.Locator(".lesson-message")).ToContainTextAsync("Person grace gave you more time");
        session.Push(s => s with { EndsSoon = true });
        await Expect(ada.Page.Locator(".lesson-message").Last).ToContainTextAsync("Then it sleeps");
        await PicturesAsync(ada, "time");
        await ClickAsync(ada, "Got it");
        session.Push(s => s with { EndsSoon = false });

        // By keyboard, from the drawer: the dialog keeps the focus, and gives it back.
        await grace.Page.GetByRole(AriaRole.Button, new() { Name = "Person ada", Exact = true }).Last.ClickAsync();
        var rewind = grace.Page.Locator(".drawer").GetByRole(AriaRole.Button, new() { Name = "Rewind…" });
        await rewind.FocusAsync();
        await grace.Page.Keyboard.PressAsync("Enter");
        await grace.Page.Locator(".mud-dialog").WaitForAsync();
        await PicturesAsync(grace, "drawer-rewind");
        await grace.Page.Keyboard.PressAsync("Escape");
        await Expect(grace.Page.Locator(".mud-dialog")).ToHaveCountAsync(0);
        await Expect(rewind).ToBeFocusedAsync();
        await grace.Page.GetByLabel("Close").ClickAsync();

        // The request is answered.
        await grace
            .Page.Locator(".help-request")
            .First.GetByRole(AriaRole.Button, new() { Name = "Answered" })
            .ClickAsync();
        await Expect(ada.Page.Locator(".help")).ToContainTextAsync("Ask for help");

        foreach (var visitor in (Visitor[])[grace, ada, bea, cleo])
        {
            Assert.Empty(visitor.ConsoleErrors);
            Assert.Empty(visitor.ForeignRequests);
            Assert.Empty(await visitor.UnnamedControlsAsync());
        }
    }

    private FakeSessionActivities Activities =>
        (FakeSessionActivities)factory.Services.GetRequiredService<ISessionActivities>();

    private FakeLessonSession Session(string learner) =>
        (FakeLessonSession)factory
            .Services.GetRequiredService<ILessonSessions>()
            .Find(new LessonSessionKey(learner, "mesh", "01-traffic"))!;

    private async Task<(string ClassId, Dictionary<string, string> Ids)> MakeClassAsync()
    {
        var ids = new Dictionary<string, string>();
        foreach (var name in (string[])["grace", "ada", "bea", "cleo"])
        {
            await factory.CreatePersonAsync(
                $"Person {name}",
                name,
                name == "grace" ? PortalRole.Instructor : PortalRole.Learner
            );
            ids[name] = await factory.IdOfAsync(name);
        }
        var classes = factory.Services.GetRequiredService<IClasses>();
        var made = await classes.CreateAsync("Monday", "mesh", "01-traffic", ids["grace"], CancellationToken.None);
        foreach (var learner in (string[])["ada", "bea", "cleo"])
            await classes.EnrolAsync(made.Id, ids[learner], CancellationToken.None);
        await factory
            .Services.GetRequiredService<IClassLife>()
            .SetSessionLengthAsync(made.Id, TimeSpan.FromMinutes(90), CancellationToken.None);
        return (made.Id, ids);
    }

    private async Task<Visitor> SignInAsync(string url, string userName, string path, int width)
    {
        var visitor = await browser.OpenAsync(url, width, 900);
        await visitor.GoToAsync("/sign-in?returnUrl=" + Uri.EscapeDataString(path));
        await visitor.Page.GetByLabel("User name", new() { Exact = true }).FillAsync(userName);
        await visitor.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(ClassApplication.Password);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await visitor.Page.Locator(path == Lesson ? ".help" : ".board").WaitForAsync();
        return visitor;
    }

    private static Task ClickAsync(Visitor visitor, string button) =>
        visitor.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).First.ClickAsync();

    private static async Task PicturesAsync(Visitor visitor, string name)
    {
        foreach (var scheme in (ColorScheme[])[ColorScheme.Dark, ColorScheme.Light])
        {
            await visitor.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await Expect(visitor.Page.Locator("html"))
                .ToHaveAttributeAsync("data-theme", scheme == ColorScheme.Dark ? "dark" : "light");
            await visitor.PictureAsync($"{name}-{scheme.ToString().ToLowerInvariant()}");
        }
    }

    private static async Task<string> ReadAsync(ChannelReader<ReadOnlyMemory<byte>> reader, int length)
    {
        var text = "";
        while (text.Length < length)
            text += Encoding.UTF8.GetString((await reader.ReadAsync().AsTask().DefaultTimeout()).Span);
        return text;
    }
}
