using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Lessons;

/// <summary>The lesson's sections with their progress. The page's script marks the one being read.</summary>
public sealed partial class LessonOutline
{
    [Parameter, EditorRequired]
    public required Lesson Lesson { get; set; }

    /// <summary>Path of the page, without a fragment: links are resolved against the site's root otherwise.</summary>
    [Parameter, EditorRequired]
    public required string Path { get; set; }

    [Parameter]
    public SessionSnapshot? Snapshot { get; set; }

    protected override IEnumerable<object?> Shown => [Lesson, Path, Snapshot?.Sections];

    // Level-3 text sections are details of the section above them.
    private IEnumerable<Section> Sections => Lesson.Sections.Where(s => s.Level <= 2 || s.Number > 0 || Snapshot?.Sections.ContainsKey(s.Id) == true);

    private static string IconOf(SectionKind kind) => kind switch
    {
        SectionKind.Text => Icons.Material.Rounded.Notes,
        SectionKind.Tip => Icons.Material.Rounded.TipsAndUpdates,
        SectionKind.Troubleshooting => Icons.Material.Rounded.Build,
        _ => Icons.Material.Rounded.RadioButtonUnchecked,
    };
}
