using Bunit;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;
using Portal.Labs.Traffic;
using Portal.Testing.Lessons;
using Portal.Web.Components.Cluster;
using Xunit;

namespace Portal.Web.Tests.Cluster;

public sealed class MeshPanelTests : LessonContext
{
    private readonly FakeTimeProvider _time = new();

    public MeshPanelTests() => Services.AddSingleton<TimeProvider>(_time);

    [Theory]
    [InlineData("Enter")]
    [InlineData(" ")]
    [InlineData(null)]
    public async Task Way_ByKeyOrClick_AsksWhy(string? key)
    {
        Render<MudDialogProvider>();
        var cut = RenderPanel();
        const string Way = ".mesh-svg.wide .mesh-way[data-id$='/reviews-v1']";

        await cut.InvokeAsync(() =>
            key is null
                ? cut.Find(Way).ClickAsync(new())
                : cut.Find(Way).KeyDownAsync(new KeyboardEventArgs { Key = key })
        );

        Assert.Equal(
            ("reviews.bookinfo.svc.cluster.local:9080", "bookinfo"),
            Session.Questions.Select(q => (q.Host, q.Namespace)).Single()
        );
    }

    [Fact]
    public void NodesAndWays_HaveNamesAndAreStops()
    {
        var cut = RenderPanel();

        Assert.All(cut.FindAll(".mesh-svg [role=button]"), e =>
        {
            Assert.NotEqual("", e.QuerySelector("title")!.TextContent);
            Assert.Equal("0", e.GetAttribute("tabindex"));
        });
        Assert.Contains(
            cut.FindAll(".mesh-node"),
            n => n.QuerySelector("title")!.TextContent == "Workload reviews-v1, 1/1 ready, mTLS, plain too"
        );
    }

    [Fact]
    public void Table_SaysTheSame()
    {
        Session.Measured = new(
            true,
            [new("bookinfo", "productpage-v1", "bookinfo", "reviews", "reviews-v1", 2, 1, null)]
        );
        var cut = RenderPanel();

        cut.WaitForAssertion(() =>
        {
            var rows = cut.FindAll(".mesh-table tbody tr")
                .Select(r => string.Join(" | ", r.QuerySelectorAll("td").Select(d => d.TextContent.Trim())))
                .ToList();
            Assert.Contains("reviews | reviews-v1 | 50 % | 2/s, 50 % err | mTLS, plain too", rows);
            Assert.Contains("productpage-v1 | reviews | seen | 2/s, 50 % err | with errors", rows);
        });
        Assert.NotEmpty(cut.FindAll(".mesh-way.bad"));
    }

    [Fact]
    public void Meter_NoPrometheus_SaysWhichStepInstallsIt()
    {
        var cut = Render<MeshPanel>(p => p
            .AddCascadingValue(Actions)
            .Add(x => x.Snapshot, Session.Current with { Summary = SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch) })
            .Add(x => x.InitialNamespace, "bookinfo")
            .Add(x => x.PrometheusStep, Section("step-1"))
            .Add(x => x.Path, "/learn/c/l"));

        cut.WaitForAssertion(() =>
            Assert.Contains(
                "Install Prometheus to see traffic.",
                cut.Find(".mesh-meter").TextContent,
                StringComparison.Ordinal
            )
        );
        Assert.Equal("/learn/c/l#step-1", cut.Find(".mesh-meter a").GetAttribute("href"));
    }

    [Fact]
    public async Task Meter_AsksEveryFiveSecondsWhileTheTabIsOpen()
    {
        var cut = RenderPanel();
        Assert.Single(Session.Calls);

        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Single(Session.Calls);
        Session.Measured = new(true, []);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        cut.WaitForAssertion(() =>
            Assert.Contains(
                "No traffic in the last minute",
                cut.Find(".mesh-meter").TextContent,
                StringComparison.Ordinal
            )
        );

        await DisposeComponentsAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, Session.Calls.Count);
    }

    private IRenderedComponent<MeshPanel> RenderPanel()
    {
        var cut = Render<MeshPanel>(p => p
            .AddCascadingValue(Actions)
            .Add(x => x.Snapshot, Session.Current with { Summary = SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch) })
            .Add(x => x.InitialNamespace, "bookinfo"));
        // The picture is drawn again with what the first reading gave; clicks come after that.
        cut.WaitForAssertion(() =>
            Assert.DoesNotContain("Asking Prometheus", cut.Find(".mesh-meter").TextContent, StringComparison.Ordinal)
        );
        return cut;
    }
}
