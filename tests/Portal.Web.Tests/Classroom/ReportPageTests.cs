using System.Collections.Immutable;
using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Model;
using Portal.Classroom.Reports;
using Portal.Content;
using Portal.Content.Model;
using Portal.Testing.Lessons;
using Portal.Web.Components.Classroom;
using Portal.Web.Components.Classroom.Model;
using Xunit;

namespace Portal.Web.Tests.Classroom;

/// <summary>A class looked back upon: heat map and timeline.</summary>
public sealed class ReportPageTests : LessonContext, IClassReports
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private ClassReport _report;

    public ReportPageTests()
    {
        Services.AddSingleton<ICourseCatalog>(new FakeCourseCatalog().Add(Lesson));
        Services.AddSingleton<IClassReports>(this);
        _report = new(
            "class-0",
            "Monday",
            "course",
            "lesson",
            ClassState.Archived,
            [
                Learner("Ada", 3, ("step-1", 4, 0, true), ("exercise-1", 30, 7, false)),
                Learner("Bea", 9, ("step-1", 8, 2, true)),
                Learner("<b>Cleo</b>", 0),
            ]
        );
    }

    public Task<ClassReport?> FindAsync(string classId, CancellationToken cancellationToken) =>
        Task.FromResult<ClassReport?>(_report);

    [Fact]
    public void Time_EachCell_HasItsNumberItsColourAndItsWords()
    {
        var cut = RenderReport();

        Assert.Equal(["Learner", "1", "Ex 1", "Time", "Runs", "Failed", "Points"], Texts(cut, ".heat-map thead th"));
        Assert.Equal(["4m", "30m…", "8m", "", "", ""], Texts(cut, "td.heat"));
        var cells = cut.FindAll("td.heat");
        Assert.Equal("heat heat-1", cells[0].ClassName);
        Assert.Equal("heat heat-4 open", cells[1].ClassName);
        Assert.Equal("Exercise 1 · Canary: not completed, 30m, away for 3h, 8 runs, 7 failed", cells[1].GetAttribute("title"));
        Assert.Equal("heat none", cells[3].ClassName);
        Assert.All(cut.FindAll(".heat-map tbody th"), th => Assert.Equal("row", th.GetAttribute("scope")));
        Assert.Equal(
            ["Median time", "6m", "–", "", "A run failed for", "50 %", "100 %", "", "Completed", "2/3", "0/3", ""],
            cut.FindAll(".heat-figures :is(th, td)").Select(e => e.TextContent)
        );
        Assert.Contains("archived", cut.Find(".lead").TextContent, StringComparison.Ordinal);
        Assert.Contains("20 and more", cut.Find(".heat-legend").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Failures_Chosen_AreTheNumbersAndTheOrder()
    {
        var cut = RenderReport("by=failures&sort=failures");

        Assert.Equal(["0", "7…", "2", "", "", ""], Texts(cut, "td.heat"));
        Assert.Equal(["Ada", "Bea", "<b>Cleo</b>"], Texts(cut, ".heat-map tbody:last-child th"));
        Assert.Equal("Failed runs of each step", cut.Find("#heat-head").TextContent);
        Assert.Equal("Bea", Texts(RenderReport("sort=progress&by=finished"), ".timeline tbody th")[1]);
    }

    [Fact]
    public void Times_OnAPageWithoutACircuit_AreUtcUntilTheBrowserWritesThem()
    {
        var cut = RenderReport("by=finished");

        var first = cut.Find("td.heat time");
        Assert.Equal(("1 Nov 12:04", "day"), (first.TextContent, first.GetAttribute("data-page-time")));
        Assert.Equal("2026-11-01T12:04:00.0000000Z", first.GetAttribute("datetime"));
        Assert.All(cut.FindAll(".timeline-axis time"), t => Assert.Equal("", t.GetAttribute("data-page-time")));
        Assert.Equal(["Times are UTC.", "Times are UTC."], Texts(cut, "[data-page-zone]"));
        Assert.Single(RenderReport().FindAll("[data-page-zone]"));
        Assert.Matches("more\\s+than 30 minutes counts as away", cut.Find(".report-note").TextContent);
    }

    [Fact]
    public void Names_Hidden_AreNowhere()
    {
        var cut = RenderReport("names=hidden&sort=name&by=nonsense");

        Assert.Equal(["Learner 1", "Learner 2", "Learner 3"], Texts(cut, ".heat-map tbody:last-child th"));
        Assert.DoesNotContain("Ada", cut.Find(".report").TextContent, StringComparison.Ordinal);
        Assert.True(cut.Find("[name=names]").HasAttribute("checked"));
    }

    [Fact]
    public void Timeline_EachLearner_HasLanesAndTheirWords()
    {
        var cut = RenderReport();
        var strips = cut.FindAll(".strip");

        Assert.Equal(["completed", "failed"], strips[0].Children.Select(c => c.ClassName));
        Assert.Contains("M0 0v10", strips[0].Children[0].InnerHtml, StringComparison.Ordinal);
        Assert.Equal(
            "1 step completed, 7 failed runs, 0 requests for help, 0 messages",
            cut.Find(".timeline tbody .sr-only").TextContent
        );
        Assert.Equal(5, cut.FindAll(".timeline-axis > span:not(.sr-only)").Count);
    }

    [Fact]
    public void Report_LargeClass_StaysCheap()
    {
        var sections = Enumerable
            .Range(1, 40)
            .Select(i => new Section
            {
                Id = $"step-{i}",
                Title = $"Step {i}",
                Kind = SectionKind.Step,
                Number = i,
                Level = 3,
            })
            .ToImmutableArray();
        _report = _report with
        {
            Learners =
            [
                .. Enumerable
                    .Range(1, 300)
                    .Select(l =>
                        Learner($"Learner {l}", l, [.. sections.Select((s, i) => (s.Id, i, i % 5, i % 3 > 0))])
                    ),
            ],
        };

        var model = new ReportModelBuilder(_report, sections, ReportMeasure.Time, ReportOrder.Time, false).Build();

        Assert.Equal((300, 40), (model.Rows.Length, model.Rows[0].Cells.Length));
        // However much happened: a path for each lane, and no element for each event.
        Assert.All(model.Rows, r => Assert.InRange(r.Lanes.Length, 1, 4));
        var cut = RenderReport();
        Assert.InRange(cut.FindAll(".heat-map *").Count, 12_000, 14_500);
        Assert.InRange(cut.FindAll(".timeline *").Count, 300, 3_500);
    }

    private static List<string> Texts(IRenderedComponent<ReportPage> cut, string selector) =>
        [.. cut.FindAll(selector).Select(e => e.TextContent.Trim())];

    private IRenderedComponent<ReportPage> RenderReport(string query = "")
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/class/class-0/report?{query}");
        return Render<ReportPage>(p => p.Add(r => r.ClassId, "class-0"));
    }

    private static LearnerReport Learner(
        string name,
        int points,
        params (string Id, int Minutes, int Failures, bool Completed)[] sections
    )
    {
        var events = sections.SelectMany(s =>
            Enumerable
                .Range(0, s.Failures)
                .Select(i => new ReportEvent(ReportEventKind.Failed, s_noon.AddMinutes(20 + i), s.Id))
                .Concat(
                    s.Completed
                        ? [new ReportEvent(ReportEventKind.Completed, s_noon.AddMinutes(s.Minutes), s.Id)]
                        : []
                )
        );
        return new(
            name,
            name,
            points,
            sections.ToImmutableDictionary(
                s => s.Id,
                s => new SectionReport(
                    s.Completed ? SectionStatus.Completed : SectionStatus.InProgress,
                    s_noon,
                    s.Completed ? s_noon.AddMinutes(s.Minutes) : null,
                    TimeSpan.FromMinutes(s.Minutes),
                    s.Completed ? TimeSpan.Zero : TimeSpan.FromHours(3),
                    s.Failures + 1,
                    s.Failures
                )
            ),
            [.. events.OrderBy(e => e.At)]
        );
    }
}
