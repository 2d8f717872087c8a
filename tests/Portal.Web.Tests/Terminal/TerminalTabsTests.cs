using Bunit;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Terminal;
using Portal.Web.Hosting;
using Xunit;

namespace Portal.Web.Tests.Terminal;

public sealed class TerminalTabsTests : LessonContext
{
    [Fact]
    public async Task OneTerminal_HasNoTabsUntilAnotherIsOpened()
    {
        var tabs = Show(Actions);
        Assert.Empty(tabs.FindAll("[role=tab]"));
        Assert.Empty(tabs.FindAll("[role=tabpanel]"));

        await Button(tabs, "New terminal").ClickAsync(new());
        Update(tabs);

        Assert.Equal(["Terminal 1", "Terminal 2"], tabs.FindAll("[role=tab]").Select(t => t.TextContent.Trim()));
        Assert.Equal("Terminal 2", Selected(tabs));
        Assert.Equal(2, tabs.FindAll(".terminal").Count);
        Assert.True(tabs.Find("#terminal-panel-1").HasAttribute("hidden"));
        Assert.False(tabs.Find("#terminal-panel-2").HasAttribute("hidden"));
    }

    [Fact]
    public async Task Tabs_ByArrowKeys_ChooseAndKeepOneStop()
    {
        await Session.OpenTerminalAsync(CancellationToken.None);
        await Session.OpenTerminalAsync(CancellationToken.None);
        var tabs = Show(Actions);
        Assert.Equal("Terminal 1", Selected(tabs));
        // What nobody has looked at is not drawn.
        Assert.Single(tabs.FindAll(".terminal"));

        foreach (
            var (key, title) in (
                (string, string)[])
                [("ArrowRight", "2"), ("End", "3"), ("ArrowRight", "1"), ("ArrowLeft", "3"), ("Home", "1"), ("x", "1")]
        )
        {
            await tabs.Find("[role=tablist]").KeyDownAsync(new KeyboardEventArgs { Key = key });
            Assert.Equal($"Terminal {title}", Selected(tabs));
        }

        Assert.Single(tabs.FindAll("[role=tab][tabindex='0']"));
        Assert.Equal(3, tabs.FindAll(".terminal").Count);
    }

    [Fact]
    public async Task Close_EndsTheTerminalAndShowsTheFirst()
    {
        await Session.OpenTerminalAsync(CancellationToken.None);
        var tabs = Show(Actions);
        Assert.Empty(tabs.FindAll("[aria-label^='Close']"));
        await tabs.FindAll("[role=tab]")[1].ClickAsync(new());

        await tabs.Find("[aria-label='Close Terminal 2']").ClickAsync(new());
        Update(tabs);

        Assert.Contains("close terminal", Session.Calls);
        Assert.Empty(tabs.FindAll("[role=tab]"));
        Assert.False(tabs.Find("#terminal-panel-1").HasAttribute("hidden"));
    }

    [Fact]
    public async Task Shell_EndsByItself_ShowsTheFirst()
    {
        var id = await Session.OpenTerminalAsync(CancellationToken.None);
        var tabs = Show(Actions);
        await tabs.FindAll("[role=tab]")[1].ClickAsync(new());
        Assert.Equal("Terminal 2", Selected(tabs));

        Session.Sides[id].Output.Writer.Complete();

        tabs.WaitForAssertion(() => Assert.Equal("Terminal 1", Selected(tabs)));
    }

    [Fact]
    public async Task Terminals_AsManyAsThereMayBe_OpensNoMoreAndSaysWhy()
    {
        for (var i = 0; i < SideTerminal.Limit; i++) await Session.OpenTerminalAsync(CancellationToken.None);

        var button = Button(Show(Actions), "New terminal");

        Assert.True(button.HasAttribute("disabled"));
        Assert.Contains("close one", button.GetAttribute("title"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_Refused_StaysWhereItIs()
    {
        var tabs = Show(Actions);
        Session.Refuse = "Not now.";

        await Button(tabs, "New terminal").ClickAsync(new());
        Update(tabs);

        Assert.Empty(tabs.FindAll("[role=tab]"));
        Assert.False(Button(tabs, "New terminal").HasAttribute("disabled"));
    }

    [Fact]
    public async Task Guest_SeesEachTerminalAndOpensAndClosesNone()
    {
        await Session.OpenTerminalAsync(CancellationToken.None);
        var tabs = Show(Guest());

        await tabs.FindAll("[role=tab]")[1].ClickAsync(new());

        Assert.Equal("Terminal 2", Selected(tabs));
        Assert.DoesNotContain("New terminal", tabs.Markup, StringComparison.Ordinal);
        Assert.Empty(tabs.FindAll("[aria-label^='Close']"));
        await Eventually.True(() => Session.Calls.Count(c => c == "attach grace/1") == 2);
    }

    private LessonActions Guest()
    {
        var actions = new LessonActions(
            Services.GetRequiredService<ISnackbar>(),
            new FakeLessonSessions(new FakeCourseCatalog()),
            Services.GetRequiredService<RateLimits>(),
            CancellationToken.None
        )
        {
            GuestId = "grace/1",
        };
        actions.Attach(Session);
        return actions;
    }

    private IRenderedComponent<TerminalTabs> Show(LessonActions actions)
    {
        // What xterm would answer: without it no terminal attaches.
        var module = JSInterop.SetupModule(_ => true);
        module.Mode = JSRuntimeMode.Loose;
        return Render<TerminalTabs>(p => p.AddCascadingValue(actions).Add(t => t.Snapshot, Session.Current));
    }

    private void Update(IRenderedComponent<TerminalTabs> tabs) =>
        tabs.Render(p => p.Add(t => t.Snapshot, Session.Current));

    private static string Selected(IRenderedComponent<TerminalTabs> tabs) =>
        tabs.Find("[role=tab][aria-selected=true]").TextContent.Trim();

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<TerminalTabs> tabs, string text) =>
        tabs.FindAll(".terminal-pane:not([hidden]) button").Single(b => b.TextContent.Trim() == text);
}
