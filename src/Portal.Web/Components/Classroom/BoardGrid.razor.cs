using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Classroom.Board;
using Portal.Classroom.Model;
using Portal.Content.Model;

namespace Portal.Web.Components.Classroom;

/// <summary>Learners × steps and exercises.</summary>
public sealed partial class BoardGrid
{
    [Parameter, EditorRequired]
    public required ClassBoard Board { get; set; }

    [Parameter, EditorRequired]
    public ImmutableArray<Section> Sections { get; set; }

    [Parameter, EditorRequired]
    public required Func<string, string> NameOf { get; set; }

    [Parameter]
    public EventCallback<string> Open { get; set; }

    private static string Short(Section section) => section.Kind switch
    {
        SectionKind.Step => section.Number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        SectionKind.Exercise => $"Ex {section.Number}",
        SectionKind.Verification when section.Number > 0 => $"V{section.Number}",
        _ => section.Title.Length <= 8 ? section.Title : section.Title[..7] + "…",
    };

    private static (string Icon, string Css, string Word) Look(BoardCell cell) => cell.Status switch
    {
        SectionStatus.Completed => (Icons.Material.Rounded.CheckCircle, "ok", "completed"),
        SectionStatus.BrokenAgain => (Icons.Material.Rounded.Report, "bad", "broken again"),
        _ when cell.FailedRuns > 0 || cell.FailingChecks > 0 => (Icons.Material.Rounded.PriorityHigh, "warn", "in progress, a run or check fails"),
        SectionStatus.InProgress => (Icons.Material.Rounded.Pending, "active", "in progress"),
        _ => (Icons.Material.Rounded.RadioButtonUnchecked, "idle", "not started"),
    };
}
