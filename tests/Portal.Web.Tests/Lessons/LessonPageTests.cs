using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Portal.Clusters;
using Portal.Content;
using Portal.Content.Model;
using Portal.Labs.Capacity;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Components.Help;
using Portal.Web.Components.Lessons;
using Portal.Web.Identity;
using Portal.Web.Tests.Classroom;
using Xunit;

namespace Portal.Web.Tests.Lessons;

public sealed class LessonPageTests : LessonContext
{
    private readonly FakeCourseCatalog _catalog;
    private readonly FakeLessonSessions _sessions;
    private readonly FakeSessionAdmission _admission;
    private readonly FakeClassroom _classroom = new();

    public LessonPageTests()
    {
        _catalog = new FakeCourseCatalog().Add(Lesson);
        _sessions = new FakeLessonSessions(_catalog);
        Services.AddSingleton<ICourseCatalog>(_catalog);
        Services.AddSingleton<ILessonSessions>(_sessions);
        Services.AddSingleton<ISessionAdmission>(_admission = new FakeSessionAdmission(_sessions));
        _classroom.AddTo(Services);
        Render<MudPopoverProvider>();
    }

    [Fact]
    public void Page_Opened_AttachesToTheSessionOfWhoeverIsSignedIn()
    {
        var cut = RenderPage();

        cut.WaitForAssertion(() => Assert.Equal(new LessonSessionKey("you", "course", "lesson"), Assert.Single(_sessions.Opened)));
        cut.WaitForAssertion(() => Assert.False(cut.Find("#step-1 button.run").HasAttribute("disabled")));
    }

    [Fact]
    public void Page_Full_ShowsPlaceAndTimeUntilItIsIn()
    {
        _admission.Show(new Admission.Waiting(3, 7, null, default));
        var cut = RenderPage();
        cut.WaitForAssertion(() =>
            Assert.Contains("number 3 of 7", cut.Find(".admission").TextContent, StringComparison.Ordinal)
        );
        Assert.Contains("when there is a place", cut.Find("#tabpanel-Cluster").TextContent, StringComparison.Ordinal);
        Assert.Contains("not known yet", cut.Find(".admission [role='status']").TextContent, StringComparison.Ordinal);
        Assert.True(cut.Find("#step-1 button.run").HasAttribute("disabled"));
        Assert.Empty(_sessions.Opened);

        _admission.Show(new Admission.Waiting(1, 5, TimeSpan.FromMinutes(4), default));
        cut.WaitForAssertion(() =>
            Assert.Contains("you are next", cut.Find(".admission").TextContent, StringComparison.Ordinal)
        );
        Assert.Contains("About 4 minutes", cut.Find(".admission").TextContent, StringComparison.Ordinal);

        _admission.Show(null);

        cut.WaitForAssertion(() => Assert.False(cut.Find("#step-1 button.run").HasAttribute("disabled")));
        Assert.Empty(cut.FindAll(".admission"));
    }

    [Fact]
    public void Page_LeavesTheQueue_SaysSoAndCanWaitAgain()
    {
        _admission.Show(new Admission.Waiting(1, 1, null, default));
        var cut = RenderPage();

        cut.WaitForElement(".admission button").Click();

        cut.WaitForAssertion(() => Assert.Contains("You left the queue", cut.Markup, StringComparison.Ordinal));
        Assert.Equal(new LessonSessionKey("you", "course", "lesson"), Assert.Single(_admission.GivenUp));
        _admission.Show(null);
        cut.FindAll("button").First(b => b.TextContent.Contains("Wait for a place", StringComparison.Ordinal)).Click();
        cut.WaitForAssertion(() => Assert.False(cut.Find("#step-1 button.run").HasAttribute("disabled")));
    }

    [Fact]
    public async Task Page_TooManyOfTheirOwn_NamesThemAndClosesOne()
    {
        var other = new LessonSessionKey("you", "course", "other");
        _catalog.Add(SampleLesson.Create() with { Id = "other", Title = "Another lesson" });
        await _sessions.OpenAsync(other, CancellationToken.None);
        _admission.Show(new Admission.TooMany(1, new([other])));
        var cut = RenderPage();
        cut.WaitForAssertion(() =>
            Assert.Contains("that is the limit", cut.Find(".admission").TextContent, StringComparison.Ordinal)
        );
        Assert.Equal("/learn/course/other", cut.Find(".admission a").GetAttribute("href"));

        await cut.Find(".admission-others button").ClickAsync(new());

        Assert.Null(_sessions.Find(other));
    }

