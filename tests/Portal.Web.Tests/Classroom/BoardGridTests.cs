using System.Collections.Immutable;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Board;
using Portal.Classroom.Model;
using Portal.Content;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Components.Classroom;
using Portal.Web.Components.Classroom.Model;
using Xunit;

namespace Portal.Web.Tests.Classroom;

/// <summary>What the board renders, and what it need not.</summary>
public sealed class BoardGridTests : LessonContext
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeClassroom _classroom = new();
    private readonly FakeCourseCatalog _catalog = new();

    public BoardGridTests()
    {
        Services.AddSingleton<ICourseCatalog>(_catalog);
        Services.AddSingleton<ILessonSessions>(new FakeLessonSessions(_catalog));
        _classroom.AddTo(Services);
    }

    [Fact]
    public async Task Refresh_NothingChanged_RendersNothing()
    {
        var cut = RenderBoard(Learner("Ada", 3), Learner("Bea", 4));
        var renders = (cut.RenderCount, Rows(cut).Sum(r => r.RenderCount));

        Push(s_now.AddSeconds(20), Learner("Ada", 3.3), Learner("Bea", 4.3));
        await _classroom.ReadAsync(Board(s_now.AddSeconds(40), Learner("Ada", 3.6), Learner("Bea", 4.6)));

        Assert.Equal(renders, (cut.RenderCount, Rows(cut).Sum(r => r.RenderCount)));
    }

    [Fact]
    public void Refresh_OneLearnerChanged_RendersThatRowOnly()
    {
        var cut = RenderBoard(Learner("Ada", 3), Learner("Bea", 4));
        var before = Rows(cut).ToDictionary(r => r.Instance.Row.Name, r => r.RenderCount);

        _classroom.Activities.Push(Key("Bea"), Command("kubectl aply", 127, "command not found"));
        cut.WaitForAssertion(() => Assert.Contains("exit 127", cut.Markup, StringComparison.Ordinal));

        var after = Rows(cut).ToDictionary(r => r.Instance.Row.Name, r => r.RenderCount);
        Assert.Equal((before["Ada"], before["Bea"] + 1), (after["Ada"], after["Bea"]));
        Assert.Contains(
            "kubectl aply",
            cut.Find("[data-cell='Bea/step-1']").GetAttribute("title"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Grid_LargeClass_HoldsOnlyWhatIsSeen()
    {
        _catalog.Add(Lesson with { Sections = [.. Enumerable.Range(1, 40).Select(Step)] });
        var cut = RenderBoard([.. Enumerable.Range(1, 300).Select(i => Learner($"Learner of the class {i}", 3))]);

        Assert.InRange(cut.FindAll(".board-scroll *").Count, 1500, 3000);
        Assert.Equal("300 learners", cut.Find(".distribution .board-name").TextContent);
    }

    [Theory]
    [InlineData(BoardOrder.Name, BoardFilter.All, "Ada Bea Cy")]
    [InlineData(BoardOrder.Progress, BoardFilter.All, "Bea Cy Ada")]
    [InlineData(BoardOrder.Stuck, BoardFilter.All, "Ada Cy Bea")]
    [InlineData(BoardOrder.Idle, BoardFilter.All, "Bea Cy Ada")]
    [InlineData(BoardOrder.Joined, BoardFilter.Stuck, "Cy Ada")]
    [InlineData(BoardOrder.Joined, BoardFilter.Help, "Ada")]
    [InlineData(BoardOrder.Joined, BoardFilter.Idle, "Cy")]
    [InlineData(BoardOrder.Joined, BoardFilter.Done, "Bea")]
    public void Model_OrderAndFilter_ShowsTheRightLearners(BoardOrder order, BoardFilter filter, string expected)
    {
        var board = Board(
            s_now,
            Learner("Cy", 9) with { LastActivity = s_now.AddMinutes(-6) },
            Learner("Bea", 9, SectionStatus.Completed) with { LastActivity = s_now.AddMinutes(-30) },
            Learner("Ada", 1) with { LastActivity = s_now.AddMinutes(-20) }
        ) with
        {
            Stuck =
            [
                new StuckGroup("step-1", null, "step-1/1", "failed", s_now.AddMinutes(-4), ["Cy"]),
                new StuckGroup("step-1", null, "step-1/1", "timed out", s_now.AddMinutes(-5), ["Ada"]),
            ],
        };
        if (order == BoardOrder.Progress)
            board = board with
            {
                Learners = [.. board.Learners.Select(l => l.Name == "Cy" ? l with { Points = 1 } : l)],
            };
        var builder = new BoardModelBuilder(
            board,
            [Section("step-1")],
            new BoardView { Order = order, Filter = filter }
        )
        {
            Asking = ["Ada"],
            // Whoever types is not idle, whatever is recorded.
            Activities = ImmutableDictionary<LessonSessionKey, SessionActivity>.Empty.Add(Key("Ada"), new(s_now)),
        };

        Assert.Equal(expected, string.Join(' ', builder.Build().Rows.Select(r => r.Name)));
    }

    [Fact]
    public void Model_HiddenNames_AreInNothingThatIsShown()
    {
        var builder = new BoardModelBuilder(
            Board(s_now, Learner("Ada", 1), Learner("Bea", 2)),
            [Section("step-1")],
            new BoardView { Hidden = true, Order = BoardOrder.Name, Pinned = ["Bea"] }
        );

        Assert.Equal(["Learner 2", "Learner 1"], builder.Build().Rows.Select(r => r.Name));
    }

    [Fact]
    public void View_StoredByAnybody_IsReadAsFarAsItMakesSense()
    {
        var view = BoardView.Of(new BoardView.Stored(true, "Name", "99", ["a", null, "b"]));

        Assert.Equal(
            (true, BoardOrder.Name, BoardFilter.All, "a b"),
            (view.Hidden, view.Order, view.Filter, string.Join(' ', view.Pinned))
        );
    }

    [Fact]
    public void Search_PartOfAName_ShowsWhoHasIt()
    {
        var cut = RenderBoard(Learner("Ada", 3), Learner("Bea", 4));

        cut.Find("#board-search").Input("be");

        cut.WaitForAssertion(() => Assert.Equal("Bea", Assert.Single(Rows(cut)).Instance.Row.Name));
    }

    [Fact]
    public void Pin_Learner_StandsFirst()
    {
        var cut = RenderBoard(Learner("Ada", 3), Learner("Bea", 4));

        cut.FindAll(".pin")[1].Click();

        cut.WaitForAssertion(() => Assert.Equal("Bea", Rows(cut)[0].Instance.Row.Name));
        Assert.Contains(JSInterop.Invocations, i => i.Identifier == "save");
    }

    [Fact]
    public void Drawer_LastError_ShowsCommandStatusAndLastLines()
    {
        var cut = RenderBoard(Learner("Ada", 3));
        _classroom.Activities.Push(Key("Ada"), Command("kubectl get <pods>", 1, "error: no such thing"));
        cut.WaitForElement(".board-mark.warn");

        cut.Find(".learner-button").Click();

        var shown = cut.WaitForElement(".learner-command").TextContent;
        Assert.Contains("$ kubectl get <pods>", shown, StringComparison.Ordinal);
        Assert.Contains("exit 1 · typed in the terminal", shown, StringComparison.Ordinal);
        Assert.Contains("error: no such thing", shown, StringComparison.Ordinal);
    }

    private IRenderedComponent<BoardPage> RenderBoard(params LearnerRow[] learners)
    {
        if (_catalog.FindLesson("course", "lesson") is null) _catalog.Add(Lesson);
        var cut = Render<BoardPage>(p => p.Add(b => b.ClassId, "class-0"));
        Push(s_now, learners);
        cut.WaitForElement(".board-grid tbody tr[data-learner]");
        return cut;
    }

    private static IReadOnlyList<IRenderedComponent<BoardRow>> Rows(IRenderedComponent<BoardPage> cut) =>
        cut.FindComponents<BoardRow>();

    private void Push(DateTimeOffset at, params LearnerRow[] learners) =>
        _classroom.Boards.Writer.TryWrite(Board(at, learners));

    private static ClassBoard Board(DateTimeOffset at, params LearnerRow[] learners) =>
        new()
        {
            ClassId = "class-0",
            Name = "Monday",
            JoinCode = "ABC",
            CourseId = "course",
            LessonId = "lesson",
            At = at,
            Learners = [.. learners],
        };

    private static LearnerRow Learner(string name, double minutes, SectionStatus status = SectionStatus.InProgress) =>
        new()
        {
            LearnerId = name,
            Name = name,
            CurrentSectionId = "step-1",
            LastActivity = s_now,
            Cells = ImmutableDictionary<string, BoardCell>.Empty.Add(
                "step-1",
                new BoardCell("step-1", status, s_now, TimeSpan.FromMinutes(minutes), 0, 0)
            ),
        };

    private static Section Step(int number) =>
        new()
        {
            Id = $"step-{number}",
            Title = $"Step {number}",
            Kind = SectionKind.Step,
            Number = number,
            Level = 3,
        };

    private static LessonSessionKey Key(string learner) => new(learner, "course", "lesson");

    private static LearnerCommand Command(string text, int status, string tail) =>
        new(text, CommandOrigin.Typed, null, RunPhase.Failed, status, tail, s_now);
}
