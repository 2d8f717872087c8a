using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Classroom.Model;
using Portal.Classroom.Reports;
using Portal.Content;
using Portal.Web.Components.Classroom.Model;

namespace Portal.Web.Components.Classroom;

/// <summary>
/// A class looked back upon: where time went and what failed. Static, so that it prints, costs no circuit, and has an
/// address for each way to look at it.
/// </summary>
public sealed partial class ReportPage
{
    private static readonly ImmutableArray<(ReportMeasure Value, string Words)> s_measures =
    [
        (ReportMeasure.Time, "Time on each step"),
        (ReportMeasure.Failures, "Failed runs of each step"),
        (ReportMeasure.Finished, "When each step was completed"),
    ];

    private static readonly ImmutableArray<(ReportOrder Value, string Words)> s_orders =
    [
        (ReportOrder.Joined, "as they joined"),
        (ReportOrder.Name, "by name"),
        (ReportOrder.Progress, "furthest first"),
        (ReportOrder.Time, "most time first"),
        (ReportOrder.Failures, "most failures first"),
    ];

    private ClassReport? _report;
    private ReportModel? _model;

    [Inject]
    public required IClassReports Reports { get; init; }

    [Inject]
    public required ICourseCatalog Catalog { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Parameter]
    public required string ClassId { get; set; }

    [SupplyParameterFromQuery]
    public string? By { get; set; }

    [SupplyParameterFromQuery]
    public string? Sort { get; set; }

    [SupplyParameterFromQuery]
    public string? Names { get; set; }

    private ReportMeasure Measure => Value<ReportMeasure>(By);

    private ReportOrder Order => Value<ReportOrder>(Sort);

    private bool Hidden => Names == "hidden";

    private string Lead
    {
        get
        {
            var count = _report!.Learners.Length;
            var people = $"{count} {(count == 1 ? "learner" : "learners")}";
            return _report.State == ClassState.Open
                ? $"{people}. The class is open: this is how it stands now."
                : $"{people}. The class is {(_report.State == ClassState.Archived ? "archived" : "closed")}.";
        }
    }

    protected override async Task OnInitializedAsync()
    {
        _report = await Reports.FindAsync(ClassId, CancellationToken.None);
        if (_report is null)
        {
            Navigation.NotFound();
            return;
        }
        var sections = Catalog.FindLesson(_report.CourseId, _report.LessonId)?.Sections ?? [];
        _model = new ReportModelBuilder(_report, sections, Measure, Order, Hidden).Build();
    }

    /// <summary>What an address says may be anything.</summary>
    private static T Value<T>(string? text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : default;
}
