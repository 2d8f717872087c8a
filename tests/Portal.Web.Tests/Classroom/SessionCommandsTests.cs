using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Portal.Content;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Components.Classroom;
using Xunit;

namespace Portal.Web.Tests.Classroom;

/// <summary>What is done with the sessions of some learners.</summary>
public sealed class SessionCommandsTests : LessonContext
{
    private readonly FakeLessonSessions _sessions;
    private readonly FakeClassroom _classroom = new();

    public SessionCommandsTests()
    {
        var catalog = new FakeCourseCatalog().Add(Lesson);
        Services.AddSingleton<ICourseCatalog>(catalog);
        Services.AddSingleton<ILessonSessions>(_sessions = new FakeLessonSessions(catalog));
        _classroom.AddTo(Services);
    }

    [Fact]
    public async Task Reset_Confirmed_ResetsThoseWhoAreSelectedOnly()
    {
        var (ada, bea) = (await OpenAsync("ada"), await OpenAsync("bea"));
        var (cut, dialogs) = RenderFor("ada", "cleo");

        Button(cut, "Reset clusters…").Click();
        Assert.Empty(ada.Calls);
        await dialogs.WaitForElement(".mud-dialog .button.danger").ClickAsync(new());

        cut.WaitForAssertion(() =>
            Assert.Equal(
                ["1 of 2 reset.", "Not The cleo: There is no session open."],
                cut.FindAll(".session-outcome p").Select(p => p.TextContent)
            )
        );
        Assert.Equal("reset", Assert.Single(ada.Calls));
        Assert.Equal("You", ada.Current.Intervention!.By);
        Assert.Empty(bea.Calls);
    }

    [Fact]
    public async Task Rewind_Several_GoesBackWhereItCanAndSaysOfEachOtherWhy()
    {
        var (ada, bea) = (await OpenAsync("ada"), await OpenAsync("bea"));
        ada.Push(s => s with { Checkpoints = ["step-1", "exercise-1"] });
        var (cut, dialogs) = RenderFor("ada", "bea", "cleo");

        Button(cut, "Rewind…").Click();
        var options = dialogs.WaitForElements(".mud-dialog option").Select(o => o.TextContent);
        Assert.Equal(
            ["Step 1 · Deploy (possible for 1 of 3)", "Exercise 1 · Canary (possible for 1 of 3)"],
            options
        );
        await dialogs.Find(".mud-dialog select").ChangeAsync(new() { Value = "step-1" });
        await dialogs.Find(".mud-dialog .button.danger").ClickAsync(new());

        cut.WaitForAssertion(() =>
            Assert.Equal(
                [
                    "1 of 3 rewound to before Step 1.",
                    "Not The bea: Nothing of that step was run.",
                    "Not The cleo: There is no session open.",
                ],
                cut.FindAll(".session-outcome p").Select(p => p.TextContent)
            )
        );
        Assert.Equal("rewind step-1", Assert.Single(ada.Calls));
        Assert.Equal((InterventionKind.Rewound, "You"), (ada.Current.Intervention!.Kind, ada.Current.Intervention.By));
        Assert.Empty(bea.Calls);
    }

    [Fact]
    public async Task GiveTime_Confirmed_ExtendsSessionsAndThoseThatSleep()
    {
        var ada = await OpenAsync("ada");
        foreach (var id in (string[])["ada", "bea"]) _classroom.Ends[id] = DateTimeOffset.UnixEpoch;
        var (cut, dialogs) = RenderFor("ada", "bea", "cleo");

        Button(cut, "Give time…").Click();
        await dialogs.WaitForElement(".mud-dialog select").ChangeAsync(new() { Value = "30" });
        await dialogs.Find(".mud-dialog .button.primary").ClickAsync(new());

        cut.WaitForAssertion(() =>
            Assert.Equal(
                [
                    "2 of 3 have 30 more minutes.",
                    "Not The cleo: They have not begun: no time runs yet.",
                ],
                cut.FindAll(".session-outcome p").Select(p => p.TextContent)
            )
        );
        Assert.Equal("extend 00:30", Assert.Single(ada.Calls));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMinutes(30), _classroom.Ends["bea"]);
    }

    [Fact]
    public void GiveTime_NoLimit_IsNotOffered()
    {
        var (cut, _) = RenderFor("ada");

        cut.Render(p => p.Add(c => c.Limited, false));

        Assert.DoesNotContain(cut.FindAll("button"), b => b.TextContent == "Give time…");
    }

    [Fact]
    public async Task End_Cancelled_EndsNothing()
    {
        await OpenAsync("ada");
        var (cut, dialogs) = RenderFor("ada");

        Button(cut, "End session…").Click();
        await dialogs.WaitForElement(".mud-dialog .button:not(.danger)").ClickAsync(new());

        Assert.NotNull(_sessions.Find(Key("ada")));
        Button(cut, "End session…").Click();
        await dialogs.WaitForElement(".mud-dialog .button.danger").ClickAsync(new());
        cut.WaitForAssertion(() => Assert.Null(_sessions.Find(Key("ada"))));
    }

    [Fact]
    public async Task Reset_NoLongerTheirClass_IsRefused()
    {
        var ada = await OpenAsync("ada");
        var (cut, dialogs) = RenderFor("ada");
        _classroom.Instructs = false;

        Button(cut, "Reset cluster…").Click();
        await dialogs.WaitForElement(".mud-dialog .button.danger").ClickAsync(new());

        cut.WaitForAssertion(() =>
            Assert.Contains("do not teach this class any more", cut.Markup, StringComparison.Ordinal)
        );
        Assert.Empty(ada.Calls);
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<SessionCommands> cut, string text) =>
        cut.FindAll("button").First(b => b.TextContent == text);

    private (IRenderedComponent<SessionCommands> Commands, IRenderedComponent<MudDialogProvider> Dialogs) RenderFor(
        params string[] learners
    )
    {
        var dialogs = Render<MudDialogProvider>();
        var commands = Render<SessionCommands>(p =>
            p.Add(c => c.ClassId, "class-0")
                .Add(c => c.CourseId, "course")
                .Add(c => c.LessonId, "lesson")
                .Add(c => c.Learners, learners)
                .Add(c => c.Sections, Lesson.Sections)
                .Add(c => c.Limited, true)
                .Add(c => c.NameOf, id => $"The {id}")
        );
        return (commands, dialogs);
    }

    private async Task<FakeLessonSession> OpenAsync(string learner) =>
        (FakeLessonSession)await _sessions.OpenAsync(Key(learner), CancellationToken.None);

    private static LessonSessionKey Key(string learner) => new(learner, "course", "lesson");
}
