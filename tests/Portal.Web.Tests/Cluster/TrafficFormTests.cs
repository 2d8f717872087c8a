using System.Collections.Immutable;
using Bunit;
using MudBlazor;
using Portal.Labs.Sessions;
using Portal.Labs.Traffic;
using Portal.Testing.Lessons;
using Portal.Web.Components.Cluster;
using Xunit;

namespace Portal.Web.Tests.Cluster;

public sealed class TrafficFormTests : LessonContext
{
    [Fact]
    public async Task Send_Form_BecomesTheOrder()
    {
        var cut = RenderPanel();

        await cut.Find("#traffic-from").ChangeAsync("bookinfo/details");
        await cut.Find("#traffic-target").InputAsync("http://reviews:9080/reviews/0");
        await cut.Find("#traffic-user").ChangeAsync("jason");
        await cut.Find("#traffic-headers").ChangeAsync("x-canary: true\n");
        await cut.Find("#traffic-cookie").ChangeAsync("session=1");
        await cut.Find("#traffic-count").ChangeAsync("20");
        await cut.Find(".traffic-form").SubmitAsync();

        var order = Assert.Single(Session.Orders);
        Assert.Equal(
            ("bookinfo", "details", "http://reviews:9080/reviews/0", 20),
            (order.Namespace, order.Workload, order.Target, order.Count)
        );
        Assert.Equal(
            ["x-canary: true", "end-user: jason", "Cookie: session=1"],
            order.Headers.Select(h => $"{h.Key}: {h.Value}")
        );
    }

    [Fact]
    public void From_PodsThatAreNotReady_AreNotOffered()
    {
        var senders = RenderPanel().FindAll("#traffic-from option").Select(o => o.TextContent).ToList();

        Assert.Equal("through the ingress gateway", senders[0]);
        Assert.Contains("details", senders);
    }

    [Fact]
    public async Task Send_Mistake_IsSaidBesideTheForm()
    {
        var cut = RenderPanel();

        await cut.Find("#traffic-target").InputAsync("productpage");
        await cut.Find(".traffic-form").SubmitAsync();
        Assert.Contains("begins with “/”", cut.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        await cut.Find("#traffic-headers").ChangeAsync("nonsense");
        await cut.Find(".traffic-form").SubmitAsync();

        Assert.Contains("“nonsense” is no header", cut.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Empty(Session.Orders);
    }

    [Fact]
    public async Task Send_BeyondTheLimit_IsRefusedInWords()
    {
        var cut = RenderPanel();
        await cut.Find("#traffic-count").ChangeAsync("100");

        for (var i = 0; i < 7; i++)
            await cut.Find(".traffic-form").SubmitAsync();

        Assert.Equal(6, Session.Orders.Count);
        Assert.Contains("600 requests within a minute", cut.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sending_CanBeStopped()
    {
        var cut = RenderPanel(Run(TrafficPhase.Sending));

        Assert.NotNull(cut.Find(".traffic-form [type=submit]").GetAttribute("disabled"));
        await cut.FindAll(".traffic-buttons button").Single(b => b.TextContent == "Stop").ClickAsync(new());

        Assert.Contains("stop sending", Session.Calls);
    }

    [Fact]
    public void Replies_ShowSharesLatencyAndAreTold()
    {
        var cut = RenderPanel(
            Run(
                TrafficPhase.Done,
                Reply(1, 200, "reviews-v1", 10),
                Reply(2, 200, "reviews-v2", 30),
                Reply(3, 200, "reviews-v1", 20),
                Reply(4, 503, null, 2)
            )
        );

        var rows = cut.FindAll(".traffic-bars tbody tr")
            .Select(r => $"{r.QuerySelector("th")!.TextContent} {r.QuerySelector("td")!.TextContent}");
        Assert.Equal(["not said 1", "reviews-v1 2", "reviews-v2 1", "200 3", "503 1"], rows);
        Assert.Equal(
            ["2.0\u00A0ms", "15\u00A0ms", "30\u00A0ms"],
            cut.FindAll(".traffic-latency dd").Select(d => d.TextContent)
        );
        Assert.Contains("4 of 4 answered", cut.Find(".traffic [role=status]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reply_Opened_ShowsItsBodyAsText()
    {
        var cut = RenderPanel(Run(TrafficPhase.Done, Reply(1, 200, "reviews-v1", 10)));
        Assert.Empty(cut.FindAll(".traffic-reply"));

        await cut.Find(".traffic-replies button").ClickAsync(new());

        Assert.Equal("<b>hello</b>", cut.Find(".traffic-reply pre").TextContent);
    }

    [Fact]
    public async Task Why_AsksAboutTheFormAndShowsTheSteps()
    {
        Session.Explanation = new(
            "GET /productpage",
            [
                new(
                    RouteVerdict.Taken,
                    "It is taken",
                    ["Because."],
                    SampleSummary.Key("VirtualService", "bookinfo"),
                    new(12, "- match:")
                ),
            ]
        );
        var dialogs = Render<MudDialogProvider>();
        var cut = RenderPanel();
        await cut.Find("#traffic-target").InputAsync("/productpage");

        await cut.FindAll(".traffic-buttons button").Last().ClickAsync(new());

        Assert.Equal(("*", "/productpage"), Session.Questions.Select(q => (q.Host, q.Path)).Single());
        var dialog = dialogs.WaitForElement(".route-step").TextContent;
        Assert.Contains("It is taken", dialog, StringComparison.Ordinal);
        Assert.Contains("VirtualService bookinfo, from line 12", dialog, StringComparison.Ordinal);
    }

    [Fact]
    public void Targets_OfTheMesh_AreOffered()
    {
        var summary = SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch);
        var gateway = summary.VirtualServices[0] with
        {
            Routes =
            [
                summary.VirtualServices[0].Routes[0] with
                {
                    Match = "uri = /productpage or uri starts with /static",
                },
            ],
        };

        Assert.Equal(["/productpage", "/"], MeshTargets.Paths(summary with { VirtualServices = [gateway] }));
        Assert.Contains("http://reviews:9080/", MeshTargets.Urls(summary, "bookinfo"));
        Assert.Contains("http://reviews.bookinfo:9080/", MeshTargets.Urls(summary, "default"));
    }

    private static TrafficReply Reply(int number, int status, string? workload, int milliseconds) =>
        new(
            number,
            status,
            TimeSpan.FromMilliseconds(milliseconds),
            "<b>hello</b>",
            workload is null ? null : workload + "-abc",
            workload,
            null
        );

    private static TrafficRun Run(TrafficPhase phase, params ImmutableArray<TrafficReply> replies) =>
        new(
            "1",
            new(null, "", "/productpage", [], replies.Length == 0 ? 10 : replies.Length),
            "/productpage through the ingress gateway",
            phase,
            replies
        );

    private IRenderedComponent<MeshPanel> RenderPanel(TrafficRun? run = null) =>
        Render<MeshPanel>(p =>
            p.AddCascadingValue(Actions)
                .Add(
                    x => x.Snapshot,
                    Session.Current with
                    {
                        Summary = SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch),
                        Traffic = run,
                    }
                )
                .Add(x => x.InitialNamespace, "bookinfo")
        );
}
