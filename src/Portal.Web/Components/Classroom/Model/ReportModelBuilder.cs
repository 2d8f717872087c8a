using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Portal.Classroom.Model;
using Portal.Classroom.Reports;
using Portal.Content.Model;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Classroom.Model;

/// <summary>Makes what a report shows of what a class did. Pure.</summary>
/// <param name="Sections">Of the lesson as it is; what a class did in others stands behind them.</param>
internal sealed record ReportModelBuilder(
    ClassReport Report,
    ImmutableArray<Section> Sections,
    ReportMeasure Measure,
    ReportOrder Order,
    bool Hidden
)
{
    /// <summary>Where the next colour begins.</summary>
    private static readonly ImmutableArray<int> s_minutes = [2, 5, 10, 20];
    private static readonly ImmutableArray<int> s_failures = [1, 2, 3, 6];

    // So long that hours alone would not say when.
    private static readonly TimeSpan s_day = TimeSpan.FromHours(20);

    private static readonly ImmutableArray<(ReportEventKind Kind, string Css)> s_lanes =
    [
        (ReportEventKind.Completed, "completed"),
        (ReportEventKind.Failed, "failed"),
        (ReportEventKind.Help, "help"),
        (ReportEventKind.Message, "message"),
    ];

    public ReportModel Build()
    {
        var columns = Columns();
        var events = Report.Learners.SelectMany(l => l.Events).Select(e => e.At).ToList();
        var (from, to) = events.Count == 0 ? (default, default) : (events.Min(), events.Max());
        var numbered = Report.Learners.Select((l, i) => (Learner: l, Number: i + 1));
        var ordered = Order switch
        {
            ReportOrder.Name when !Hidden => numbered.OrderBy(l => l.Learner.Name, StringComparer.OrdinalIgnoreCase),
            ReportOrder.Progress => numbered.OrderByDescending(l => Done(l.Learner)),
            ReportOrder.Time => numbered.OrderByDescending(l => TimeOf(l.Learner)),
            ReportOrder.Failures => numbered.OrderByDescending(l => FailuresOf(l.Learner)),
            _ => numbered.OrderBy(l => l.Number),
        };
        return new(
            [.. columns.Select(c => Column(c.Id, c.Label, c.Title))],
            [
                .. ordered
                    .ThenBy(l => l.Number)
                    .Select(l => Row(l.Learner, Hidden ? $"Learner {l.Number}" : l.Learner.Name, columns, from, to)),
            ],
            Legend(),
            Ticks(from, to)
        );
    }

    private List<(string Id, string Label, string Title)> Columns()
    {
        var touched = Report.Learners.SelectMany(l => l.Sections.Keys).ToHashSet(StringComparer.Ordinal);
        var known = Sections.Where(s =>
            s.Kind is SectionKind.Step or SectionKind.Exercise || touched.Contains(s.Id)
        );
        return
        [
            .. known.Select(s => (s.Id, BoardModelBuilder.Short(s), Phases.FullTitle(s))),
            // An author may have changed the lesson since.
            .. touched.Except(Sections.Select(s => s.Id)).Order(StringComparer.Ordinal).Select(id => (id, id, id)),
        ];
    }

    private ReportColumn Column(string id, string label, string title)
    {
        var all = Report.Learners.Select(l => l.Sections.GetValueOrDefault(id)).OfType<SectionReport>().ToList();
        var times = all.Where(s => s.CompletedAt is not null).Select(s => s.Time).Order().ToList();
        var failed = all.Count(s => s.Failures > 0);
        return new(
            label,
            title,
            times.Count == 0 ? "–" : Durations.Coarse(Median(times)),
            all.Count == 0 ? "–" : $"{100 * failed / all.Count} %",
            $"{times.Count}/{Report.Learners.Length}"
        );
    }

    private ReportRow Row(
        LearnerReport learner,
        string name,
        List<(string Id, string Label, string Title)> columns,
        DateTimeOffset from,
        DateTimeOffset to
    ) =>
        new(
            name,
            [.. columns.Select(c => Cell(learner.Sections.GetValueOrDefault(c.Id), c.Title))],
            learner.Sections.IsEmpty ? "–" : Durations.Coarse(TimeOf(learner)),
            learner.Sections.Values.Sum(s => s.Runs),
            FailuresOf(learner),
            learner.Points,
            [.. s_lanes.Select(l => (l.Css, Path(learner, l.Kind, from, to))).Where(l => l.Item2.Length > 0)],
            Summary(learner)
        );

    private ReportCell Cell(SectionReport? section, string title)
    {
        if (section is null) return new("", "none", $"{title}: not begun");
        var completed = section.CompletedAt is not null;
        var time = Durations.Coarse(section.Time);
        var (text, heat) = Measure switch
        {
            ReportMeasure.Failures => (section.Failures.ToString(CultureInfo.InvariantCulture), Heat(section.Failures)),
            ReportMeasure.Finished => ("–", 0),
            _ => (time, Heat(section.Time)),
        };
        var words = completed ? "completed" : "not completed";
        var away = section.Away > TimeSpan.Zero ? $", away for {Durations.Coarse(section.Away)}" : "";
        return new(
            completed || Measure == ReportMeasure.Finished ? text : text + "…",
            $"heat-{heat}{(completed ? "" : " open")}",
            $"{title}: {words}, {time}{away}, {Count(section.Runs, "run")}, {section.Failures} failed",
            Measure == ReportMeasure.Finished ? section.CompletedAt : null
        );
    }

    private static int Heat(TimeSpan time) => s_minutes.Count(m => time.TotalMinutes >= m);

    private static int Heat(int failures) => s_failures.Count(f => failures >= f);

    private ImmutableArray<string> Legend() =>
        Measure switch
        {
            ReportMeasure.Time => Ranges(s_minutes, "minutes"),
            ReportMeasure.Failures => ["none", "1 failed run", "2", "3 to 5", "6 and more"],
            _ => [],
        };

    private static ImmutableArray<string> Ranges(ImmutableArray<int> steps, string unit) =>
        [
            $"under {steps[0]} {unit}",
            .. steps.Zip(steps.Skip(1), (low, high) => $"{low} to {high}"),
            $"{steps[^1]} and more",
        ];

    private static string Path(LearnerReport learner, ReportEventKind kind, DateTimeOffset from, DateTimeOffset to)
    {
        var path = new StringBuilder();
        foreach (var e in learner.Events.Where(e => e.Kind == kind))
        {
            var x = to > from ? 1000 * ((e.At - from) / (to - from)) : 0;
            path.Append(CultureInfo.InvariantCulture, $"M{x:0.#} 0v10");
        }
        return path.ToString();
    }

    private static string Summary(LearnerReport learner)
    {
        int Of(ReportEventKind kind) => learner.Events.Count(e => e.Kind == kind);
        return $"{Count(Of(ReportEventKind.Completed), "step")} completed, "
            + $"{Count(Of(ReportEventKind.Failed), "failed run")}, "
            + $"{Count(Of(ReportEventKind.Help), "request")} for help, {Count(Of(ReportEventKind.Message), "message")}";
    }

    private static ImmutableArray<ReportTick> Ticks(DateTimeOffset from, DateTimeOffset to)
    {
        if (to <= from) return [];
        const int Parts = 4;
        return
        [
            .. Enumerable
                .Range(0, Parts + 1)
                .Select(i =>
                    new ReportTick(100.0 * i / Parts, from + (to - from) * i / Parts, to - from > s_day)
                ),
        ];
    }

    private static TimeSpan Median(List<TimeSpan> ordered) =>
        (ordered[(ordered.Count - 1) / 2] + ordered[ordered.Count / 2]) / 2;

    private static int Done(LearnerReport learner) => learner.Sections.Values.Count(s => s.CompletedAt is not null);

    private static TimeSpan TimeOf(LearnerReport learner) =>
        learner.Sections.Values.Aggregate(TimeSpan.Zero, (sum, s) => sum + s.Time);

    private static int FailuresOf(LearnerReport learner) => learner.Sections.Values.Sum(s => s.Failures);

    private static string Count(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count} {thing}s";
}
