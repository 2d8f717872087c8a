using Bunit;
using MudBlazor;
using Portal.Clusters.Watching;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Components.Cluster;
using Xunit;

namespace Portal.Web.Tests.Cluster;

public sealed class ClusterPanelTests : LessonContext
{
    [Fact]
    public void Panel_InitialNamespace_ShowsItsRowsOnly()
    {
        var cut = RenderPanel();

        Assert.Contains("reviews-v1", cut.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("istiod", cut.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Namespace_All_ShowsEverythingWithItsNamespace()
    {
        var cut = RenderPanel();

        cut.Find("#cluster-namespace").Change("");

        Assert.Contains("istio-system/", cut.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Filter_Typed_NarrowsTheRows()
    {
        var cut = RenderPanel();

        cut.Find("#cluster-filter").Input("ratings");

        Assert.All(cut.FindAll(".row-name"), r => Assert.Contains("ratings", r.TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void VirtualService_Weights_AreBars()
    {
        var cut = RenderPanel();

        Assert.Contains("width:50%", cut.FindAll(".weight-bar span").Select(b => b.GetAttribute("style")));
        Assert.Contains("when end-user = jason", cut.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Row_Changes_FlashesAndOnlyIt()
    {
        var cut = RenderPanel();
        Assert.Empty(cut.FindAll(".flash-a, .flash-b"));

        cut.Render(p => p.Add(c => c.Snapshot, With(s => s with { VirtualServices = [SampleSummary.Reviews(0, 100)] })));

        Assert.Contains("VirtualService", Assert.Single(cut.FindAll(".flash-a")).TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void PartOfThePanel_WithTheSameRows_IsNotRenderedAgain()
    {
        var cut = RenderPanel();
        var services = cut.FindComponent<ClusterServices>();
        var istio = cut.FindComponent<ClusterIstio>();
        var renders = (services.RenderCount, istio.RenderCount);
        var changed = With(s => s with { VirtualServices = [SampleSummary.Reviews(0, 100)] });

        cut.Render(p => p.Add(c => c.Snapshot, changed));

        Assert.Equal((renders.Item1, renders.Item2 + 1), (services.RenderCount, istio.RenderCount));
    }

    [Fact]
    public async Task Row_RenderedAgain_KeepsItsHandler()
    {
        var opened = new List<ClusterObjectKey>();
        var openers = new RowOpeners(key =>
        {
            opened.Add(key);
            return Task.CompletedTask;
        });
        var (kept, gone) = (SampleSummary.Key("Service", "ratings"), SampleSummary.Key("Service", "reviews"));
        var (before, old) = (openers.For(kept), openers.For(gone));

        openers.Keep([kept]);

        Assert.Same(before, openers.For(kept));
        Assert.NotSame(old, openers.For(gone));
        await before();
        Assert.Equal([kept], opened);
    }

    [Fact]
    public void Namespace_NotThereYet_StaysChosenWhenItAppears()
    {
        var cut = RenderPanel(With(_ => ClusterSummary.Empty with { Synced = true }));
        Assert.Contains("Nothing in “bookinfo” yet", cut.Markup, StringComparison.Ordinal);

        cut.Render(p => p.Add(c => c.Snapshot, With(s => s)));

        Assert.Equal("bookinfo", cut.Find("#cluster-namespace option[selected]").GetAttribute("value"));
    }

    [Fact]
    public void Row_Clicked_ShowsTheObjectsYaml()
    {
        var dialogs = Render<MudDialogProvider>();
        Session.Yaml[SampleSummary.Key("Service", "ratings")] = "kind: Service";
        var cut = RenderPanel();

        cut.FindAll(".row").First(r => r.GetAttribute("title") == "Service bookinfo/ratings").Click();

        dialogs.WaitForAssertion(() => Assert.Equal("kind: Service", dialogs.Find(".yaml").TextContent));
    }

    [Fact]
    public void Row_ObjectGone_SaysSo()
    {
        var dialogs = Render<MudDialogProvider>();
        var cut = RenderPanel();

        cut.FindAll(".row")[0].Click();

        dialogs.WaitForAssertion(() => Assert.Contains("This object is gone", dialogs.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Cluster_Starting_TellsItsProgress()
    {
        var cut = RenderPanel(Session.Current with { Cluster = Session.Current.Cluster with { Phase = ClusterPhase.Starting, Progress = ["Preparing nodes"], Since = DateTimeOffset.UtcNow } });

        Assert.Contains("Preparing nodes", cut.Find(".progress-lines").TextContent, StringComparison.Ordinal);
    }

    private SessionSnapshot With(Func<ClusterSummary, ClusterSummary> change) => Session.Current with { Summary = change(SampleSummary.Bookinfo(DateTimeOffset.UtcNow)) };

    private IRenderedComponent<ClusterPanel> RenderPanel(SessionSnapshot? snapshot = null) => Render<ClusterPanel>(p => p
        .AddCascadingValue(Actions)
        .Add(c => c.Snapshot, snapshot ?? With(s => s))
        .Add(c => c.InitialNamespace, "bookinfo"));
}
