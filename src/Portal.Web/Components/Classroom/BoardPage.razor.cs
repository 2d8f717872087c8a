using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Portal.Classroom;
using Portal.Classroom.Access;
using Portal.Classroom.Board;
using Portal.Classroom.Classes;
using Portal.Content;
using Portal.Content.Model;
using Portal.Web.Components.Shared;
using Portal.Web.Identity;

namespace Portal.Web.Components.Classroom;

/// <summary>The instructor's picture of a class, live.</summary>
public sealed partial class BoardPage : LiveComponentBase
{
    private ClassBoard? _board;
    private ImmutableArray<Section> _sections = [];
    private string? _open;
    private string? _problem;
    private string _newName = "";
    private bool _hidden;
    private bool _missing;

    [Inject]
    public required IClassBoard Boards { get; init; }

    [Inject]
    public required IClasses Classes { get; init; }

    [Inject]
    public required IAccess Access { get; init; }

    [Inject]
    public required LearnerContext Learner { get; init; }

    [Inject]
    public required ICourseCatalog Catalog { get; init; }

    [Inject]
    public required LocalClassroom Classroom { get; init; }

    [Parameter]
    public required string ClassId { get; set; }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) Follow(WatchAsync);
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var viewer = (await Learner.GetAsync()).Id;
        await foreach (var board in Boards.WatchAsync(ClassId, cancellationToken))
        {
            // Instructors change while a board is open.
            if (!await Access.InstructsAsync(viewer, ClassId, cancellationToken))
                break;
            await InvokeAsync(() =>
            {
                _board = board;
                // Looked up each time: an author may have changed the lesson since.
                _sections = [.. Catalog.FindLesson(board.CourseId, board.LessonId)?.Sections.Where(s => IsColumn(s, board)) ?? []];
                StateHasChanged();
            });
        }
        await InvokeAsync(() =>
        {
            _board = null;
            _missing = true;
            StateHasChanged();
        });
    }

    private static bool IsColumn(Section section, ClassBoard board) =>
        section.Kind is SectionKind.Step or SectionKind.Exercise || board.Learners.Any(l => l.Cells.ContainsKey(section.Id));

    private string NameOf(string learnerId)
    {
        var index = _board!.Learners.ToList().FindIndex(l => l.LearnerId == learnerId);
        return index < 0 ? "" : _hidden ? $"Learner {index + 1}" : _board.Learners[index].Name;
    }

    private async Task AddAsync()
    {
        try
        {
            var learner = await Classroom.AddLearnerAsync(_newName, Disposing);
            await Classes.EnrolAsync(ClassId, learner.Id, Disposing);
            _newName = "";
            _problem = null;
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
        }
    }

    private void OnKey(KeyboardEventArgs e)
    {
        if (e is { Key: "h" or "H", CtrlKey: false, AltKey: false, MetaKey: false }) _hidden = !_hidden;
    }

    private void OnDrawer(bool open)
    {
        if (!open) _open = null;
    }
}
