using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using Portal.Classroom;
using Portal.Classroom.Access;
using Portal.Classroom.Board;
using Portal.Classroom.Classes;
using Portal.Content;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Classroom.Model;
using Portal.Web.Components.Shared;
using Portal.Web.Identity;

namespace Portal.Web.Components.Classroom;

/// <summary>The instructor's picture of a class, live. Renders when something that it shows has changed.</summary>
public sealed partial class BoardPage : LiveComponentBase
{
    private ClassBoard? _board;
    private ImmutableDictionary<LessonSessionKey, SessionActivity> _activities =
        ImmutableDictionary<LessonSessionKey, SessionActivity>.Empty;
    private ImmutableArray<Section> _sections = [];
    private ImmutableHashSet<string> _selected = [];
    private ImmutableHashSet<string> _asking = [];
    private BoardView _view = new();
    private BoardModelBuilder? _builder;
    private BoardModel? _model;
    private IJSObjectReference? _module;
    private IJSObjectReference? _focus;
    private IJSObjectReference? _clock;
    private TimeSpan? _offset;
    private ElementReference _root;
    private bool _keepsFocus;
    private string _search = "";
    private string? _open;
    private string? _problem;
    private string _newName = "";
    private bool _missing;

    [Inject]
    public required IClassBoard Boards { get; init; }

    [Inject]
    public required ISessionActivities Activities { get; init; }

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

    [Inject]
    public required IJSRuntime Js { get; init; }

    [Parameter]
    public required string ClassId { get; set; }

    private LearnerRow? OpenLearner => _board?.Learners.FirstOrDefault(l => l.LearnerId == _open);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_module is not null && _model is not null && !_missing && !_keepsFocus)
        {
            _keepsFocus = true;
            _focus = await _module.InvokeAsync<IJSObjectReference>("keepFocus", _root);
        }
        if (!firstRender) return;
        // Before any name is shown: they may be hidden.
        _module = await Js.ImportAsync(Assets, "Components/Classroom/BoardPage.razor.js");
        _view = BoardView.Of(await _module.InvokeAsync<BoardView.Stored?>("load"));
        (_clock, _offset) = await LocalTime.AskAsync(Js, Assets, at: null);
        Follow(WatchAsync);
        Follow(WatchActivitiesAsync);
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
                var lesson = Catalog.FindLesson(board.CourseId, board.LessonId);
                _sections = [.. lesson?.Sections.Where(s => IsColumn(s, board)) ?? []];
                Refresh();
            });
        }
        await InvokeAsync(() =>
        {
            _board = null;
            _missing = true;
            StateHasChanged();
        });
    }

    private async Task WatchActivitiesAsync(CancellationToken cancellationToken)
    {
        await foreach (var activities in Activities.WatchAsync(cancellationToken))
        {
            await InvokeAsync(() =>
            {
                _activities = activities;
                Refresh();
            });
        }
    }

    /// <summary>Renders if that makes a difference.</summary>
    private void Refresh()
    {
        if (_board is null) return;
        Build();
        // Ages in the drawer and the queue are not in the model.
        if (_builder!.Build() is var model && model.Equals(_model) && _open is null && _asking.IsEmpty) return;
        _model = model;
        StateHasChanged();
    }

    private void Build()
    {
        var members = _board!.Learners.Select(l => l.LearnerId).ToHashSet();
        _selected = _selected.Intersect(members);
        _builder = new BoardModelBuilder(_board, _sections, _view)
        {
            Activities = _activities.Where(a => members.Contains(a.Key.LearnerId)).ToImmutableDictionary(),
            Asking = _asking,
            Selected = _selected,
            Offset = _offset,
            Search = _search,
        };
    }

    private static bool IsColumn(Section section, ClassBoard board) =>
        section.Kind is SectionKind.Step or SectionKind.Exercise
        || board.Learners.Any(l => l.Cells.ContainsKey(section.Id));

    private async Task SetViewAsync(BoardView view)
    {
        _view = view;
        Refresh();
        if (_module is not null) await _module.InvokeVoidAsync("save", view.Store());
    }

    private Task PinAsync(string learnerId) => SetViewAsync(_view.Pin(learnerId));

    private void SetAsking(ImmutableHashSet<string> learnerIds)
    {
        _asking = learnerIds;
        Refresh();
    }

    private string NameOf(string learnerId) =>
        _board?.Learners.FirstOrDefault(l => l.LearnerId == learnerId) is { } learner
            ? _builder!.NameOf(learner)
            : "somebody";

    private string HrefOf(string learnerId) =>
        $"/class/{ClassId}/learner/{Uri.EscapeDataString(learnerId)}/{_board!.CourseId}/{_board.LessonId}";

    private void Search(string? text)
    {
        _search = text ?? "";
        Refresh();
    }

    private void Select(params string[] learnerIds)
    {
        // One is switched, many are taken.
        _selected = learnerIds is [var one] && _selected.Contains(one)
            ? _selected.Remove(one)
            : _selected.Union(learnerIds);
        Refresh();
    }

    /// <summary>All that the table shows, or none of them.</summary>
    private void SelectShown(bool selected)
    {
        var shown = _model!.Rows.Select(r => r.LearnerId);
        _selected = selected ? _selected.Union(shown) : _selected.Except(shown);
        Refresh();
    }

    private void ClearSelection()
    {
        _selected = [];
        Refresh();
    }

    private Task OpenAsync(string? learnerId)
    {
        _open = learnerId;
        StateHasChanged();
        return learnerId is null ? FocusBackAsync() : Task.CompletedTask;
    }

    /// <summary>To where it was before the drawer.</summary>
    private Task FocusBackAsync() => _focus.SafeInvokeAsync("back").AsTask();

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

    private Task OnKeyAsync(KeyboardEventArgs e) =>
        e is { Key: "h" or "H", CtrlKey: false, AltKey: false, MetaKey: false }
            ? SetViewAsync(_view with { Hidden = !_view.Hidden })
            : Task.CompletedTask;

    private async Task OnDrawerAsync(bool open)
    {
        if (open || _open is null) return;
        _open = null;
        await FocusBackAsync();
    }

    protected override async ValueTask LeaveAsync()
    {
        await _focus.SafeInvokeAsync("stop");
        await _focus.SafeDisposeAsync();
        await _clock.SafeDisposeAsync();
        await _module.SafeDisposeAsync();
    }
}
