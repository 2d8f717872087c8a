using Bunit;
using MudBlazor;
using Portal.Web.Components.Terminal;
using Xunit;

namespace Portal.Web.Tests.Terminal;

public sealed class TerminalViewTests : LessonContext
{
    [Fact]
    public async Task MayPaste_OneShortLine_IsNotAsked()
    {
        var (view, dialogs) = RenderView();

        Assert.True(await view.InvokeAsync(() => view.Instance.MayPasteAsync(1, 100, "kubectl get pods")));
        Assert.Empty(dialogs.FindAll(".mud-dialog"));
    }

    [Theory]
    [InlineData(3, 100, "Paste 3 lines?")]
    [InlineData(1, 5000, "Paste 4 KiB?")]
    public async Task MayPaste_LinesOrMuch_AsksFirst(int lines, int bytes, string question)
    {
        foreach (var (button, pastes) in ((string, bool)[])[("Cancel", false), ("Paste", true)])
        {
            var (view, dialogs) = RenderView();

            var answer = view.InvokeAsync(() => view.Instance.MayPasteAsync(lines, bytes, "rm -r work"));
            dialogs.WaitForAssertion(() =>
            {
                var text = dialogs.Find(".mud-dialog").TextContent;
                Assert.Contains(question, text, StringComparison.Ordinal);
                Assert.Contains("rm -r work", text, StringComparison.Ordinal);
            });
            await dialogs
                .FindAll(".mud-dialog .button")
                .Single(b => b.TextContent.Trim() == button)
                .ClickAsync(new());

            Assert.Equal(pastes, await answer);
        }
    }

    [Fact]
    public async Task MayPaste_TooMuch_IsRefusedAndSaysWhatToDoUntilTheNextPaste()
    {
        var (view, _) = RenderView();

        Assert.False(await view.InvokeAsync(() => view.Instance.MayPasteAsync(1, 65 * 1024, "x")));
        Assert.Contains("put it into a file", view.Find("[role=alert]").TextContent, StringComparison.Ordinal);

        Assert.True(await view.InvokeAsync(() => view.Instance.MayPasteAsync(1, 10, "x")));
        Assert.Empty(view.FindAll("[role=alert]"));
    }

    [Fact]
    public void LinkToPort_PortOfTheWorkspace_LeadsThroughThePortal()
    {
        var (view, _) = RenderView();

        Assert.Equal(
            $"/ports/{Session.WorkspaceId}/8080?path=%2Fa%3Fb%3D1",
            view.Instance.LinkToPort(8080, "/a?b=1")
        );
        Assert.Null(view.Instance.LinkToPort(0, "/"));
        Assert.Null(view.Instance.LinkToPort(70_000, "/"));
    }

    private (IRenderedComponent<TerminalView> View, IRenderedComponent<MudDialogProvider> Dialogs) RenderView() => (
        Render<TerminalView>(parameters => parameters.AddCascadingValue(Actions)),
        Render<MudDialogProvider>()
    );
}
