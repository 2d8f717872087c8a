using Microsoft.AspNetCore.Components;
using Portal.Content.Model;
using Portal.Labs.Sessions;

namespace Portal.Web.Components.Lessons;

/// <summary>Steps and points so far, for the app bar.</summary>
public sealed partial class LessonProgress
{
    private int _done, _steps, _percent;

    [Parameter, EditorRequired]
    public required Lesson Lesson { get; set; }

    [Parameter]
    public SessionSnapshot? Snapshot { get; set; }

    private string Title => $"{_done} of {_steps} steps completed, {Snapshot?.PointsEarned} of {Snapshot?.PointsTotal} points";

    protected override void OnParametersSet()
    {
        var steps = Lesson.Sections.Where(s => s.Kind == SectionKind.Step).ToList();
        _steps = steps.Count;
        _done = steps.Count(s => Snapshot?.Sections.GetValueOrDefault(s.Id)?.Phase == SectionPhase.Completed);
        _percent = _steps == 0 ? 0 : _done * 100 / _steps;
    }
}
