using System.Text;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using Portal.Labs.Editing;
using Portal.Labs.Sessions;
using Portal.Web.Components.Editor;
using Portal.Web.Components.Lessons;
using Xunit;

namespace Portal.Web.Tests.Editor;

public sealed class ManifestEditorTests : LessonContext
{
    private const string Path = "manifests/rules.yaml";

    private readonly JSRuntimeInvocationHandler<IJSStreamReference> _box;
    private readonly BunitJSModuleInterop _text;

    public ManifestEditorTests()
    {
        Session.Files[Path] = "kind: DestinationRule\n";
        Session.Files["own.yaml"] = "kind: Service\n";
        var module = JSInterop.SetupModule("/Components/Editor/ManifestText.razor.js");
        module.Mode = JSRuntimeMode.Loose;
        _text = module.SetupModule(i => i.Identifier == "open");
        _text.Mode = JSRuntimeMode.Loose;
        _box = _text.Setup<IJSStreamReference>("read", _ => true);
    }

    [Fact]
    public void Files_Listed_AreGroupedByDirectoryAndOpened()
    {
        var cut = RenderEditor();

        Assert.Equal(["manifests", "lesson"], cut.FindAll("optgroup").Select(g => g.GetAttribute("label")));
        Assert.True(cut.Find(".editor-text").ClassList.Contains("closed"));
        cut.Find("#editor-file").Change(Path);

        cut.WaitForAssertion(() => Assert.Single(_text.Invocations["show"]));
        Assert.DoesNotContain("closed", cut.Find(".editor-text").ClassList);
        Assert.Equal("saved", cut.Find(".editor-state").TextContent);
        Assert.True(Button(cut, "Save").HasAttribute("disabled"));
    }

    [Fact]
    public async Task Save_Changed_WritesTheFile()
    {
        var cut = await OpenAsync();
        await ChangeAsync(cut, "kind: Sidecar\n");
        Assert.Equal("changed", cut.Find(".editor-state").TextContent);

        Button(cut, "Save").Click();

        cut.WaitForAssertion(() => Assert.Equal("saved", cut.Find(".editor-state").TextContent));
        Assert.Equal("kind: Sidecar\n", Session.Files[Path]);
    }

    [Fact]
    public async Task Save_ChangedInTheShellMeanwhile_AsksBeforeItIsLost()
    {
        var cut = await OpenAsync();
        await ChangeAsync(cut, "kind: Sidecar\n");
        Session.Files[Path] = "kind: Gateway\n";

        Button(cut, "Save").Click();

        cut.WaitForAssertion(() =>
            Assert.Contains("changed in your shell", cut.Find("[role=alert]").TextContent, StringComparison.Ordinal)
        );
        Assert.Equal("kind: Gateway\n", Session.Files[Path]);

        Button(cut, "Save over it").Click();

        cut.WaitForAssertion(() => Assert.Equal("kind: Sidecar\n", Session.Files[Path]));
    }

