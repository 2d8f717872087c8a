using System.Collections.Immutable;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Lessons.Palette;
using Xunit;

namespace Portal.Web.Tests.Lessons.Palette;

public sealed class CommandPaletteTests : LessonContext
{
    private readonly List<string> _gone = [];

    [Fact]
    public void Of_ReadyLesson_HasItsSectionsBlocksChecksTabsAndWhatCanBeDone()
    {
        var texts = Items().Select(i => (i.Text, i.Kind)).ToList();

        Assert.Contains(("Step 1 · Deploy", "go to"), texts);
        Assert.Contains(("Run Step 1 · Deploy", "do"), texts);
        Assert.Contains(("kubectl apply -f app.yaml", "block of Step 1"), texts);
        Assert.Contains(("Nine in ten go to v1", "check of Exercise 1"), texts);
        Assert.Contains(("Terminal", "show the tab"), texts);
        Assert.DoesNotContain(texts, t => t.Text == "Stop what runs");
    }

    [Fact]
    public void Of_NoShell_OffersNothingToRun()
    {
        Session.Push(s => s with { Workspace = new(WorkspacePhase.Starting, null, null) });

        Assert.DoesNotContain(Items(), i => i.Kind == "do");
    }

    [Fact]
    public async Task Do_RunsGoesAndShows()
    {
        PanelTab? shown = null;
        Actions.ShowTab = tab =>
        {
            shown = tab;
            return Task.CompletedTask;
        };

        await Find("Run Step 1 · Deploy").Do();
        await Find("kubectl apply -f app.yaml").Do();
        await Find("Mesh").Do();

        Assert.Equal("step-1/1", Assert.Single(Session.Runs).BlockId);
        Assert.Equal(["block-step-1-1"], _gone);
        Assert.Equal(PanelTab.Mesh, shown);
    }

    [Theory]
    [InlineData("deploy step", "Step 1 · Deploy")]
    [InlineData("RUN deploy", "Run Step 1 · Deploy")]
    [InlineData("get pods", "kubectl apply -f app.yaml")]
    [InlineData("check nine", "Nine in ten go to v1")]
    public void Matching_Words_FindsWhatHasAllOfThem(string query, string first) =>
        Assert.Equal(first, PaletteItems.Matching(Items(), query)[0].Text);

    [Fact]
    public async Task Palette_ByKeyboard_ChoosesWithoutLeavingTheField()
    {
        var cut = Render<MudDialogProvider>();
        Render<MudPopoverProvider>();
        var dialog = await OpenAsync(cut);
        var input = await cut.WaitForElementAsync("[role=combobox]");

        input.Input("deploy");
        Assert.Equal("palette-0", cut.Find("[role=combobox]").GetAttribute("aria-activedescendant"));
        cut.Find("[role=combobox]").KeyDown("ArrowDown");
        var chosen = cut.Find("[role=option][aria-selected=true]");
        Assert.Equal("palette-1", chosen.Id);
        cut.Find("[role=combobox]").KeyDown("ArrowUp");
        cut.Find("[role=combobox]").KeyDown("Enter");

        Assert.Equal("Step 1 · Deploy", Assert.IsType<PaletteItem>((await dialog.Result)!.Data).Text);
    }

    [Fact]
    public async Task Palette_NothingFound_SaysSoAndEnterDoesNothing()
    {
        var cut = Render<MudDialogProvider>();
        await OpenAsync(cut);

        (await cut.WaitForElementAsync("[role=combobox]")).Input("no such words");
        cut.Find("[role=combobox]").KeyDown("Enter");

        var said = cut.Find(".palette [role=status]").TextContent;
        Assert.Contains("Nothing has all of these words", said, StringComparison.Ordinal);
        Assert.Empty(cut.FindAll("[role=option]"));
    }

    private Task<IDialogReference> OpenAsync(IRenderedComponent<MudDialogProvider> cut) =>
        cut.InvokeAsync(() =>
            Services
                .GetRequiredService<IDialogService>()
                .ShowAsync<CommandPalette>(
                    null,
                    new DialogParameters<CommandPalette> { { d => d.Items, Items() } }
                )
        );

    private PaletteItem Find(string text) => Items().First(i => i.Text == text);

    private ImmutableArray<PaletteItem> Items() =>
        PaletteItems.Of(Lesson, Session.Current, Actions, id =>
        {
            _gone.Add(id);
            return Task.CompletedTask;
        });
}
