using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Content.Model;
using Portal.Labs.Sessions;

namespace Portal.Web.Components.Lessons;

/// <summary>The checks that stand at one place of a section, and how they stand.</summary>
public sealed partial class CheckList
{
    private IReadOnlyList<CheckDefinition> _checks = [];
    private int _passed, _earned, _total;
    private bool _allPassed;

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter, EditorRequired]
    public required Section Section { get; set; }

    [Parameter, EditorRequired]
    public ImmutableArray<string> CheckIds { get; set; }

    [Parameter]
    public SessionSnapshot? Snapshot { get; set; }

    [Parameter]
    public bool CanCheck { get; set; }

    protected override void OnParametersSet()
    {
        _checks = [.. Section.Checks.Where(c => CheckIds.Contains(c.Id))];
        var passed = _checks.Where(c => Snapshot?.Checks.GetValueOrDefault(c.Id)?.IsPassed == true).ToList();
        _passed = passed.Count;
        _earned = passed.Sum(c => c.Points);
        _total = _checks.Sum(c => c.Points);
        _allPassed = _checks.Count > 0 && _passed == _checks.Count;
    }
}
