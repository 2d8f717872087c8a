using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Portal.Classroom.Learners;
using Portal.Content;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Components.Classroom;
using Portal.Web.Components.Lessons;
using Xunit;

namespace Portal.Web.Tests.Classroom;

/// <summary>A learner's page as their instructor sees it.</summary>
public sealed class LearnerPageTests : LessonContext
{
    private static readonly LessonSessionKey s_key = new("ada", "course", "lesson");
    private readonly FakeCourseCatalog _catalog;
    private readonly FakeLessonSessions _sessions;
    private readonly FakeClassroom _classroom = new();

    public LearnerPageTests()
    {
        _catalog = new FakeCourseCatalog().Add(Lesson);
        _sessions = new FakeLessonSessions(_catalog);
        Services.AddSingleton<ICourseCatalog>(_catalog);
        Services.AddSingleton<ILessonSessions>(_sessions);
        _classroom.AddTo(Services);
        Render<MudPopoverProvider>();
    }

    [Fact]
    public async Task Page_NoSession_OpensNone()
    {
        await AddAdaAsync();

        var cut = RenderPage();

        cut.WaitForAssertion(() =>
            Assert.Contains("ada does not have this lesson open", cut.Markup, StringComparison.Ordinal)
        );
        Assert.Empty(_sessions.Opened);
    }

    [Fact]
    public async Task Page_SessionOpens_IsShownAndNothingCanBeRun()
    {
        await AddAdaAsync();
        var cut = RenderPage();

        var session = await OpenAsync();
        session.Push(s =>
            s with
            {
                Runs = s.Runs.SetItem(
                    "step-1/1",
                    Run("step-1/1", RunPhase.Failed, Command(0, "kubectl", RunPhase.Failed, 1, "no such thing"))
                ),
            }
        );

        cut.WaitForAssertion(() =>
            Assert.Contains("no such thing", cut.Find("#step-1").TextContent, StringComparison.Ordinal)
        );
        Assert.True(cut.Find("fieldset").HasAttribute("disabled"));
        var actions = cut.FindComponent<SectionView>().Instance.Actions;
        await cut.InvokeAsync(() => actions.RunAsync("step-1/1", RunOptions.WholeBlock));
        await cut.InvokeAsync(actions.ResetAsync);
        await cut.InvokeAsync(() => actions.AnswerAsync("weights", "1"));
        Assert.Empty(session.Runs);
        Assert.Empty(session.Calls);
    }

    [Fact]
    public async Task Page_ProgramListens_IsOpenedAsTheLearners()
    {
        await AddAdaAsync();
        var cut = RenderPage();
        var session = await OpenAsync();

        session.Push(s => s with { Ports = [new(8080, null)] });

        var link = cut.WaitForElement(".panel .port-link a");
        Assert.Equal($"/ports/{session.WorkspaceId}/8080/learner?path=%2F", link.GetAttribute("href"));
        Assert.Empty(cut.FindAll(".port-link button"));
    }

    [Fact]
    public async Task Page_NotTheirLearner_IsNotFound()
    {
        await AddAdaAsync();
        await OpenAsync();
        _classroom.Instructs = false;

        var cut = RenderPage();

        Assert.DoesNotContain("ada", cut.Markup, StringComparison.Ordinal);
        Assert.Empty(cut.FindAll(".lesson"));
    }

    [Fact]
    public async Task Page_NoLongerTheirs_IsTakenAwayWithTheTerminal()
    {
        await AddAdaAsync();
        var session = await OpenAsync();
        var cut = RenderPage();
        await cut.WaitForElement(".learner-banner .button").ClickAsync(new());
        cut.WaitForAssertion(() => Assert.Single(session.Current.Guests));

        _classroom.MaySee.Writer.TryWrite(false);

        cut.WaitForAssertion(() => Assert.Contains("not yours to see any more", cut.Markup, StringComparison.Ordinal));
        Assert.Empty(cut.FindAll(".lesson"));
        cut.WaitForAssertion(() => Assert.Empty(session.Current.Guests));
    }

    [Fact]
    public async Task Join_LearnerAllowsAndEnds_IsSeenOnBothPages()
    {
        await AddAdaAsync();
        var session = await OpenAsync();
        var cut = RenderPage();
        var actions = new LessonActions(
            Services.GetRequiredService<ISnackbar>(),
            _sessions,
            Services.GetRequiredService<Portal.Web.Hosting.RateLimits>(),
            CancellationToken.None
        );
        actions.Attach(session);
        var learner = Render<Components.Help.TerminalGuests>(p => p.AddCascadingValue(actions).Add(g => g.Guests, []));

        await cut.WaitForElement(".learner-banner .button").ClickAsync(new());
        cut.WaitForAssertion(() => Assert.Contains("ada has not answered yet", cut.Markup, StringComparison.Ordinal));
        learner.Render(p => p.Add(g => g.Guests, session.Current.Guests));
        Assert.Contains("You asks to type in your terminal", learner.Markup, StringComparison.Ordinal);

        await learner.Find(".primary").ClickAsync(new());
        cut.WaitForAssertion(() =>
            Assert.Contains("You can type in ada's terminal", cut.Markup, StringComparison.Ordinal)
        );

        await actions.LeaveAsync();
        cut.WaitForAssertion(() =>
            Assert.Contains("ada has not let you in, or has ended it", cut.Markup, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Page_Closed_TakesTheConsentAlong()
    {
        await AddAdaAsync();
        var session = await OpenAsync();
        var cut = RenderPage();
        await cut.WaitForElement(".learner-banner .button").ClickAsync(new());
        await session.AllowGuestAsync(Assert.Single(session.Current.Guests).Id, CancellationToken.None);

        await DisposeComponentsAsync();

        Assert.Empty(session.Current.Guests);
    }

    private Task AddAdaAsync() => ((ILearners)_classroom).AddAsync("ada", CancellationToken.None);

    private async Task<FakeLessonSession> OpenAsync()
    {
        var session = (FakeLessonSession)await _sessions.OpenAsync(s_key, CancellationToken.None);
        _classroom.Activities.Push(s_key, new SessionActivity(DateTimeOffset.UnixEpoch));
        return session;
    }

    private IRenderedComponent<LearnerPage> RenderPage() =>
        Render<LearnerPage>(p => p
            .Add(l => l.ClassId, "class-0")
            .Add(l => l.LearnerId, "ada")
            .Add(l => l.CourseId, "course")
            .Add(l => l.LessonId, "lesson"));
}
