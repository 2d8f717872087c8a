using System.Collections.Immutable;
using Bunit;
using Portal.Clusters.Watching;
using Portal.Content.Model;
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
    public void Row_Clicked_OpensItsDrawerAndEscapeClosesIt()
    {
        Session.Put(SampleDetail.Service());
        var cut = RenderPanel();

        cut.FindAll(".row").First(r => r.GetAttribute("title") == "Service bookinfo/reviews").Click();

        cut.WaitForAssertion(() =>
            Assert.Contains("bookinfo/reviews", cut.Find(".object-head").TextContent, StringComparison.Ordinal)
        );
        cut.Find(".object-drawer").KeyDown("Escape");
        cut.WaitForAssertion(() => Assert.Empty(cut.FindAll(".object-drawer")));
    }

    [Fact]
    public void Step_ChangedARow_MarksItWithWhatChanged()
    {
        var cut = RenderPanel(Changed("step-1"));

        var row = cut
            .FindAll(".row.by-step")
            .Single(r => r.TextContent.Contains("VirtualService", StringComparison.Ordinal));
        Assert.Contains("spec.http[0].route[0].weight 100 → 90", row.GetAttribute("title"), StringComparison.Ordinal);
        Assert.Contains("Changes in Step 1", cut.Find(".step-changes summary").TextContent, StringComparison.Ordinal);
        Assert.Contains(
            "spec.http[0].route[0].weight",
            cut.Find(".field-change").TextContent,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Step_WorksInAnotherNamespace_IsFollowedUntilTheLearnerChooses()
    {
        var sections = ImmutableArray.Create(Working("step-1", "istio-system"), Working("step-2", "bookinfo"));
        var cut = RenderPanel(Changed("step-1"), sections);
        Assert.Equal("istio-system", Shown(cut));

        cut.Find("#cluster-namespace").Change("default");
        cut.Render(p => p.Add(c => c.Snapshot, Changed("step-2")));
        Assert.Equal("default", Shown(cut));

        cut.Find("[aria-label=\"Follow the step's namespace\"]").Click();
        Assert.Equal("bookinfo", Shown(cut));

        static string? Shown(IRenderedComponent<ClusterPanel> cut) =>
            cut.Find("#cluster-namespace").GetAttribute("value");
    }

    [Theory]
    [InlineData("kubectl get pods -n shop\nkubectl get svc --namespace=shop\nkubectl get ns -n other", "shop")]
    [InlineData("istioctl install --set profile=demo -y", "istio-system")]
    [InlineData("kubectl get nodes", null)]
    public void StepNamespace_OfCommands_IsTheOneTheyNameMost(string code, string? expected) => Assert.Equal(
        expected,
        StepNamespace.Of(Working("step-1", "x") with { Parts = [new BlockPart(SampleLesson.Block("b", code))] })
    );

    [Fact]
    public void Pods_VeryMany_ShowTheFirstUntilAsked()
    {
        var pods = Enumerable
            .Range(0, 64)
            .Select(i => SampleSummary.Pod($"p-{i}", DateTimeOffset.UnixEpoch))
            .ToImmutableArray();
        var cut = RenderPanel(With(_ => ClusterSummary.Empty with { Synced = true, Pods = pods }));
        Assert.Equal(40, cut.FindAll(".row").Count);

        cut.Find(".rows-more").Click();

        Assert.Equal(64, cut.FindAll(".row").Count);
    }

    [Fact]
    public void Configuration_IsClosedUntilAsked()
    {
        var secret = new ObjectRow(
            SampleSummary.Key("Secret", "db"),
            new(StatusTone.Idle, "in place"),
            "Opaque · password"
        );
        var cut = RenderPanel(With(s => s with { Others = [secret] }));
        Assert.DoesNotContain("password", cut.Markup, StringComparison.Ordinal);

        cut.Find(".heading-button").Click();

        Assert.Contains("password", cut.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Cluster_Starting_TellsItsProgress()
    {
        var cut = RenderPanel(Session.Current with { Cluster = Session.Current.Cluster with { Phase = ClusterPhase.Starting, Progress = ["Preparing nodes"], Since = DateTimeOffset.UtcNow } });

        Assert.Contains("Preparing nodes", cut.Find(".progress-lines").TextContent, StringComparison.Ordinal);
    }

    private SessionSnapshot With(Func<ClusterSummary, ClusterSummary> change) => Session.Current with { Summary = change(SampleSummary.Bookinfo(DateTimeOffset.UtcNow)) };

    private SessionSnapshot Changed(string section) => With(s => s) with { Changes = SampleDetail.Changes(section) };

    private static Section Working(string id, string @namespace) => new()
    {
        Id = id,
        Title = id,
        Kind = SectionKind.Step,
        Number = 1,
        Level = 3,
        Parts = [new BlockPart(SampleLesson.Block(id + "/1", $"kubectl get pods -n {@namespace}"))],
    };

    private IRenderedComponent<ClusterPanel> RenderPanel(
        SessionSnapshot? snapshot = null,
        ImmutableArray<Section>? sections = null
    ) => Render<ClusterPanel>(p => p
        .AddCascadingValue(Actions)
        .Add(c => c.Snapshot, snapshot ?? With(s => s))
        .Add(c => c.InitialNamespace, "bookinfo")
        .Add(c => c.Sections, sections ?? Lesson.Sections));
}
