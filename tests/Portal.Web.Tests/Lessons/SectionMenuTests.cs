using AngleSharp.Dom;
using Bunit;
using MudBlazor;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Components.Lessons;
using Xunit;

namespace Portal.Web.Tests.Lessons;

public sealed class SectionMenuTests : LessonContext
{
    private readonly IRenderedComponent<MudPopoverProvider> _popovers;

    public SectionMenuTests() => _popovers = Render<MudPopoverProvider>();

    [Fact]
    public void Menu_FirstStep_HasNothingBeforeItAndNothingToUndo()
    {
        Open("step-1");

        Assert.Equal(["Copy a link to this step"], Items().Select(i => i.TextContent.Trim()));
    }

    [Fact]
    public async Task RunStepsBefore_SomeCompleted_RunsTheOthersTogether()
    {
        var steps = Enumerable.Range(2, 4).Select(n => new Section
        {
            Id = $"step-{n}",
            Title = $"Step {n}",
            Kind = SectionKind.Step,
            Number = n,
            Level = 3,
            Parts = [new BlockPart(SampleLesson.Block($"step-{n}/1", $"echo {n}"))],
        });
        var lesson = Lesson with { Sections = [.. Lesson.Sections.Take(2), .. steps] };
        var session = new FakeLessonSession(Session.Key, lesson);
        session.Push(s => s with
        {
            Sections = s.Sections.SetItem("step-2", new SectionProgress("step-2", SectionPhase.Completed, null)),
        });
        Actions.Attach(session);
        Open(lesson.Sections.Single(s => s.Id == "step-5"));

        var item = Items().Single(i => i.TextContent.Contains("Put me here", StringComparison.Ordinal));
        Assert.Contains("run steps 1, 3, 4", item.TextContent, StringComparison.Ordinal);
        await item.ClickAsync(new());

        Assert.Equal(["step-1/1", "step-3/1", "step-4/1"], session.Runs.Select(r => r.BlockId));
        Assert.NotNull(Assert.Single(session.Runs.Select(r => r.Options.Series).Distinct()));
    }

    [Fact]
    public async Task Rewind_Confirmed_GoesBackToBeforeTheStep()
    {
        var dialogs = Render<MudDialogProvider>();
        Session.Push(s => s with { Checkpoints = ["step-1"] });
        Open("step-1");

        Items().Single(i => i.TextContent.Contains("Back to before this step", StringComparison.Ordinal)).Click();
        await dialogs.WaitForElement(".mud-dialog .button.danger").ClickAsync(new());

        dialogs.WaitForAssertion(() => Assert.Equal("rewind step-1", Assert.Single(Session.Calls)));
    }

    private IReadOnlyList<IElement> Items() => _popovers.WaitForElements(".mud-menu-item");

    private void Open(string id) => Open(Section(id));

    private void Open(Section section) =>
        Render<SectionMenu>(p =>
            p.AddCascadingValue(Actions)
                .Add(m => m.Section, section)
                .Add(m => m.Provider, "sandbox")
                .Add(m => m.CanRun, true)
        )
            .Find("button")
            .Click();
}
