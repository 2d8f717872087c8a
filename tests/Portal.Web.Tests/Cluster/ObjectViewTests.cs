using System.Collections.Immutable;
using System.Threading.Channels;
using Bunit;
using Portal.Clusters.Watching;
using Portal.Testing;
using Portal.Testing.Lessons;
using Portal.Web.Components.Cluster;
using Xunit;

namespace Portal.Web.Tests.Cluster;

public sealed class ObjectViewTests : LessonContext
{
    [Fact]
    public void Overview_Pod_TellsContainersConditionsAndWhatBelongsToIt()
    {
        var cut = RenderPod();

        var text = cut.Find(".object-panel").TextContent;
        Assert.Contains("Waiting: CrashLoopBackOff", text, StringComparison.Ordinal);
        Assert.Contains("3 restarts", text, StringComparison.Ordinal);
        Assert.Contains("Ready: False", text, StringComparison.Ordinal);
        Assert.Contains("ReplicaSet reviews-v1-6d8f9c7b5", text, StringComparison.Ordinal);
        Assert.Single(cut.FindAll(".object-panel .chip.ok"));
        Assert.Contains("CrashLoopBackOff", cut.Find(".object-state").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Link_Clicked_OpensThatObject()
    {
        ClusterObjectKey? opened = null;
        var cut = RenderPod(key => opened = key);

        cut.FindAll(".link-button").First(b => b.TextContent.Contains("ReplicaSet", StringComparison.Ordinal)).Click();

        Assert.Equal("reviews-v1-6d8f9c7b5", opened?.Name);
    }

    [Fact]
    public async Task Tabs_ByArrowKeys_AreChosenInTurn()
    {
        var cut = RenderPod();

        await PressAsync(cut, "ArrowLeft");
        Assert.Equal("Logs", cut.Find("[aria-selected=true]").TextContent.Trim());
        await PressAsync(cut, "Home");

        Assert.Equal("Overview", cut.Find("[aria-selected=true]").TextContent.Trim());
        Assert.Equal("Overview", Assert.Single(cut.FindAll("[role=tab][tabindex='0']")).TextContent.Trim());
    }

    [Fact]
    public async Task Yaml_ObjectChanges_MarksTheNewLines()
    {
        var cut = RenderService();
        await ShowAsync(cut, "Yaml");
        Assert.Empty(cut.FindAll(".yaml mark"));

        Session.Put(
            SampleDetail.Service("apiVersion: v1\nkind: Service\nmetadata:\n  labels:\n    a: b\n  name: reviews\n")
        );

        cut.WaitForAssertion(() =>
            Assert.Equal(["  labels:", "    a: b"], cut.FindAll(".yaml mark").Select(m => m.TextContent))
        );
        Assert.Contains("2 lines have changed", cut.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Yaml_AllOfIt_IsReadOnlyWhenAsked()
    {
        var cut = RenderService();
        await ShowAsync(cut, "Yaml");
        Assert.DoesNotContain(Session.Calls, c => c.StartsWith("read", StringComparison.Ordinal));

        await cut.InvokeAsync(() => cut.Find("input[type=checkbox]").Change(true));

        cut.WaitForAssertion(() =>
            Assert.Contains("status: {}", cut.Find(".yaml").TextContent, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Object_Deleted_SaysSoAndStays()
    {
        var cut = RenderService();

        Session.Put(SampleDetail.Service() with { Gone = true });

        cut.WaitForAssertion(() =>
            Assert.Contains("Gone", cut.Find("[role=status]").TextContent, StringComparison.Ordinal)
        );
        Assert.Contains("ClusterIP", cut.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Object_NeverThere_SaysSo()
    {
        var cut = RenderView(SampleSummary.Key("Service", "none"));

        cut.WaitForAssertion(() => Assert.Contains("It is not there", cut.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Logs_Lines_ShowAsTheyComeAndEndWithTheTab()
    {
        var log = Session.Logs[$"{SampleDetail.PodName}/reviews"] = Channel.CreateUnbounded<ImmutableArray<string>>();
        var cut = RenderPod();
        await ShowAsync(cut, "Logs");
        log.Writer.TryWrite(["GET /reviews/0 200"]);
        cut.WaitForAssertion(() =>
            Assert.Contains("GET /reviews/0 200", cut.Find(".log").TextContent, StringComparison.Ordinal)
        );
        log.Writer.TryWrite(["GET /reviews/0 503"]);
        cut.WaitForAssertion(() => Assert.Contains("503", cut.Find(".log").TextContent, StringComparison.Ordinal));
        Assert.Equal(1, Session.OpenLogs);

        await ShowAsync(cut, "Overview");

        await Eventually.True(() => Session.OpenLogs == 0);
    }

    [Fact]
    public async Task Logs_OtherContainer_IsReadInsteadAndItsRefusalShown()
    {
        var cut = RenderPod();
        await ShowAsync(cut, "Logs");

        await cut.InvokeAsync(() => cut.Find(".object-tools select").Change("istio-proxy"));

        cut.WaitForAssertion(() =>
            Assert.Contains(
                "container istio-proxy is waiting to start",
                cut.Find(".log-foot").TextContent,
                StringComparison.Ordinal
            )
        );
    }

    [Fact]
    public async Task Logs_Previous_IsAskedForWithoutFollowing()
    {
        var cut = RenderPod();
        await ShowAsync(cut, "Logs");

        await cut.InvokeAsync(() => cut.FindAll(".object-tools input")[1].Change(true));

        cut.WaitForAssertion(() =>
            Assert.Contains(Session.Calls, c => c.Contains("Follow = False, Previous = True", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void LogLines_WithoutEnd_KeepTheLastOnly()
    {
        var lines = LogLines.None;
        for (var i = 0; i < 500; i++)
            lines = lines.Add([.. Enumerable.Range(0, 37).Select(j => $"{i}.{j}")]);

        Assert.True(lines.Dropped);
        Assert.InRange(lines.Pieces.Sum(p => p.Lines), LogLines.MaxLines, LogLines.MaxLines + 100);
        Assert.EndsWith("499.36\n", lines.Pieces[^1].Text, StringComparison.Ordinal);
        Assert.Equal(lines.Pieces.Length, lines.Pieces.Select(p => p.Number).Distinct().Count());
    }

    [Fact]
    public void LogLines_LongLines_AreBoundedInCharacters()
    {
        var lines = LogLines.None;
        for (var i = 0; i < 1000; i++)
            lines = lines.Add([new string('x', 4000)]);

        Assert.InRange(lines.Pieces.Sum(p => p.Text.Length), 1, 1024 * 1024);
    }

    [Fact]
    public void LogLines_Added_ChangeTheLastPieceOnly()
    {
        var before = LogLines.None.Add([.. Enumerable.Range(0, 120).Select(i => $"{i}")]);

        var after = before.Add(["more"]);

        Assert.Equal(before.Pieces[..^1], after.Pieces[..^1]);
        Assert.EndsWith("more\n", after.Pieces[^1].Text, StringComparison.Ordinal);
    }

    // On the component's own thread: what follows the object renders meanwhile, and a click would come too late.
    private static Task ShowAsync(IRenderedComponent<ObjectView> cut, string tab) =>
        cut.InvokeAsync(() => cut.Find($"#object-tab-{tab}").Click());

    private static Task PressAsync(IRenderedComponent<ObjectView> cut, string key) =>
        cut.InvokeAsync(() => cut.Find("[role=tablist]").KeyDown(key));

    private IRenderedComponent<ObjectView> RenderPod(Action<ClusterObjectKey>? open = null)
    {
        Session.Put(SampleDetail.Pod(DateTimeOffset.UtcNow));
        var cut = RenderView(SampleDetail.PodKey, open);
        cut.WaitForElement("#object-panel");
        return cut;
    }

    private IRenderedComponent<ObjectView> RenderService()
    {
        var detail = SampleDetail.Service();
        Session.Put(detail);
        var cut = RenderView(detail.Description!.Key);
        cut.WaitForElement("#object-panel");
        return cut;
    }

    private IRenderedComponent<ObjectView> RenderView(ClusterObjectKey key, Action<ClusterObjectKey>? open = null) =>
        Render<ObjectView>(p =>
            p.AddCascadingValue(Actions).Add(c => c.Key, key).Add(c => c.Open, key => open?.Invoke(key))
        );
}