    [Fact]
    public void Page_VerifiedLesson_SaysWhereAndWhen() =>
        Assert.Contains("Verified on sandbox, Kubernetes 1.33.4 and Istio 1.30.3: 3 February 2026", RenderPage().Find(".facts").TextContent, StringComparison.Ordinal);

    [Fact]
    public void Page_AddressNamesAnotherLearner_StillOpensTheOwnSession()
    {
        Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().NavigateTo("/learn/course/lesson?learner=other&learnerId=other");

        RenderPage().WaitForAssertion(() => Assert.Equal("you", Assert.Single(_sessions.Opened).LearnerId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Page_GoneOrCutOff_TakesBackWhatGuestsMayDo(bool gone)
    {
        var cut = RenderPage();
        cut.WaitForAssertion(() => Assert.NotEmpty(_sessions.Opened));
        await Current.AskToTypeAsync("grace", "Grace", CancellationToken.None);
        await cut.WaitForElement(".lesson-message .primary").ClickAsync(new());
        cut.WaitForAssertion(() =>
            Assert.Contains("Grace can type in your terminal", cut.Markup, StringComparison.Ordinal)
        );
        Assert.True(Assert.Single(Current.Current.Guests).MayType);

        if (gone)
            await DisposeComponentsAsync();
        else
            await cut.InvokeAsync(() =>
                Services.GetRequiredService<PageConsent>().OnConnectionDownAsync(null!, CancellationToken.None)
            );

        Assert.Empty(Current.Current.Guests);
    }

    [Fact]
    public async Task Page_Disposed_LeavesTheSessionRunning()
    {
        var cut = RenderPage();
        cut.WaitForAssertion(() => Assert.NotEmpty(_sessions.Opened));

        await DisposeComponentsAsync();

        Assert.NotNull(_sessions.Find(new LessonSessionKey("you", "course", "lesson")));
        Assert.False(_classroom.Presence.IsPresent("you", "course", "lesson"));
    }

    [Fact]
    public void RunStep_Clicked_RunsItsBlocksForThisProviderInOrder()
    {
        var cut = RenderPage();
        cut.WaitForAssertion(() => Assert.False(cut.Find("#step-1 .section-head button").HasAttribute("disabled")));

        cut.Find("#step-1 .section-head button").Click();

        cut.WaitForAssertion(() => Assert.Equal(["step-1/1"], Current.Runs.Select(r => r.BlockId)));
    }

    [Fact]
    public void Snapshot_RunFinishes_IsShownAndAnnounced()
    {
        var cut = RenderPage();
        cut.WaitForAssertion(() => Assert.NotEmpty(_sessions.Opened));
        Current.Push(s => s with { ActiveBlockId = "step-1/1", Runs = s.Runs.SetItem("step-1/1", Run("step-1/1", RunPhase.Running, Command(0, "kubectl get pods", RunPhase.Running))) });
        cut.WaitForAssertion(() => Assert.Contains("running", cut.Find("#step-1 .block-status").TextContent, StringComparison.Ordinal));

        Current.Push(s => s with { ActiveBlockId = null, Runs = s.Runs.SetItem("step-1/1", Run("step-1/1", RunPhase.Succeeded, Command(0, "kubectl get pods", RunPhase.Succeeded, 0))) });

        cut.WaitForAssertion(() => Assert.Equal("Step 1 · Deploy: run done, 1 commands.", cut.Find("[aria-live='polite'].sr-only").TextContent));
    }

    [Fact]
    public void Cluster_Failed_ShowsMessageAndRemedyAndTriesAgain()
    {
        _sessions.Starting = s => s.Push(x => x with { Cluster = x.Cluster with { Phase = ClusterPhase.Failed, Message = "Docker does not answer.", Remedy = "Start Docker." } });
        var cut = RenderPage();
        cut.WaitForAssertion(() => Assert.Contains("Start Docker.", cut.Find(".callout.error").TextContent, StringComparison.Ordinal));
        Assert.True(cut.Find("#step-1 button.run").HasAttribute("disabled"));

        cut.Find(".callout.error button").Click();

        cut.WaitForAssertion(() => Assert.Equal("reset", Assert.Single(Current.Calls)));
    }

    [Fact]
    public void Cluster_NewerThanTheProgress_OffersToRepeatTheSteps()
    {
        _sessions.Starting = s => s.Push(x => x with
        {
            Sections = x.Sections.SetItem("step-1", new SectionProgress("step-1", SectionPhase.Completed, DateTimeOffset.UtcNow)),
            Runs = x.Runs.SetItem("step-1/1", Run("step-1/1", RunPhase.Succeeded)),
        });
        var cut = RenderPage();
        cut.WaitForAssertion(() => Assert.Contains("this cluster is new", cut.Find(".callout-title").TextContent, StringComparison.Ordinal));

        cut.Find(".reading .callout button").Click();

        cut.WaitForAssertion(() => Assert.Equal(["step-1/1"], Current.Runs.Select(r => r.BlockId)));
        Current.Push(x => x with { Runs = x.Runs.SetItem("step-1/1", Run("step-1/1", RunPhase.Succeeded, Command(0, "kubectl get pods", RunPhase.Succeeded, 0))) });
        cut.WaitForAssertion(() => Assert.DoesNotContain("this cluster is new", cut.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Shell_CannotStart_OffersReset()
    {
        _sessions.Starting = s =>
            s.Push(x =>
                x with
                {
                    Workspace = new(
                        WorkspacePhase.Failed,
                        "The shell ended and cannot be started again.",
                        "Reset the cluster."
                    ),
                }
            );
        var cut = RenderPage();
        cut.WaitForAssertion(() =>
            Assert.Contains("cannot be started again", cut.Find(".callout.error").TextContent, StringComparison.Ordinal)
        );

        cut.Find(".callout.error button").Click();

        cut.WaitForAssertion(() => Assert.Equal("reset", Assert.Single(Current.Calls)));
    }

    [Theory]
    [InlineData(false, ClusterPhase.Deleted, "was deleted")]
    [InlineData(true, ClusterPhase.Gone, "its time was up")]
    public void Session_Over_BeginsAgainOnlyWhenAsked(bool timeIsUp, ClusterPhase phase, string words)
    {
        var cut = RenderPage();
        cut.WaitForAssertion(() => Assert.NotEmpty(_sessions.Opened));
        Current.Push(x => x with { TimeIsUp = timeIsUp, Cluster = x.Cluster with { Phase = phase } });
        Current.End();
        cut.WaitForAssertion(() =>
            Assert.Contains(words, cut.Find(".reading .callout-title").TextContent, StringComparison.Ordinal)
        );
        Assert.Single(_sessions.Opened);

        cut.Find(".reading .callout button").Click();

        cut.WaitForAssertion(() => Assert.Equal(2, _sessions.Opened.Count));
    }

    [Fact]
    public void Snapshot_Late_SaysSoInALiveRegionAndMarksWhatIsNotSaved()
    {
        var cut = RenderPage();
        cut.WaitForAssertion(() => Assert.NotEmpty(_sessions.Opened));
        Current.Push(x =>
            x with
            {
                Troubles = [new(TroubleKind.Saving, DateTimeOffset.UnixEpoch, "Saving is late.")],
                Runs = x.Runs.SetItem(
                    "step-1/1",
                    Run("step-1/1", RunPhase.Succeeded, Command(0, "kubectl get pods", RunPhase.Succeeded, 0))
                ),
                UnsavedBlocks = ["step-1/1"],
            }
        );

        cut.WaitForAssertion(() =>
            Assert.Contains(
                "Saving is late.",
                cut.Find(".reading [role=status][aria-live=polite]").TextContent,
                StringComparison.Ordinal
            )
        );
        Assert.Contains("not saved yet", cut.Find("#step-1 .block-status").TextContent, StringComparison.Ordinal);
        Current.Push(x => x with { Troubles = [], UnsavedBlocks = [] });
        cut.WaitForAssertion(() => Assert.Empty(cut.FindAll(".not-saved, .trouble")));
    }

    [Fact]
    public void Lesson_WithMistakes_ShowsThemWithFileAndLine()
    {
        var problem = new ContentProblem("course/broken/lesson.md", 12, ProblemSeverity.Error, "A code block is never closed.", "End it.");
        _catalog.Courses = [new Course { Id = "course", Title = "Course", Lessons = [new LessonEntry { Id = "broken", Title = "Broken", Problems = [problem] }] }];

        var cut = Render<LessonPage>(p => p.Add(x => x.CourseId, "course").Add(x => x.LessonId, "broken"));

        Assert.Contains("course/broken/lesson.md:12", cut.Markup, StringComparison.Ordinal);
        Assert.Empty(_sessions.Opened);
    }

    private FakeLessonSession Current => (FakeLessonSession)_sessions.Find(new LessonSessionKey("you", "course", "lesson"))!;

    private IRenderedComponent<LessonPage> RenderPage() => Render<LessonPage>(p => p.Add(x => x.CourseId, "course").Add(x => x.LessonId, "lesson"));
}
