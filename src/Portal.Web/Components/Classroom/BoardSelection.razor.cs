using Microsoft.AspNetCore.Components;
using Portal.Classroom.Access;
using Portal.Classroom.Board;
using Portal.Clusters;
using Portal.Labs.Sessions;
using Portal.Web.Components.Shared;
using Portal.Web.Identity;

namespace Portal.Web.Components.Classroom;

/// <summary>
/// What an instructor does with the sessions of the selected learners; each only after a second click.
/// </summary>
public sealed partial class BoardSelection : LiveComponentBase
{
    private BulkAction? _asked;
    private string _outcome = "";

    [Inject]
    public required ILessonSessions Sessions { get; init; }

    [Inject]
    public required IAccess Access { get; init; }

    [Inject]
    public required LearnerContext Viewer { get; init; }

    [Parameter, EditorRequired]
    public required ClassBoard Board { get; set; }

    /// <summary>Ids of learners of the board.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyCollection<string> Selected { get; set; }

    [Parameter]
    public EventCallback Clear { get; set; }

    protected override void OnParametersSet()
    {
        if (Selected.Count == 0) _asked = null;
    }

    private string Question(BulkAction action) =>
        $"{Word(action)} of {(Selected.Count == 1 ? "one learner" : $"{Selected.Count} learners")}? "
        + (
            action == BulkAction.Reset
                ? "What is in their clusters is lost, what runs is stopped. Progress and points stay."
                : "What runs is stopped. Clusters, files and progress stay, and an open page starts again by itself."
        );

    private static string Word(BulkAction action) => action == BulkAction.Reset ? "Reset clusters" : "End sessions";

    private async Task DoAsync(BulkAction action)
    {
        _asked = null;
        if (!await Access.InstructsAsync((await Viewer.GetAsync()).Id, Board.ClassId, Disposing))
        {
            _outcome = "You do not teach this class any more.";
            return;
        }
        var sessions = Selected
            .Select(id => Sessions.Find(new LessonSessionKey(id, Board.CourseId, Board.LessonId)))
            .OfType<ILessonSession>()
            .ToList();
        // All are asked at once: each session does it in its own time.
        var done = await Task.WhenAll(sessions.Select(s => TryAsync(s, action)));
        var word = action == BulkAction.Reset ? "reset" : "ended";
        _outcome = $"{done.Count(d => d)} of {Selected.Count} {word}.";
        if (sessions.Count < Selected.Count) _outcome += $" {Selected.Count - sessions.Count} had no session open.";
        if (done.Any(d => !d)) _outcome += $" {done.Count(d => !d)} could not be {word}; try again.";
    }

    private async Task<bool> TryAsync(ILessonSession session, BulkAction action)
    {
        try
        {
            await (
                action == BulkAction.Reset
                    ? session.ResetAsync(Disposing)
                    : Sessions.CloseAsync(session.Key, Disposing)
            );
            return true;
        }
        catch (Exception e) when (e is RunRefusedException or ClusterUnavailableException)
        {
            return false;
        }
    }

    private enum BulkAction { Reset, End }
}
