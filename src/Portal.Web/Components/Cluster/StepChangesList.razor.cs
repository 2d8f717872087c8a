using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;

namespace Portal.Web.Components.Cluster;

/// <summary>
/// What a step has created, changed and deleted: of the one that was run last, unless another is chosen.
/// </summary>
public sealed partial class StepChangesList
{
    private const int First = 8, FirstFields = 4;

    private string? _chosen;
    private string? _last;
    private StepChanges? _step;
    private bool _all;

    [Parameter, EditorRequired]
    public required ClusterChanges Changes { get; set; }

    [Parameter]
    public ImmutableArray<Section> Sections { get; set; } = [];

    [Parameter, EditorRequired]
    public required RowOpeners Open { get; set; }

    protected override IEnumerable<object?> Shown => [Changes];

    private IReadOnlyList<StepChanges> Steps =>
        [.. Changes.Steps.Where(s => !s.Objects.IsEmpty || s.SectionId == Changes.SectionId).Reverse()];

    protected override void OnShownChanged()
    {
        var step = Changes.Steps.FirstOrDefault(s => s.SectionId == _chosen) ?? Changes.Current;
        // A step that begins is shown at once, whichever was looked at before.
        if (_last != Changes.SectionId) (_chosen, step) = (null, Changes.Current);
        _last = Changes.SectionId;
        if (step?.SectionId != _step?.SectionId) _all = false;
        _step = step;
    }

    private void Choose(ChangeEventArgs e)
    {
        _chosen = e.Value as string;
        _all = false;
        _step = Changes.Steps.FirstOrDefault(s => s.SectionId == _chosen) ?? Changes.Current;
    }

    private string TitleOf(StepChanges step) =>
        Sections.FirstOrDefault(s => s.Id == step.SectionId) is { } section
            ? Phases.FullTitle(section)
            : step.SectionId;
}