    [Fact]
    public async Task Save_TooLong_IsRefusedWithWhatToDo()
    {
        var cut = await OpenAsync();
        await ChangeAsync(cut, new string('a', WorkspaceFile.MostBytes + 1));

        Button(cut, "Save").Click();

        cut.WaitForAssertion(() =>
            Assert.Contains("256 KiB", cut.Find("[role=alert]").TextContent, StringComparison.Ordinal)
        );
        Assert.DoesNotContain(Session.Calls, c => c.StartsWith("write", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(EditorKey.Apply, "write manifests/rules.yaml,apply manifests/rules.yaml")]
    [InlineData(EditorKey.Save, "write manifests/rules.yaml")]
    public async Task Keys_Pressed_SaveAndApply(EditorKey key, string calls)
    {
        var cut = await OpenAsync();
        await ChangeAsync(cut, "kind: Sidecar\n");

        await cut.InvokeAsync(() => cut.FindComponent<ManifestText>().Instance.OnKeyAsync(key));

        cut.WaitForAssertion(() => Assert.Equal(calls.Split(','), Session.Calls));
    }

    [Fact]
    public async Task Preview_Asked_IsShownWithApply()
    {
        var cut = await OpenAsync();

        Button(cut, "Preview").Click();
        cut.WaitForAssertion(() => Assert.Equal([$"preview {Path}"], Session.Calls));
        var tried = Run(ManifestRun.BlockId, RunPhase.Succeeded, Command(0, "kubectl diff -f x", RunPhase.Succeeded));
        Session.Push(s => s with { Previews = s.Previews.SetItem(ManifestRun.BlockId, tried) });
        cut.Render(p => p.Add(e => e.Snapshot, Session.Current));

        Assert.Contains("What Apply would change", cut.Find(".preview").TextContent, StringComparison.Ordinal);
        Button(cut, "Apply it").Click();
        cut.WaitForAssertion(() => Assert.Contains($"apply {Path}", Session.Calls));
    }

    [Fact]
    public async Task Apply_TooOften_SaysHowLongToWait()
    {
        RunsPerMinute = 1;
        var cut = await OpenAsync();

        Button(cut, "Apply").Click();
        cut.WaitForAssertion(() => Assert.Single(Session.Calls));
        Button(cut, "Apply").Click();

        cut.WaitForAssertion(() =>
            Assert.Contains("that is the limit", cut.Find("[role=alert]").TextContent, StringComparison.Ordinal)
        );
        Assert.Single(Session.Calls);
    }

    [Fact]
    public async Task Open_SomethingElseWhileChanged_AsksFirst()
    {
        var dialogs = Render<MudDialogProvider>();
        Render<MudPopoverProvider>();
        var cut = await OpenAsync();
        await ChangeAsync(cut, "kind: Sidecar\n");

        cut.Find("#editor-file").Change("own.yaml");

        dialogs.WaitForAssertion(() =>
            Assert.Contains("Discard your changes", dialogs.Markup, StringComparison.Ordinal)
        );
        Assert.Single(_text.Invocations["show"]);
        dialogs.FindAll("button").Single(b => b.TextContent.Trim() == "Discard").Click();
        cut.WaitForAssertion(() => Assert.Equal(2, _text.Invocations["show"].Count));
    }

    [Fact]
    public void Request_OfText_IsAFileWhenItIsSavedUnderItsName()
    {
        var cut = RenderEditor(new EditorRequest("manifests/service-web.yaml", "kind: Service\n"));
        cut.WaitForAssertion(() => Assert.Equal("not saved yet", cut.Find(".editor-state").TextContent));
        _box.SetResult(new Piece("kind: Service\n"));

        cut.Find("#editor-name").Input("web.yaml");
        Button(cut, "Save").Click();

        cut.WaitForAssertion(() => Assert.Equal("kind: Service\n", Session.Files.GetValueOrDefault("web.yaml")));
        Assert.Empty(cut.FindAll("#editor-name"));
    }

    [Fact]
    public void Request_FileThatIsGone_SaysSo()
    {
        var cut = RenderEditor(new EditorRequest("manifests/gone.yaml"));

        cut.WaitForAssertion(() =>
            Assert.Contains("is not there", cut.Find("[role=alert]").TextContent, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Guest_LooksOn_ReadsAndChangesNothing()
    {
        var actions = new LessonActions(null!, null!, null!, CancellationToken.None) { GuestId = "guest/1" };
        actions.Attach(Session);
        var cut = RenderEditor(actions: actions);

        cut.Find("#editor-file").Change(Path);

        cut.WaitForAssertion(() => Assert.Single(_text.Invocations["show"]));
        Assert.Empty(cut.FindAll("button"));
        Assert.True(cut.Find("textarea").HasAttribute("readonly"));
        await Assert.ThrowsAsync<RunRefusedException>(() => actions.WriteFileAsync(Path, "x", null, true));
        await Assert.ThrowsAsync<RunRefusedException>(() => actions.ApplyFileAsync(Path, false));
    }

    [Fact]
    public void Workspace_NotReady_SaysWhatIsMissing()
    {
        Session.Push(s => s with { Workspace = new(WorkspacePhase.Starting, null, null) });

        Assert.Contains("when your shell is", RenderEditor().Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Panel_AskedToEdit_ShowsTheFileInItsTab()
    {
        var cut = Render<LessonPanel>(p => p
            .AddCascadingValue(Actions)
            .Add(x => x.Lesson, Lesson)
            .Add(x => x.Snapshot, Session.Current));

        cut.InvokeAsync(() => Actions.Edit(new EditorRequest(Path)));

        cut.WaitForAssertion(() => Assert.Single(_text.Invocations["show"]));
        Assert.Equal("true", cut.Find("#tab-Editor").GetAttribute("aria-selected"));
        cut.Find("#tab-Terminal").Click();
        Assert.NotEmpty(cut.FindAll("#tabpanel-Editor textarea"));
    }

    private async Task<IRenderedComponent<ManifestEditor>> OpenAsync()
    {
        var cut = RenderEditor();
        await cut.Find("#editor-file").ChangeAsync(new ChangeEventArgs { Value = Path });
        cut.WaitForAssertion(() => Assert.Equal("saved", cut.Find(".editor-state").TextContent));
        return cut;
    }

    private async Task ChangeAsync(IRenderedComponent<ManifestEditor> cut, string text)
    {
        _box.SetResult(new Piece(text));
        await cut.InvokeAsync(() => cut.FindComponent<ManifestText>().Instance.OnDirtyAsync(true));
    }

    private IRenderedComponent<ManifestEditor> RenderEditor(
        EditorRequest? request = null,
        LessonActions? actions = null
    )
    {
        var cut = Render<ManifestEditor>(p => p
            .AddCascadingValue(actions ?? Actions)
            .Add(e => e.Snapshot, Session.Current)
            .Add(e => e.Request, request)
            .Add(e => e.IsShown, true));
        if (Session.Current.Workspace.Phase == WorkspacePhase.Ready)
            cut.WaitForAssertion(() => Assert.NotEmpty(cut.FindAll("optgroup")));
        return cut;
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<ManifestEditor> cut, string text) =>
        cut.FindAll("button").Single(b => b.TextContent.Trim() == text);

    /// <summary>What the browser hands over.</summary>
    private sealed class Piece(string text) : IJSStreamReference
    {
        private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);

        public long Length => _bytes.Length;

        public ValueTask<Stream> OpenReadStreamAsync(long maxAllowedSize, CancellationToken cancellationToken) =>
            ValueTask.FromResult<Stream>(new MemoryStream(_bytes));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
