using System.Collections.Immutable;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Board;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;
using Portal.Content;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Components.Classroom;
using Xunit;

namespace Portal.Web.Tests.Classroom;

public sealed class BoardPageTests : LessonContext
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeClassroom _classroom = new();

    public BoardPageTests()
    {
        var catalog = new FakeCourseCatalog().Add(Lesson);
        Services.AddSingleton<ICourseCatalog>(catalog);
        Services.AddSingleton<ILessonSessions>(new FakeLessonSessions(catalog));
        _classroom.AddTo(Services);
    }

    [Fact]
    public void Board_NewPicture_IsShown()
    {
        var cut = RenderBoard();
        Push(Learner("Ada"));
        cut.WaitForAssertion(() => Assert.Equal("NotStarted", Status(cut, "Ada", "step-1")));

        Push(Learner("Ada", ("step-1", SectionStatus.Completed)));

        cut.WaitForAssertion(() => Assert.Equal("Completed", Status(cut, "Ada", "step-1")));
    }

    [Fact]
    public void Board_NoLongerOnes_IsTakenAway()
    {
        var cut = RenderBoard();
        Push(Learner("Ada"));
        cut.WaitForAssertion(() => Assert.Contains("Ada", cut.Markup, StringComparison.Ordinal));

        _classroom.Instructs = false;
        Push(Learner("Ada"), Learner("Bea"));

        cut.WaitForAssertion(() =>
            Assert.Contains("you do not teach it any more", cut.Markup, StringComparison.Ordinal)
        );
        Assert.DoesNotContain("Ada", cut.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Course_OfSeveralLessons_LeadsToTheBoardOfEach()
    {
        _classroom.Course =
        [
            .. new[] { ("class-0", "lesson"), ("class-1", "next") }.Select(c => new SchoolClass
            {
                Id = c.Item1,
                Name = c.Item1,
                JoinCode = "",
                CourseId = "course",
                LessonId = c.Item2,
            }),
        ];
        var cut = RenderBoard();
        Push(Learner("Ada"));

        cut.WaitForAssertion(() => Assert.Equal(2, cut.FindAll(".course-lessons a").Count));
        var links = cut.FindAll(".course-lessons a");
        Assert.Equal(
            [(Lesson.Title, "/board/class-0", "page"), ("next", "/board/class-1", null)],
            links.Select(l => (l.TextContent, l.GetAttribute("href"), l.GetAttribute("aria-current")))
        );
    }

    [Fact]
    public void Key_H_HidesNames()
    {
        var cut = RenderBoard();
        Push(Learner("Ada"), Learner("Bea"));
        cut.WaitForAssertion(() => Assert.Contains("Bea", cut.Find(".board-grid").TextContent, StringComparison.Ordinal));

        cut.Find(".board").KeyDown("h");

        cut.WaitForAssertion(() => Assert.Contains("Learner 2", cut.Find(".board-grid").TextContent, StringComparison.Ordinal));
        Assert.DoesNotContain("Bea", cut.Find(".board-grid").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Stuck_Groups_NameTheCheckAndTheLearners()
    {
        var cut = RenderBoard();
        _classroom.Boards.Writer.TryWrite(Board(Learner("Ada")) with { Stuck = [new StuckGroup("exercise-1", "weights", null, "v1 gets all", s_now.AddMinutes(-4), ["Ada"])] });

        cut.WaitForAssertion(() => Assert.Contains("Exercise 1 · Nine in ten go to v1", cut.Find(".stuck").TextContent, StringComparison.Ordinal));
        Assert.Contains("v1 gets all", cut.Find(".stuck").TextContent, StringComparison.Ordinal);
        Assert.Equal("Ada", cut.Find(".stuck .chip-button").TextContent);
    }

    [Fact]
    public void Stuck_GroupFailsInTwoWays_SaysHowManyHaveWhatInCommon()
    {
        var cut = RenderBoard();
        var group = new StuckGroup(
            "exercise-1",
            "weights",
            null,
            "v1 gets all",
            s_now.AddMinutes(-4),
            ["Ada", "Bea", "Cy"]
        )
        {
            Same = 2,
            OtherMessages = ["no such host"],
        };
        _classroom.Boards.Writer.TryWrite(
            Board(Learner("Ada"), Learner("Bea"), Learner("Cy")) with
            {
                Stuck = [group],
            }
        );

        cut.WaitForAssertion(() =>
            Assert.Contains("2 of 3: v1 gets all", cut.Find(".stuck").TextContent, StringComparison.Ordinal)
        );
        Assert.Contains("no such host", cut.Find(".stuck details").TextContent, StringComparison.Ordinal);
        cut.Find(".stuck .button").Click();
        cut.WaitForAssertion(() =>
            Assert.Contains("3 selected", cut.Find(".board-messages").TextContent, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Add_NewName_AddsTheLearner()
    {
        var cut = RenderBoard();
        Push(Learner("Ada"));
        cut.WaitForElement("#board-add").Input("Cleo");

        await cut.Find(".board-actions form").SubmitAsync();

        Assert.Contains(await ((ILearners)_classroom).ListAsync(CancellationToken.None), l => l.Name == "Cleo");
    }

    [Fact]
    public void Class_Unknown_SaysSo()
    {
        var cut = RenderBoard();

        _classroom.Boards.Writer.Complete();

        cut.WaitForAssertion(() => Assert.Contains("There is no such class", cut.Markup, StringComparison.Ordinal));
    }

    private IRenderedComponent<BoardPage> RenderBoard() => Render<BoardPage>(p => p.Add(b => b.ClassId, "class-0"));

    private void Push(params LearnerRow[] learners) => _classroom.Boards.Writer.TryWrite(Board(learners));

    private static ClassBoard Board(params LearnerRow[] learners) => new()
    {
        ClassId = "class-0", Name = "Monday", JoinCode = "ABC", CourseId = "course", LessonId = "lesson", At = s_now, Learners = [.. learners],
    };

    private static LearnerRow Learner(string name, params (string Section, SectionStatus Status)[] cells) => new()
    {
        LearnerId = name, Name = name,
        Cells = cells.ToImmutableDictionary(c => c.Section, c => new BoardCell(c.Section, c.Status, s_now, TimeSpan.FromMinutes(3), 0, 0)),
    };

    private static string? Status(IRenderedComponent<BoardPage> cut, string name, string section) => cut.Find($"[data-cell='{name}/{section}']").GetAttribute("data-status");
}
