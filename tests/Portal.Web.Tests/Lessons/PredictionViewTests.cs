using Bunit;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Components.Lessons;
using Xunit;

namespace Portal.Web.Tests.Lessons;

public sealed class PredictionViewTests : LessonContext
{
    private static readonly Prediction s_prediction = new(
        "expect",
        "Which `version` answers?",
        [new("one", "v1 only"), new("two", "v1 and v2")],
        "two",
        "Nothing routes yet.",
        "step-1/1",
        3
    );

    [Fact]
    public void Choice_Clicked_IsRecorded()
    {
        var cut = RenderView(null, null);
        Assert.Equal(
            ["v1 only", "v1 and v2", "I do not know yet"],
            cut.FindAll("[data-choice]").Select(b => b.TextContent)
        );

        cut.Find("[data-choice='one']").Click();

        Assert.Equal("predict expect one", Assert.Single(Session.Calls));
    }

    [Theory]
    [InlineData("one", RunPhase.Running, "Run the block to see.", "Nothing routes yet.")]
    [InlineData("one", RunPhase.Failed, "Run the block to see.", "Nothing routes yet.")]
    [InlineData("one", RunPhase.Succeeded, "What happened: v1 and v2", "Run the block to see.")]
    [InlineData("?", RunPhase.Succeeded, "What happened: v1 and v2", "Run the block to see.")]
    [InlineData("two", RunPhase.Succeeded, "That is what happened.", "What happened:")]
    public void Outcome_OnlyOfABlockThatHasRun(string choice, RunPhase phase, string shown, string notShown)
    {
        var cut = RenderView(choice, phase);

        var words = cut.Find(".prediction")
            .TextContent.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(shown, string.Join(' ', words), StringComparison.Ordinal);
        Assert.DoesNotContain(notShown, string.Join(' ', words), StringComparison.Ordinal);
        Assert.Empty(cut.FindAll("[data-choice]"));
    }

    [Fact]
    public async Task RunSection_QuestionInBetween_StopsThereAndGoesOnThere()
    {
        var section = new Section
        {
            Id = "step-9",
            Title = "Ask",
            Kind = SectionKind.Step,
            Parts =
            [
                new BlockPart(SampleLesson.Block("step-9/a", "true")),
                new BlockPart(SampleLesson.Block("step-9/b", "true")),
            ],
            Predictions = [s_prediction with { BlockId = "step-9/b" }],
        };
        var session = new FakeLessonSession(Session.Key, Lesson with { Sections = [.. Lesson.Sections, section] });
        Actions.Attach(session);
        IEnumerable<string> Ran() => session.Runs.Select(r => r.BlockId);

        var refusal = await Actions.RunSectionAsync(section, "sandbox");
        Assert.Contains(s_prediction.Question, refusal, StringComparison.Ordinal);
        Assert.Equal(["step-9/a"], Ran());
        refusal = await Actions.RunAsync("step-9/b", RunOptions.WholeBlock);
        Assert.Contains("First say what you expect", refusal, StringComparison.Ordinal);
        Assert.Equal(["step-9/a"], Ran());

        session.Push(s => s with { Runs = s.Runs.SetItem("step-9/a", Run("step-9/a", RunPhase.Succeeded)) });
        await Actions.PredictAsync("expect", "one");
        Assert.Null(await Actions.RunSectionAsync(section, "sandbox"));
        Assert.Equal(["step-9/a", "step-9/b"], Ran());
    }

    private IRenderedComponent<PredictionView> RenderView(string? choice, RunPhase? phase) =>
        Render<PredictionView>(p =>
            p.AddCascadingValue(Actions)
                .Add(c => c.Prediction, s_prediction)
                .Add(c => c.Choice, choice)
                .Add(c => c.Run, phase is { } run ? Run("step-1/1", run) : null)
                .Add(c => c.CanChoose, true)
        );

    private static RunSnapshot Run(string blockId, RunPhase phase) =>
        new()
        {
            RunId = "r",
            BlockId = blockId,
            Phase = phase,
        };
}
