using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Classroom.Board;
using Portal.Content.Model;
using Portal.Web.Components.Lessons;

namespace Portal.Web.Components.Classroom;

/// <summary>Who is stuck, grouped by what they are stuck on.</summary>
public sealed partial class BoardStuck
{
    [Parameter, EditorRequired]
    public required ClassBoard Board { get; set; }

    [Parameter, EditorRequired]
    public ImmutableArray<Section> Sections { get; set; }

    [Parameter, EditorRequired]
    public required Func<string, string> NameOf { get; set; }

    [Parameter]
    public EventCallback<string> Open { get; set; }

    private string TitleOf(StuckGroup group)
    {
        var section = Sections.FirstOrDefault(s => s.Id == group.SectionId);
        var place = section is null ? group.SectionId : Phases.Label(section) ?? section.Title;
        var check = section?.Checks.FirstOrDefault(c => c.Id == group.CheckId)?.Title;
        return check is null ? place : $"{place} · {check}";
    }
}
