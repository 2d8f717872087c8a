using System.Collections.Immutable;
using System.Threading.Channels;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Portal.Clusters.Watching;
using Portal.Content.Model;
using Portal.Labs.Traffic;
using Portal.Testing.Lessons;
using Portal.Web.Components.Observe;
using Xunit;

namespace Portal.Web.Tests.Observe;

public sealed class ObservePanelTests : LessonContext
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));

    public ObservePanelTests() => Services.AddSingleton<TimeProvider>(_time);

    [Fact]
    public void NoMesh_SaysWhatWouldMakeOne()
    {
        var cut = RenderPanel(ClusterSummary.Empty);

        Assert.Contains("No mesh yet", cut.Markup, StringComparison.Ordinal);
        Assert.Empty(cut.FindAll("[role=tab]"));
    }

    [Fact]
    public void Numbers_AreATableByServiceAndVersion()
    {
        Session.Numbers = SampleObservations.Numbers(_time.GetUtcNow());
        var cut = RenderPanel();

        cut.WaitForAssertion(() =>
            Assert.Equal(
                [
                    "productpage v1 bookinfo |  | 4.2/s | 0 % | 4.5\u00A0ms | 24\u00A0ms | 95\u00A0ms",
                    "reviews v2 bookinfo |  | 2/s | 25 % | 4.5\u00A0ms | 24\u00A0ms | 95\u00A0ms",
                    "reviews v3 bookinfo |  | 0/s | — | — | — | —",
                ],
                cut.FindAll(".observe-table tbody tr")
                    .Select(r =>
                        string.Join(
                            " | ",
                            r.Children.Select(c =>
                                string.Join(
                                    ' ',
                                    c.TextContent.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
                                )
                            )
                        )
                    )
            )
        );
        Assert.Equal("6 a second now, at most 6", cut.Find(".sparkline").GetAttribute("aria-label"));
    }

    [Fact]
    public async Task Numbers_AreAskedForEveryFiveSecondsWhileTheyAreShown()
    {
        var cut = RenderPanel();
        cut.WaitForAssertion(() => Assert.Contains("No Prometheus yet", cut.Markup, StringComparison.Ordinal));
        Session.Numbers = SampleObservations.Numbers(_time.GetUtcNow());

        _time.Advance(TimeSpan.FromSeconds(5));
        cut.WaitForElement(".observe-table");

        await cut.InvokeAsync(() => cut.Find("#observe-tab-Traces").Click());
        cut.WaitForAssertion(() => Assert.Single(Session.Calls, c => c == "read traces "));
        Session.Numbers = ServiceNumbers.NotInstalled;
        _time.Advance(TimeSpan.FromSeconds(5));
        cut.WaitForAssertion(() => Assert.Equal(2, Session.Calls.Count(c => c == "read traces ")));
    }

    [Fact]
    public async Task NoPrometheus_ItsButtonRunsTheBlockThatInstallsIt()
    {
        var block = SampleLesson.Block("step-1/addon", "kubectl apply -f istio/samples/addons/prometheus.yaml");
        var lesson = Lesson with
        {
            Sections =
            [
                .. Lesson.Sections.Select(s =>
                    s.Id == "step-1" ? s with { Parts = s.Parts.Add(new BlockPart(block)) } : s
                ),
            ],
        };
        var cut = Render<ObservePanel>(p =>
            p.AddCascadingValue(Actions)
                .Add(x => x.Lesson, lesson)
                .Add(x => x.Snapshot, Session.Current with { Summary = SampleSummary.Bookinfo(_time.GetUtcNow()) })
        );
        cut.WaitForElement(".panel-empty .button");

        await cut.Find(".panel-empty .button").ClickAsync(new());

        Assert.Equal(["step-1/addon"], Session.Runs.Select(r => r.BlockId));
        cut.Render(p =>
            p.Add(
                x => x.Snapshot,
                Session.Current with
                {
                    Summary = SampleSummary.Bookinfo(_time.GetUtcNow()),
                    Waiting = ["step-1/addon"],
                }
            )
        );
        Assert.Equal("installing", cut.Find(".panel-empty .status").TextContent.Trim());
        Assert.Empty(cut.FindAll(".panel-empty .button"));
    }

    [Fact]
    public async Task Trace_Chosen_IsAWaterfallThatSaysWhatFailed()
    {
        Session.Traces = SampleObservations.Traces(_time.GetUtcNow());
        var cut = RenderPanel();
        await cut.InvokeAsync(() => cut.Find("#observe-tab-Traces").Click());
        cut.WaitForAssertion(() => Assert.Equal(2, cut.FindAll(".trace-list .row").Count));
        Assert.Equal("error", cut.Find(".trace-list .row .status").TextContent.Trim());

        await cut.InvokeAsync(() => cut.Find(".trace-list .row").Click());

        var spans = cut.FindAll(".waterfall li");
        Assert.Equal(
            ["--depth:0", "--depth:1", "--depth:2", "--depth:2", "--depth:3"],
            spans.Select(s => s.GetAttribute("style"))
        );
        Assert.Contains("503 UF", spans[3].TextContent, StringComparison.Ordinal);
        Assert.Contains("no connection to the service", spans[3].TextContent, StringComparison.Ordinal);
        Assert.Equal("margin-left:25%;width:66.67%", spans[3].QuerySelector(".span-bar")!.GetAttribute("style"));

        await cut.InvokeAsync(() => cut.Find(".link-button").Click());
        Assert.Equal(2, cut.FindAll(".trace-list .row").Count);
    }

    [Fact]
    public async Task Service_Chosen_ItsTracesAreAskedFor()
    {
        Session.Traces = SampleObservations.Traces(_time.GetUtcNow());
        var cut = RenderPanel();
        await cut.InvokeAsync(() => cut.Find("#observe-tab-Traces").Click());
        cut.WaitForElement(".object-tools select");

        await cut.InvokeAsync(() => cut.Find(".object-tools select").Change("reviews.bookinfo"));

        cut.WaitForAssertion(() => Assert.Contains("read traces reviews.bookinfo", Session.Calls));
        cut.WaitForAssertion(() =>
            Assert.Equal("reviews.bookinfo", cut.Find(".object-tools select").GetAttribute("value"))
        );
    }

    [Fact]
    public async Task AccessLog_ShowsWhatTheProxyWritesAndWhatFlagsSay()
    {
        var pod = SampleSummary.Bookinfo(_time.GetUtcNow()).Pods[0].Name;
        var log = Session.Logs[$"{pod}/istio-proxy"] = Channel.CreateUnbounded<ImmutableArray<string>>();
        log.Writer.TryWrite(["GET /details/0 HTTP/1.1 503 UF"]);
        var cut = RenderPanel();

        await cut.InvokeAsync(() => cut.Find("#observe-tab-Log").Click());

        cut.WaitForAssertion(() => Assert.Contains("503 UF", cut.Find(".log").TextContent, StringComparison.Ordinal));
        Assert.Contains(cut.FindAll(".flag-list dl > div"), d =>
            d.TextContent.StartsWith("UO", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("ArrowRight", "observe-tab-Traces")]
    [InlineData("End", "observe-tab-Log")]
    public async Task Tabs_ByKey_Choose(string key, string chosen)
    {
        var cut = RenderPanel();

        await cut.InvokeAsync(() => cut.Find("[role=tablist]").KeyDown(key));

        cut.WaitForAssertion(() => Assert.Equal(chosen, cut.Find("[aria-selected=true]").Id));
    }

    private IRenderedComponent<ObservePanel> RenderPanel(ClusterSummary? summary = null) =>
        Render<ObservePanel>(p =>
            p.AddCascadingValue(Actions)
                .Add(x => x.Lesson, Lesson)
                .Add(
                    x => x.Snapshot,
                    Session.Current with
                    {
                        Summary = summary ?? SampleSummary.Bookinfo(_time.GetUtcNow()),
                    }
                )
        );
}
