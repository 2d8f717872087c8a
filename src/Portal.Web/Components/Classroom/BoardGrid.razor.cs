using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Classroom.Board;
using Portal.Web.Components.Classroom.Model;

namespace Portal.Web.Components.Classroom;

/// <summary>
/// Learners × steps and exercises. Only rows that are seen are there, and only one that changed is rendered.
/// </summary>
public sealed partial class BoardGrid
{
    /// <summary>In pixels; as in the style sheet.</summary>
    private const float RowHeight = 44;

    /// <summary>As many as the tallest screens show.</summary>
    private const int MaxRows = 46;

    private BoardModel? _shown;
    private BoardRowModel[] _rows = [];
    private bool _changed;

    [Parameter, EditorRequired]
    public required BoardModel Model { get; set; }

    [Parameter]
    public EventCallback<string> Open { get; set; }

    [Parameter]
    public EventCallback<string> Pin { get; set; }

    [Parameter]
    public EventCallback<string> Select { get; set; }

    [Parameter]
    public EventCallback<bool> SelectAll { get; set; }

    private bool AllSelected => _rows.Length > 0 && _rows.All(r => r.Selected);

    protected override void OnParametersSet()
    {
        _changed = !Model.Equals(_shown);
        if (!_changed) return;
        _shown = Model;
        _rows = [.. Model.Rows];
    }

    protected override bool ShouldRender() => _changed;

    private static string Counted(int shown, int all) =>
        shown == all ? $"{all} {(all == 1 ? "learner" : "learners")}" : $"{shown} of {all} learners";

    private static string Words(SectionDistribution d) =>
        $"{d.Completed} completed, {d.InProgress} in progress, "
        + $"{d.BrokenAgain} broken again, {d.NotStarted} not started";

    private static string Bar(SectionDistribution d)
    {
        var all = Math.Max(1, d.Completed + d.InProgress + d.BrokenAgain + d.NotStarted);
        string Part(int count) => string.Create(CultureInfo.InvariantCulture, $"{100 * count / all}%");
        return $"--ok:{Part(d.Completed)};--active:{Part(d.Completed + d.InProgress)};--bad:{Part(all - d.NotStarted)}";
    }
}
