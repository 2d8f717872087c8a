using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using Portal.Classroom.Access;
using Portal.Classroom.Learners;
using Portal.Content;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Shared;
using Portal.Web.Hosting;
using Portal.Web.Identity;

namespace Portal.Web.Components.Classroom;

/// <summary>
/// A learner's lesson as they see it, for who instructs them: to look on, and to type in the terminal once the learner
/// allows it. It follows a session that the learner has open, and never opens one.
/// </summary>
public sealed partial class LearnerPage : LiveComponentBase
{
    private Lesson? _lesson;
    private LessonActions _actions = null!;
    private ILessonSession? _session;
    private SessionSnapshot? _snapshot;
    private IJSObjectReference? _module;
    private IJSObjectReference? _page;
    private ElementReference _root;
    private string? _name;
    private string? _guestId;
    private string? _viewerId;
    private bool _started;
    private bool _asked;
    private bool _gone;
    private bool _sheetOpen;

    [Inject]
    public required ICourseCatalog Catalog { get; init; }

    [Inject]
    public required ILessonSessions Sessions { get; init; }

    [Inject]
    public required ISessionActivities Activities { get; init; }

    [Inject]
    public required IAccess Access { get; init; }

    [Inject]
    public required ILearners Learners { get; init; }

    [Inject]
    public required LearnerContext Viewer { get; init; }

    [Inject]
    public required RateLimits Limits { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required IJSRuntime Js { get; init; }

    [Parameter]
    public required string ClassId { get; set; }

    [Parameter]
    public required string LearnerId { get; set; }

    [Parameter]
    public required string CourseId { get; set; }

    [Parameter]
    public required string LessonId { get; set; }

    private TerminalGuest? Guest => _snapshot?.Guests.FirstOrDefault(g => g.Id == _guestId);

    protected override async Task OnInitializedAsync()
    {
        var viewer = await Viewer.GetAsync();
        _lesson = Catalog.FindLesson(CourseId, LessonId);
        if (
            _lesson is null
            || !await Access.MaySeeAsync(viewer.Id, LearnerId, Disposing)
            || await Learners.FindAsync(LearnerId, Disposing) is not { } learner
        )
        {
            Navigation.NotFound();
            return;
        }
        // Of this page alone: what the learner allows is not for another that is open elsewhere.
        _guestId = $"{viewer.Id}/{Guid.NewGuid():N}";
        _actions = new LessonActions(Snackbar, Sessions, Limits, Disposing) 
        {
            GuestId = _guestId,
            Lesson = _lesson,
        };
        _viewerId = viewer.Id;
        _name = learner.Name;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_name is null) return;
        if (!_started)
        {
            _started = true;
            Follow(WatchAccessAsync);
            Follow(WatchAsync);
        }
        if (_snapshot is null || _page is not null || _module is not null) return;
        _module = await Js.ImportAsync(Assets, "Components/Lessons/LessonPage.razor.js");
        _page = await _module.InvokeAsync<IJSObjectReference>("start", _root);
    }

    /// <summary>Instructors change while a page is open.</summary>
    private async Task WatchAccessAsync(CancellationToken cancellationToken)
    {
        var viewer = (await Viewer.GetAsync()).Id;
        await foreach (var may in Access.WatchMaySeeAsync(viewer, LearnerId, cancellationToken))
        {
            if (may) continue;
            await InvokeAsync(async () =>
            {
                await LeaveTerminalAsync();
                (_gone, _session, _snapshot) = (true, null, null);
                StateHasChanged();
            });
            return;
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var key = new LessonSessionKey(LearnerId, CourseId, LessonId);
        var viewer = await Viewer.GetAsync();
        await foreach (var _ in Activities.WatchAsync(cancellationToken))
        {
            if (Sessions.Find(key) is not { } session) continue;
            await using var visit = await session.EnterAsync(new(viewer.Id, viewer.Name, false), cancellationToken);
            await foreach (var snapshot in session.WatchAsync(cancellationToken))
            {
                if (_gone) return;
                await InvokeAsync(() =>
                {
                    if (_session != session) _actions.Attach(session);
                    (_session, _snapshot) = (session, snapshot);
                    StateHasChanged();
                });
            }
            // It has ended; the learner may open another.
            await InvokeAsync(() =>
            {
                (_session, _snapshot, _module, _page) = (null, null, null, null);
                StateHasChanged();
            });
        }
    }

    private async Task AskAsync()
    {
        if (_session is null || _guestId is null || _gone) return;
        _asked = true;
        await _session.AskToTypeAsync(_guestId, (await Viewer.GetAsync()).Name, Disposing);
    }

    private async Task LeaveTerminalAsync()
    {
        _asked = false;
        if (_session is not null && _guestId is not null) await _session.EndGuestAsync(_guestId, Disposing);
    }

    protected override async ValueTask LeaveAsync()
    {
        if (_session is not null && _guestId is not null)
            await _session.EndGuestAsync(_guestId, CancellationToken.None);
        await _page.SafeInvokeAsync("stop");
        await _page.SafeDisposeAsync();
        await _module.SafeDisposeAsync();
    }
}
