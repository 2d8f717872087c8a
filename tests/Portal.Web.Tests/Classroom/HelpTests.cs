using System.Collections.Immutable;
using Bunit;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Portal.Classroom.Board;
using Portal.Clusters;
using Portal.Clusters.Watching;
using Portal.Content;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;
using Portal.Web.Components.Classroom;
using Portal.Web.Components.Help;
using Xunit;

namespace Portal.Web.Tests.Classroom;

/// <summary>Help and messages, on the learner's page and on the board.</summary>
public sealed class HelpTests : LessonContext
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeClassroom _classroom = new();

    public HelpTests()
    {
        var catalog = new FakeCourseCatalog().Add(Lesson);
        Services.AddSingleton<ICourseCatalog>(catalog);
        Services.AddSingleton<ILessonSessions>(new FakeLessonSessions(catalog));
        _classroom.AddTo(Services);
    }

    [Fact]
    public async Task Ask_CarriesStepCommandOutputAndWhatChanged()
    {
        var before = Snapshot(
            new ServiceRow(new("v1", "Service", "shop", "web"), "shop", "web", "ClusterIP", "", "80/TCP")
        );
        var after = Snapshot(
            new ServiceRow(new("v1", "Service", "shop", "web"), "shop", "web", "ClusterIP", "", "8080/TCP")
        );
        var cut = Render<LessonHelp>(p => p.Add(h => h.Lesson, Lesson).Add(h => h.Snapshot, before));
        await cut.WaitForElement(".help .chip-button").ClickAsync(new());
        cut.Render(p => p.Add(h => h.Snapshot, after));
        _classroom.Activities.Push(
            new LessonSessionKey("you", "course", "lesson"),
            new LearnerCommand("kubectl get x", CommandOrigin.Typed, null, RunPhase.Failed, 1, "no x", s_now)
        );
        cut.Find("#help-text").Change("Why?");

        await cut.Find(".help-panel form").SubmitAsync();

        var question = Assert.Single(_classroom.Help.Questions);
        Assert.Equal(
            ("you", "step-1", "Why?", "kubectl get x", 1, "no x", "~ Service shop/web: 8080/TCP"),
            (
                question.LearnerId,
                question.SectionId,
                question.Text,
                question.Command,
                question.ExitCode,
                question.Output,
                question.Changed
            )
        );
        cut.WaitForAssertion(() => Assert.Contains("Waiting for help · 1", cut.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_DatabaseAway_GoesOnAndComesBackByItself()
    {
        var time = new FakeTimeProvider();
        Services.AddSingleton<TimeProvider>(time);
        _classroom.Help.Failure = new InvalidOperationException("outer", new SqliteException("secret", 14));
        var help = Render<LessonHelp>(p => p.Add(h => h.Lesson, Lesson));
        var inbox = Render<LessonMessages>();
        await Eventually.True(() => _classroom.Help.Failures == 2);

        _classroom.Help.Failure = null;
        await _classroom.Help.SendAsync("class-0", "grace", ["you"], "Hello", CancellationToken.None);

        await Eventually.True(() =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return inbox.FindAll(".message-text").Count == 1 && help.FindAll(".help").Count == 1;
        });
        _classroom.Help.Failure = new SqliteException("secret", 14);
        await help.Find(".help .chip-button").ClickAsync(new());
        await help.Find(".help-panel form").SubmitAsync();
        Assert.Contains("database does not answer", help.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Ask_NobodyHears_IsNotOffered()
    {
        _classroom.Help.Heard = false;
        var cut = Render<LessonHelp>(p => p.Add(h => h.Lesson, Lesson));

        Assert.Empty(cut.FindAll(".help"));
    }

    [Fact]
    public async Task Queue_TakeAndAnswer_IsSeenByTheLearner()
    {
        var help = Render<LessonHelp>(p => p.Add(h => h.Lesson, Lesson));
        var board = RenderBoard("you", "Bea");
        await _classroom.Help.AskAsync(
            new("you", "course", "lesson", "step-1", "Why?", "kubectl", 1, "no"),
            CancellationToken.None
        );
        board.WaitForAssertion(() =>
            Assert.Contains("Why?", board.Find(".help-request").TextContent, StringComparison.Ordinal)
        );
        Assert.Contains(
            "$ kubectl · exit 1",
            board.Find(".help-request summary").TextContent,
            StringComparison.Ordinal
        );
        board.WaitForAssertion(() => Assert.Equal("asks", board.Find(".board-mark.info").TextContent));

        await board.Find(".help-actions .primary").ClickAsync(new());
        help.WaitForAssertion(() => Assert.Contains("Grace is on it", help.Markup, StringComparison.Ordinal));

        await board.WaitForElement(".help-actions .button:last-child").ClickAsync(new());
        help.WaitForAssertion(() => Assert.Contains("Ask for help", help.Markup, StringComparison.Ordinal));
        board.WaitForAssertion(() => Assert.Empty(board.FindAll(".help-request")));
    }

    [Fact]
    public async Task Message_ToSelected_StaysUntilDismissed()
    {
        var inbox = Render<LessonMessages>();
        var board = RenderBoard("you", "Bea");
        await board.FindAll("tr[data-learner] input")[0].ChangeAsync(new() { Value = true });
        board.WaitForAssertion(() =>
            Assert.Contains("1 selected", board.Find(".board-messages").TextContent, StringComparison.Ordinal)
        );
        board.Find("#message-text").Input("Look <b>there</b>.");

        await board.Find(".board-messages form").SubmitAsync();

        inbox.WaitForAssertion(() => Assert.Equal("Look <b>there</b>.", inbox.Find(".message-text").TextContent));
        Assert.Equal("you", Assert.Single(_classroom.Help.Messages).LearnerId);
        board.WaitForAssertion(() =>
            Assert.Contains("1 of 1 delivered, 0 read", board.Find(".sent").TextContent, StringComparison.Ordinal)
        );

        await inbox.Find(".lesson-message button").ClickAsync(new());
        inbox.WaitForAssertion(() => Assert.Empty(inbox.FindAll(".lesson-message")));
        board.WaitForAssertion(() =>
            Assert.Contains("1 read", board.Find(".sent").TextContent, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Message_NobodySelected_GoesToAll()
    {
        var board = RenderBoard("you", "Bea");
        board.Find("#message-text").Input("Break.");

        await board.Find(".board-messages form").SubmitAsync();

        Assert.Equal(["you", "Bea"], _classroom.Help.Messages.Select(m => m.LearnerId));
    }

    private IRenderedComponent<BoardPage> RenderBoard(params string[] learners)
    {
        var cut = Render<BoardPage>(p => p.Add(b => b.ClassId, "class-0"));
        _classroom.Boards.Writer.TryWrite(
            new ClassBoard
            {
                ClassId = "class-0",
                Name = "Monday",
                JoinCode = "ABC",
                CourseId = "course",
                LessonId = "lesson",
                At = s_now,
                Learners = [.. learners.Select(l => new LearnerRow { LearnerId = l, Name = l })],
            }
        );
        cut.WaitForElement("tr[data-learner]");
        return cut;
    }

    private SessionSnapshot Snapshot(ServiceRow service)
    {
        var ready = FakeLessonSession.Ready(Lesson);
        return ready with { Summary = ready.Summary with { Services = [service] } };
    }
}
