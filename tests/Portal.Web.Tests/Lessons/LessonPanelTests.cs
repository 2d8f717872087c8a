using Bunit;
using Microsoft.AspNetCore.Components;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;
using Xunit;

namespace Portal.Web.Tests.Lessons;

public sealed class LessonPanelTests : LessonContext
{
    [Fact]
    public void Terminal_WithoutWalls_SaysWhatIsNotKeptApartAndWhatToDo()
    {
        Walls.Problem = "bwrap was not found on this machine. Install bubblewrap.";

        var cut = RenderPanel();
        Assert.Empty(cut.FindAll(".walls"));
        cut.Find("#tab-Terminal").Click();

        var notice = cut.Find("#tabpanel-Terminal .walls").TextContent;
        Assert.Contains("not kept apart here", notice, StringComparison.Ordinal);
        Assert.Contains("the portal's data", notice, StringComparison.Ordinal);
        Assert.Contains("Install bubblewrap.", notice, StringComparison.Ordinal);
    }

    [Fact]
    public void Terminal_WithWalls_SaysNothing()
    {
        var cut = RenderPanel();

        cut.Find("#tab-Terminal").Click();

        Assert.NotEmpty(cut.FindAll("#tabpanel-Terminal .terminal"));
        Assert.Empty(cut.FindAll(".walls"));
    }

    [Fact]
    public void Port_Shown_IsFramedWithoutRightsOverThePage()
    {
        Session.Push(s => s with { Ports = [new ListeningPort(8080, null)] });
        var cut = RenderPanel();

        cut.Find(".port-link button").Click();

        var frame = cut.Find("#tabpanel-App iframe");
        Assert.Equal($"/ports/{Session.WorkspaceId}/8080?path=%2F&framed=true", frame.GetAttribute("src"));
        Assert.Equal("Your :8080", frame.GetAttribute("title"));
        Assert.DoesNotContain("top-navigation", frame.GetAttribute("sandbox"), StringComparison.Ordinal);
        Assert.Equal("true", cut.Find("#tab-App").GetAttribute("aria-selected"));

        cut.Find("#tabpanel-App button[aria-label='Close']").Click();

        Assert.Empty(cut.FindAll("#tab-App, iframe"));
        Assert.Equal("true", cut.Find("#tab-Cluster").GetAttribute("aria-selected"));
    }

    [Fact]
    public void Home_Full_IsAWarningWithItsWords()
    {
        Session.Push(s =>
            s with
            {
                Troubles = [new(TroubleKind.HomeFull, DateTimeOffset.UnixEpoch, "Your home is full: …")],
            }
        );

        var cut = Render<TroubleNotice>(p => p.Add(x => x.Snapshot, Session.Current));

        Assert.Contains(
            "Your home is full",
            cut.Find(".mud-alert-outlined-warning").TextContent,
            StringComparison.Ordinal
        );
    }

    private IRenderedComponent<LessonPanel> RenderPanel() =>
        Render<LessonPanel>(p => p
            .AddCascadingValue(Actions)
            .Add(x => x.Lesson, Lesson)
            .Add(x => x.Snapshot, Session.Current));
}
